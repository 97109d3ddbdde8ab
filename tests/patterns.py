"""Every pattern of the package, how it is used, and texts that are made to keep it busy.

Patterns are found where they stand in the source (compiled ones by their name, with the methods that are called on it, and
those given to functions of ``re``); the texts are made out of what a pattern itself is made of.
"""

import ast
import importlib
import random
import re
import signal
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

PACKAGE = Path(__file__).parent.parent / "coach"
METHODS = {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
Used = dict[tuple[str, str], tuple[re.Pattern, set[str]]]
"""(module, name or place) → the pattern and the methods that are called on it."""
FEW = [" ", "\n", "a", "A", "1", "a ", "a.", "/", "-", "#", "'", '"', "<!--", "[", "(", "\x1b["]
PLAIN = [
    " ", "\t", "\n", " \n", "a", "A", "0", "1 ", "a ", "a.", "a:", "a, ", "/", "a/", "../", "-", "--", "#", "# ", "*", "**", "`", "```", "'", '"', "\\", '\\"', "<", "<!--",
    ">", "=", "==", "a=", "(", "()", "[", "[]", "{", "{}", ":", "::", ";", "|", "~", "^", "_", "@", "a@", "$", "%", "&", "\x1b", "\x1b[", "\x1b]", "\u2028", "\u0301", "é", "Error", "Error: ",
]  # fmt: skip


def _modules() -> Iterator[tuple[str, list[ast.AST]]]:
    """Yield the name and all nodes of each module that may make a pattern or use one."""
    worth_reading = re.compile(rf"\bre\.|\.(?:{'|'.join(sorted(METHODS))})\b")
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        # The probe runs in the target's interpreter, as part of the target.
        if "/probe/" not in path.as_posix() and worth_reading.search(text):
            name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
            yield name, list(ast.walk(ast.parse(text)))


@cache
def used_patterns() -> Used:
    """Return every pattern of the package with the methods by which it is used."""
    modules = dict(_modules())
    calls = _calls(modules)
    found: Used = {}
    for name, nodes in modules.items():
        for node in nodes:
            if isinstance(node, ast.Call) and (inline := _inline(node)):
                found[name, f"line {node.lineno}"] = inline
        if not any(isinstance(each, ast.Attribute) and each.attr in {"compile", "Pattern"} for each in nodes):
            continue
        own = {each.id for each in nodes if _is_made(each)}
        for key in sorted(own & set(vars(importlib.import_module(name)))):
            for label, each in _held(key, vars(importlib.import_module(name))[key]):
                found[name, label] = (each, calls[name, key] or {"search", "match"})
    return found


def _calls(modules: dict[str, list[ast.AST]]) -> dict[tuple[str, str], set[str]]:
    """Return (module, name) → the methods that are called on it, or on what is taken out of it one by one."""
    calls: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, nodes in modules.items():
        origin: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for node in nodes:
            for alias in node.names if isinstance(node, ast.ImportFrom) else ():
                origin[alias.asname or alias.name].add((node.module or "", alias.name))
        for each, table in _walked(nodes):
            origin[each] |= {(name, table), *origin[table]}
        for node in nodes:
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                of = (
                    node.value.attr
                    if isinstance(node.value, ast.Attribute)
                    else getattr(node.value, "id", "")
                )
                for place in origin.get(of, set()) | {(name, of)}:
                    calls[place].add(node.attr)
    return calls


def _is_made(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _walked(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield (name of one, name of the table) for loops over tables of patterns."""
    for node in nodes:
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Name):
            for each in ast.walk(node.target):
                if isinstance(each, ast.Name):
                    yield each.id, node.iter.id


def _held(name: str, value: object) -> Iterator[tuple[str, re.Pattern]]:
    """Yield the patterns a module holds under a name, alone or in a table."""
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict | list | tuple | set | frozenset):
        parts = [*value, *value.values()] if isinstance(value, dict) else list(value)
        for number, part in enumerate(parts):
            yield from _held(f"{name}[{number}]", part)
    elif (
        hasattr(value, "__dict__")
        and not isinstance(value, type)
        and type(value).__module__.startswith("coach")
    ):
        for key, part in vars(value).items():
            if isinstance(part, re.Pattern):
                yield f"{name}.{key}", part
    elif hasattr(type(value), "__slots__") and type(value).__module__.startswith("coach"):
        for key in type(value).__slots__:
            if isinstance(part := getattr(value, key, None), re.Pattern):
                yield f"{name}.{key}", part


def _inline(call: ast.Call) -> tuple[re.Pattern, set[str]] | None:
    """Return the pattern of ``re.search("…", text)``; one that is put together counts with words in its gaps."""
    function = call.func
    if not (isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "re" and call.args):
        return None
    if function.attr not in METHODS:
        return None
    first = call.args[0]
    parts = first.values if isinstance(first, ast.JoinedStr) else [first]
    text = "".join(str(each.value) if isinstance(each, ast.Constant) else "word" for each in parts)
    flags = next((each.value for each in call.keywords if each.arg == "flags"), None)
    is_many = flags is not None and "MULTILINE" in ast.unparse(flags)
    return re.compile(text, re.MULTILINE if is_many else 0), {function.attr}


def busy(
    pattern: re.Pattern,
    methods: set[str],
    size: int,
    seconds: float,
    plain: list[str],
    every: int = 1,
    most: int = 3,
) -> list[str]:
    """Return (method, text) for what keeps a pattern busy for longer than so much processor time, twice."""
    found = []
    for text in islice(nasty(pattern, size, plain), 0, None, every):
        data = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
        for method in sorted(methods):
            if not (_ends(pattern, method, data, seconds) or _ends(pattern, method, data, seconds)):
                found.append(f"{method} of {text[:40]!r} … {text[-12:]!r}")
                if len(found) >= most:
                    return found
    return found


class _Busy(BaseException):
    pass


def _ends(pattern: re.Pattern, method: str, data: object, seconds: float) -> bool:
    """Whether it ends within so much processor time; a pattern at work looks for signals now and then."""

    def stop(*_: object) -> None:
        raise _Busy

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        call = getattr(pattern, method)
        if method in {"sub", "subn"}:
            call(data[:0], data)
        elif method == "finditer":
            deque(call(data), maxlen=0)
        else:
            call(data)
    except _Busy:
        return False
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return True


def nasty(pattern: re.Pattern, size: int, plain: list[str]) -> Iterator[str]:
    """Yield texts of about ``size`` characters that are most of a match, over and over, and never quite one."""
    parts = {part for part in plain if part.isascii() or not isinstance(pattern.pattern, bytes)}
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    shapes: dict[tuple[str, str], None] = {("", each): None for each in sorted(parts)}
    for before, again in _repeats(parser.parse(source, pattern.flags & ~re.DEBUG), ""):
        shapes[before, again] = None
        shapes["", before + again] = None
        shapes["", again + before] = None
        shapes[before, again + "\n"] = None
        shapes[before, again + " "] = None
    for before, again in shapes:
        if again:
            yield before + again * (size // len(again)) + "\x01"


def _repeats(tree: object, before: str) -> Iterator[tuple[str, str]]:
    """Yield (what leads there, what is repeated) for every repetition of a pattern, and its literal beginnings."""
    for operator, value in tree:  # type: ignore[attr-defined]
        here = _sample([(operator, value)])
        if operator in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            for each in _each_sample(value[2]):
                yield before, each
            yield from _repeats(value[2], before)
        elif operator is sre.SUBPATTERN:
            yield from _repeats(value[3], before)
        elif operator is sre.BRANCH:
            for each in value[1]:
                yield from _repeats(each, before)
        elif operator in {sre.ASSERT, sre.ASSERT_NOT}:
            yield from _repeats(value[1], before)
        elif operator is sre.ATOMIC_GROUP:
            yield from _repeats(value, before)
        before = (before + here)[-200:]
        yield "", before


def _each_sample(tree: object) -> list[str]:
    """Return some different texts that a part matches."""
    return sorted({_sample(tree, random.Random(seed)) for seed in range(4)})


def _sample(tree: object, chance: random.Random | None = None) -> str:
    chance = chance or random.Random(0)
    text = ""
    for operator, value in tree:  # type: ignore[attr-defined]
        if operator is sre.LITERAL:
            text += chr(value)
        elif operator is sre.NOT_LITERAL or operator is sre.ANY:
            text += "a" if value != ord("a") else "b"
        elif operator is sre.IN:
            text += _one_of(value, chance)
        elif operator in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            text += _sample(value[2], chance) * max(value[0], 1)
        elif operator is sre.SUBPATTERN:
            text += _sample(value[3], chance)
        elif operator is sre.ATOMIC_GROUP:
            text += _sample(value, chance)
        elif operator is sre.BRANCH:
            text += _sample(chance.choice(value[1]), chance)
    return text


_OF_CATEGORY = {
    sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_DIGIT: "a", sre.CATEGORY_NOT_SPACE: "a", sre.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


def _one_of(items: list, chance: random.Random) -> str:
    if items and items[0][0] is sre.NEGATE:
        taken = re.compile("".join(["[", *[_as_class(each) for each in items[1:]], "]"]))
        free = [each for each in "a1 -./\n" if not taken.match(each)]
        return chance.choice(free) if free else "\u00fc"
    operator, value = chance.choice(items)
    if operator is sre.LITERAL:
        return chr(value)
    if operator is sre.RANGE:
        return chr(chance.choice(value))
    return _OF_CATEGORY.get(value, "a")


def _as_class(item: tuple) -> str:
    operator, value = item
    if operator is sre.LITERAL:
        return re.escape(chr(value))
    if operator is sre.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_NOT_WORD: r"\W"}[value]  # fmt: skip
