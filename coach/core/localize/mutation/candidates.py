"""What else could stand at a place: names, attributes, calls, texts and numbers that the same file and the failing test use.

After the simplest defects of Python projects as PySStuBs counts them (Kamienski et al., MSR 2021): a wrong
identifier, attribute, function, literal or keyword argument, arguments too few. What is put in its place is taken
from the file and the test, nearest first: a guess by likeness, not by knowledge of what is wrong.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from coach.core.localize.mutation.habits import Habits, habits_of
from coach.core.localize.mutation.operators import Change, name_of, replaced
from coach.core.loops.analysis.syntax import parse

_MAX_NAMES = 6
_MAX_RARE = 2
_MAX_CALLS = 4
_MAX_TEXTS = 6
_MAX_NUMBERS = 4
_MAX_KEYWORDS = 5
_LONGEST = 60
"""Characters of a text that is compared: longer ones are prose."""
_ALIKE = 0.5
_PREDICATES = frozenset({"isinstance", "issubclass", "hasattr", "callable", "any", "all", "bool"})


@dataclass(slots=True)
class Guesses:
    """What a file and the failing test use; ``names`` are those the mutated function binds."""

    names: tuple[str, ...] = ()
    least_read: tuple[str, ...] = ()
    """The same names, those first that the function reads least."""
    attributes: dict[str, Counter[str]] = field(default_factory=dict)
    """By receiver (``self``, or any name): plain attributes."""
    methods: dict[str, Counter[str]] = field(default_factory=dict)
    """By receiver: attributes that are called."""
    functions: dict[str, ast.arguments | None] = field(default_factory=dict)
    """Functions and classes of the file, and names that it calls."""
    keywords: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the name of what is called: keyword → value, as some call of the file has it."""
    texts: Counter[str] = field(default_factory=Counter)
    numbers: Counter[int | float] = field(default_factory=Counter)
    constants: dict[str, None] = field(default_factory=dict)
    """Names in capitals that the module binds or imports."""
    classes: list[str] = field(default_factory=list)
    """Classes of the module."""
    habits: Habits = field(default_factory=Habits)

    def changes(self, node: ast.expr) -> Iterator[Change]:  # noqa: C901, PLR0912 - one table of node kinds
        """Yield what an expression may be replaced by."""
        match node:
            case ast.Name(id=name) if isinstance(node.ctx, ast.Load) and name in self.names:
                others = [each for each in self.names if each != name]
                near = _nearest(name, others, _MAX_NAMES)
                rare = [each for each in self.least_read if each != name and each not in near]
                for each in [*near, *rare[:_MAX_RARE]]:
                    yield "name", ast.Name(each, ast.Load())
            case ast.Name(id=name) if isinstance(node.ctx, ast.Load) and name in self.constants:
                others = [each for each in self.constants if each != name]
                yield from (
                    ("name", ast.Name(each, ast.Load())) for each in _nearest(name, others, _MAX_NAMES)
                )
            case ast.Attribute(value=ast.Name(id=receiver), attr=name) if isinstance(node.ctx, ast.Load):
                for each in self._attributes(self.attributes, receiver, name):
                    yield "attribute", replaced(node, attr=each)
            case ast.Constant(value=str() as text):
                yield from (("text", ast.Constant(each)) for each in self._texts(text))
            case ast.Constant(value=bool() | None):
                return
            case ast.Constant(value=int() | float() as number):
                common = sorted(self.numbers, key=lambda each: (-self.numbers[each], each))
                rest = [each for each in common if each != number][:_MAX_NUMBERS]
                yield from (("constant", ast.Constant(each)) for each in rest)
            case ast.Call():
                yield from self._calls(node)
            case ast.Tuple(elts=parts) if isinstance(node.ctx, ast.Load):
                for index in range(len(parts) - 1):
                    turned = [parts[index + 1], parts[index]]
                    yield "operands", replaced(node, elts=[*parts[:index], *turned, *parts[index + 2 :]])
            case ast.IfExp():
                yield "branches", node.body
                yield "branches", node.orelse
            case ast.Yield(value=ast.expr() as value):
                yield "yield", ast.YieldFrom(value)
            case ast.YieldFrom():
                yield "yield", ast.Yield(node.value)
            case _:
                return

    def _attributes(self, known: dict[str, Counter[str]], receiver: str, name: str) -> list[str]:
        return _nearest(name, [each for each in known.get(receiver, ()) if each != name], _MAX_NAMES)

    def _texts(self, text: str) -> list[str]:
        if len(text) > _LONGEST:
            return []
        near = [each for each in self.texts if each != text and _may_be_alike(text, each)]
        return [each for each in _nearest(text, near, _MAX_TEXTS) if _alike(text, each) >= _ALIKE]

    def _calls(self, node: ast.Call) -> Iterator[Change]:
        match node.func:
            case ast.Name(id=name):
                if name in _PREDICATES:
                    yield "condition", ast.Constant(value=True)
                    yield "condition", ast.Constant(value=False)
                others = [each for each in self.functions if each != name and self._takes(each, node)]
                for each in _nearest(name, others, _MAX_CALLS):
                    yield "function", replaced(node, func=ast.Name(each, ast.Load()))
            case ast.Attribute(value=ast.Name(id=receiver), attr=name):
                for each in self._attributes(self.methods, receiver, name):
                    yield "function", replaced(node, func=replaced(node.func, attr=each))
        if len(node.args) > 1 and not isinstance(node.args[-1], ast.Starred):
            yield "arguments", replaced(node, args=node.args[:-1])
        yield from self._keywords(node)

    def _takes(self, name: str, node: ast.Call) -> bool:
        """Whether a function of the file could be called like this; of others only that the file calls them is known."""
        arguments = self.functions[name]
        if arguments is None or arguments.vararg or any(isinstance(each, ast.Starred) for each in node.args):
            return arguments is not None or not node.keywords
        positional = [*arguments.posonlyargs, *arguments.args]
        needed = len(positional) - len(arguments.defaults)
        return needed <= len(node.args) + len(node.keywords) and len(node.args) <= len(positional)

    def _keywords(self, node: ast.Call) -> Iterator[Change]:
        given = {each.arg for each in node.keywords}
        if None in given:
            return
        name = name_of(node.func)
        arguments = self.functions.get(name)
        taken = (each.arg for each in (*arguments.args, *arguments.kwonlyargs)) if arguments else ()
        passed_on = ((each, each) for each in taken if each in self.names)
        wanted = dict.fromkeys((*self.keywords.get(name, {}).items(), *passed_on))
        for keyword, value in list(wanted)[:_MAX_KEYWORDS]:
            if keyword not in given:
                made = ast.keyword(keyword, ast.parse(value, mode="eval").body)
                yield "keyword", replaced(node, keywords=[*node.keywords, made])
        for index in range(len(node.keywords)):
            rest = [*node.keywords[:index], *node.keywords[index + 1 :]]
            yield "keyword", replaced(node, keywords=rest)


