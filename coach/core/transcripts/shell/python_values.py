"""Values of an edit script in Python: what they are, and the operations on them that are evaluated."""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from coach.core.transcripts.shell.patterns import NotInterpretable

MOST_CHARACTERS = 2_000_000
MOST_ITEMS = 200_000
LARGEST = 10**9


class Raised(Exception):
    """The script itself raised something."""


@dataclass
class Module:
    """A module that was imported, or a part of one."""

    name: str


@dataclass
class PathValue:
    """A ``pathlib.Path``."""

    path: str


@dataclass
class OpenFile:
    """A file that the script opened; what it writes is put down when it is closed."""

    path: str
    mode: str
    text: str = ""
    parts: list[str] = field(default_factory=list)
    position: int = 0


@dataclass
class Function:
    """A function that the script defines."""

    node: ast.FunctionDef


TEXT_METHODS = frozenset(
    [
        "count",
        "endswith",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isdigit",
        "isspace",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "rfind",
        "rindex",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
    ]
)
"""Methods of strings whose result is no longer than the string."""
LIST_METHODS = frozenset({"append", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse"})
DICT_METHODS = frozenset({"get", "items", "keys", "values"})
MATCH_METHODS = frozenset({"group", "start", "end", "groups", "span"})
BUILTINS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "all": all,
    "any": any,
    "bool": bool,
    "dict": dict,
    "enumerate": lambda *each: list(enumerate(*each)),
    "int": int,
    "len": len,
    "list": list,
    "max": max,
    "min": min,
    "repr": repr,
    "reversed": lambda each: list(reversed(each)),
    "set": set,
    "sorted": sorted,
    "str": str,
    "sum": sum,
    "tuple": tuple,
    "zip": lambda *each: list(zip(*each, strict=False)),
}
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
PLAIN = (str, int, float, bool, list, tuple, dict, set, type(None))
_ANY_REPEAT = re.compile(r"(?<!\\)(?:\\\\)*[*+{]")
_AFTER_GROUP = re.compile(r"\)[*+{]")
_PREFIX = re.compile(r"(?:[\w \"'=,:@#/<>!-]|\\[^\w])+")


def checked(value: Any) -> Any:
    """Return a value of a bounded size.

    Raises:
        NotInterpretable: it is larger than any edit script needs.

    """
    if isinstance(value, str):
        too_large = len(value) > MOST_CHARACTERS
    elif isinstance(value, list | tuple | dict | set):
        too_large = len(value) > MOST_ITEMS
    elif isinstance(value, int):
        too_large = abs(value) > LARGEST
    else:
        too_large = False
    if too_large:
        raise NotInterpretable("a value that is very large")
    return value


def binary(kind: type[ast.operator], left: Any, right: Any) -> Any:
    """Return the result of an operator on plain values."""
    if kind is ast.Div and isinstance(left, PathValue) and isinstance(right, str | PathValue):
        return PathValue(f"{left.path}/{right if isinstance(right, str) else right.path}")
    if not isinstance(left, PLAIN) or not isinstance(right, PLAIN):
        raise NotInterpretable("an operator")
    if kind is ast.Mult:
        return _times(left, right)
    if kind is ast.Mod and isinstance(left, str):
        return _formatted(left, right)
    if kind not in BINARY:
        raise NotInterpretable("an operator")
    return checked(BINARY[kind](left, right))


def _times(left: Any, right: Any) -> Any:
    for text, number in ((left, right), (right, left)):
        if isinstance(text, str | list) and isinstance(number, int):
            if len(text) * max(number, 0) > MOST_ITEMS:
                raise NotInterpretable("a value that is very large")
            return text * number
    if isinstance(left, int) and isinstance(right, int):
        return checked(left * right)
    raise NotInterpretable("an operator")


def _formatted(template: str, values: Any) -> str:
    if re.search(r"%(?![sd%])", template):
        raise NotInterpretable("a format")
    given = values if isinstance(values, tuple) else (values,)
    if not all(isinstance(each, str | int) for each in given):
        raise NotInterpretable("a format")
    return str(checked(template % given))


def text_method(text: str, name: str, given: list[Any], named: dict[str, Any]) -> Any:
    """Call a method of a string."""
    if (
        name == "replace"
        and len(given) in {2, 3}
        and not named
        and all(isinstance(each, str) for each in given[:2])
    ):
        if len(text) + text.count(given[0]) * len(given[1]) > MOST_CHARACTERS:
            raise NotInterpretable("a value that is very large")
        return text.replace(*given)
    if name == "join" and len(given) == 1:
        parts = list(given[0])
        if sum(len(each) + len(text) for each in parts) > MOST_CHARACTERS:
            raise NotInterpretable("a value that is very large")
        return text.join(parts)
    if name in TEXT_METHODS:
        return checked(getattr(text, name)(*given, **named))
    if name in {"encode", "decode"}:
        return text
    raise NotInterpretable(f"the method {name}")


def pattern_cost(pattern: str, text: str) -> int | None:
    """Return a bound of the work for searching a pattern in a text; None where there is no small one.

    One repetition behind some plain signs costs the rest of the text for each place where those signs stand.
    """
    if len(pattern) > 5_000 or _AFTER_GROUP.search(pattern) or "(?" in pattern.replace("(?:", ""):
        return None
    repeats = len(_ANY_REPEAT.findall(pattern))
    prefix = _PREFIX.match(pattern)
    if repeats == 0:
        return len(text)
    plain = re.sub(r"\\(.)", r"\1", prefix.group()) if prefix is not None else ""
    plain = plain[:-1] if prefix is not None and pattern[prefix.end() : prefix.end() + 1] in "*+?{" else plain
    if len(plain) < 3:
        return None
    length = (
        max(map(len, text.split("\n")))
        if repeats > 1 and "\\s" not in pattern and "[^" not in pattern
        else len(text)
    )
    return len(text) + text.count(plain) * length ** min(repeats, 2) if repeats <= 2 else None
