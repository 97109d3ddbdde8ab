"""What a file does elsewhere that a place of it may lack: calls, conditions, types, exceptions, terms. The commonest first."""

import ast
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from coach.core.localize.mutation.operators import name_of

_IN_PLACE = frozenset(
    {"append", "clear", "close", "pop", "popleft", "popitem", "read", "remove", "reverse", "sort", "write"}
)
"""Methods without arguments that change what they are called on: what is missing is rarely one more of these."""
_ASIDE = frozenset(
    {"print", "super", "input", "callable", "isinstance", "hasattr", "vars", "dir", "exit", "cast"}
)
"""Functions that no value is put through."""
_ERRORS = ("Error", "Exception", "Warning")
_LONGEST = 50
"""Characters of a condition or term that is tried elsewhere."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Borrowed:
    """An expression of the file, and the local names that it needs."""

    node: ast.expr
    needs: frozenset[str]


@dataclass(slots=True)
class Habits:
    """What a file does elsewhere that a place of it may lack."""

    methods: Counter[str] = field(default_factory=Counter)
    """Called without arguments."""
    wrappers: Counter[str] = field(default_factory=Counter)
    """Functions called with one argument; those of imported modules and classes too."""
    applied: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """The same, by the name of the argument."""
    places: dict[str, list[int]] = field(default_factory=dict)
    """The lines on which each of them is called."""
    predicates: Counter[str] = field(default_factory=Counter)
    """Functions that say something of one value: ``is_text``, ``inspect.isclass``."""
    errors: Counter[str] = field(default_factory=Counter)
    """Exceptions that it, or the failing test, names."""
    raised: Counter[str] = field(default_factory=Counter)
    """Exceptions that it raises."""
    died_of: str = ""
    """The exception that the failing test ended with, where that is known."""
    types: Counter[str] = field(default_factory=Counter)
    """What ``isinstance`` is asked for."""
    conditions: Counter[str] = field(default_factory=Counter)
    """Single conditions, as text."""
    terms: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By a name or attribute: sums, products and the like that it is a part of."""
    owners: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By an attribute: whose it is read as."""
    calls: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By the name of a function and a position (``show 1``): the arguments there, of calls with two or more."""
    borrowed: dict[str, Borrowed] = field(default_factory=dict)
    """What stands behind those texts."""

    def fitting(self, texts: Collection[str], names: Collection[str]) -> Iterator[ast.expr]:
        """Yield those expressions of which the local names are bound, in the order given."""
        for each in texts:
            known = self.borrowed[each]
            if known.needs <= {*names, "self", "cls"}:
                yield known.node


def habits_of(tree: ast.Module, test: ast.Module | None, died_of: str = "") -> Habits:
    """Read what a file does, and the exceptions that it and the failing test name."""
    found = Habits(died_of=died_of)
    modules, local = _imported(tree), _local_names(tree)
    for node in ast.walk(tree):
        _take_in(found, node, local)
        if isinstance(node, ast.Call):
            _take_call(found, node, modules, local)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("is_", "has_")):
            found.predicates[node.name] += 1
    for node in (*ast.walk(tree), *(ast.walk(test) if test else ())):
        if isinstance(node, ast.Name) and node.id.endswith(("Error", "Exception")):
            found.errors[node.id] += 1
    return found


def _take_in(found: Habits, node: ast.AST, local: Collection[str]) -> None:
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) | ast.Name(id=name)) if not name.islower():
            found.raised[name] += 1
        case ast.If() | ast.While() | ast.IfExp():
            for each in _single(node.test):
                _borrow(found, found.conditions, each, local)
        case ast.BinOp(left=left, right=right, op=ast.Mult() | ast.Add() | ast.Sub() | ast.Mod()):
            for side in (left, right):
                if isinstance(side, ast.Name | ast.Attribute):
                    _borrow(found, found.terms[ast.unparse(side)], node, local)
        case ast.Attribute(value=ast.Name() | ast.Attribute(value=ast.Name()) as owner, attr=name):
            _borrow(found, found.owners[name], owner, local)
        case ast.ClassDef(name=name, bases=[*bases]) if any(_is_error(each) for each in bases):
            found.errors[name] += 1
        case _:
            pass


def _take_call(found: Habits, node: ast.Call, modules: Collection[str], local: Collection[str]) -> None:
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=[], keywords=[]) if name not in _IN_PLACE:
            found.methods[name] += 1
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, kind]):
            found.types[ast.unparse(kind)] += 1
        case ast.Call(func=function, args=[one], keywords=[]) if not isinstance(one, ast.Starred):
            if name := _wrapper(function, modules, local):
                is_asked = _last(name).startswith(("is", "has"))
                (found.predicates if is_asked else found.wrappers)[name] += 1
                found.places.setdefault(name, []).append(node.lineno)
                if not is_asked and (given := name_of(one)):
                    found.applied[given][name] += 1
        case ast.Call(func=function, args=[_, _, *_]):
            _borrow_arguments(found, node, local)
        case _:
            pass


def _borrow_arguments(found: Habits, node: ast.Call, local: Collection[str]) -> None:
    for index, each in enumerate(node.args):
        if isinstance(each, ast.Name | ast.Attribute | ast.Constant):
            _borrow(found, found.calls[f"{name_of(node.func)} {index}"], each, local)


def _borrow(found: Habits, kept: Counter[str], node: ast.expr, local: Collection[str]) -> None:
    text = ast.unparse(node)
    if text not in found.borrowed and len(text) <= _LONGEST:
        used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        found.borrowed[text] = Borrowed(node, frozenset(used & set(local)))
    if text in found.borrowed:
        kept[text] += 1


def _single(test: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts of a condition that are no plain names: those have an operator of their own."""
    match test:
        case ast.BoolOp(values=values):
            for each in values:
                yield from _single(each)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _single(operand)
        case ast.Compare() | ast.Call() | ast.Attribute():
            yield test
        case _:
            return


def _wrapper(function: ast.expr, modules: Collection[str], local: Collection[str]) -> str:
    match function:
        case ast.Name(id=name) if name not in local and name not in _ASIDE and not name.endswith(_ERRORS):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in modules and owner not in local:
            return f"{owner}.{name}" if not name.endswith(_ERRORS) else ""
        case _:
            return ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _is_error(base: ast.expr) -> bool:
    return name_of(base).endswith(("Error", "Exception"))


def _imported(tree: ast.Module) -> set[str]:
    return {
        each.asname or each.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
    }


def _local_names(tree: ast.Module) -> frozenset[str]:
    """Return what some function binds: elsewhere it may not be known."""
    found: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, _Function):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return frozenset(found)