def guesses_of(tree: ast.Module, test_source: str = "", died_of: str = "") -> Guesses:
    """Read a file and the failing test's file; ``names``, what the mutated function binds, is not known yet."""
    found = Guesses()
    for each in tree.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            found.functions[each.name] = each.args
        elif isinstance(each, ast.Assign):
            names = (target.id for target in each.targets if isinstance(target, ast.Name))
            found.constants.update(dict.fromkeys(name for name in names if name.isupper()))
        elif isinstance(each, ast.ImportFrom):
            imported = (alias.asname or alias.name for alias in each.names)
            found.constants.update(dict.fromkeys(name for name in imported if name.isupper()))
        elif isinstance(each, ast.ClassDef):
            found.classes.append(each.name)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        _take_in(found, node, is_called=id(node) in called)
    test = parse(test_source) if test_source else None
    found.habits = habits_of(tree, test, died_of)
    for node in ast.walk(test) if test else ():
        if isinstance(node, ast.Constant):
            _take_in(found, node, is_called=False)
    return found


def _take_in(found: Guesses, node: ast.AST, *, is_called: bool) -> None:
    match node:
        case ast.Attribute(value=ast.Name(id=receiver), attr=name):
            known = found.methods if is_called else found.attributes
            known.setdefault(receiver, Counter())[name] += 1
        case ast.FunctionDef(name=name) if any(
            "property" in ast.unparse(each) for each in node.decorator_list
        ):
            found.attributes.setdefault("self", Counter())[name] += 1
        case ast.Call():
            name = name_of(node.func)
            if isinstance(node.func, ast.Name):
                found.functions.setdefault(name, None)
            for each in node.keywords:
                if each.arg and isinstance(each.value, ast.Constant | ast.Name):
                    found.keywords.setdefault(name, {}).setdefault(each.arg, ast.unparse(each.value))
        case ast.Constant(value=str() as text) if 0 < len(text) <= _LONGEST:
            found.texts[text] += 1
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int() | float() as number):
            found.numbers[number] += 1
        case _:
            return


def _nearest(name: str, others: Sequence[str], most: int) -> list[str]:
    """Return those most like a name, then as they stand."""
    return sorted(others, key=lambda each: -round(_alike(name, each), 2))[:most]


def _may_be_alike(one: str, other: str) -> bool:
    """Whether it is worth comparing them: a text more than three times as long cannot be half alike."""
    shorter, longer = sorted((len(one), len(other)))
    return 3 * shorter >= longer and 2 * len(set(one) & set(other)) >= len(set(one))


@lru_cache(maxsize=50_000)
def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
