"""Where two values part, read from what a runner prints of them: two values, or the lines of a diff."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.core.runs.report import Difference

_MOST = 5
_MAX_LINES = 400
"""Lines of one diff that are read."""
_SHORT = 300
_LONG_LINE = 100
"""From this length on a column says more than the values."""
_KEY = re.compile(
    r"(?:\"(?P<double>[^\"]{1,200})\"|'(?P<single>[^']{1,200})'|(?P<bare>[A-Za-z_$][\w$.-]{0,100}))\s*(?::|=>)\s+(?P<value>.*)$"
)


def of_values(got: str, wanted: str, *, is_sure: bool) -> tuple[Difference, ...]:
    """Compare two printed values: as a whole when they are short, else where they part."""
    got, wanted = got.strip("\n"), wanted.strip("\n")
    if got == wanted:
        return ()
    left, right = got.split("\n"), wanted.split("\n")
    row = next((i for i, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
    if row is None:
        row = min(len(left), len(right))
    one, other = (each[row] if row < len(each) else "" for each in (left, right))
    place = f"line {row + 1}" if max(len(left), len(right)) > 1 else ""
    if min(len(one), len(other)) > _LONG_LINE:
        column = next((i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
        place = f"line {row + 1}, column {column + 1}"
        start = max(column - 20, 0)
        one, other = one[start:], other[start:]
    return (Difference(path=place, got=_short(one), wanted=_short(other), is_sure=is_sure),)


def of_entries(got: dict[str, str], wanted: dict[str, str], *, is_sure: bool) -> tuple[Difference, ...]:
    """Compare two structures given as path → printed value."""
    found = [
        Difference(
            path=path, got=_short(got.get(path, "")), wanted=_short(wanted.get(path, "")), is_sure=is_sure
        )
        for path in dict.fromkeys([*wanted, *got])
        if got.get(path) != wanted.get(path)
    ]
    return tuple(found[:_MOST])


def of_diff(lines: Sequence[str], got: str, wanted: str, *, is_sure: bool) -> tuple[Difference, ...]:
    """Read a diff whose lines begin with the sign ``got`` or ``wanted``, or with a space."""
    walk = _Walk(got, wanted)
    for line in lines[:_MAX_LINES]:
        walk.take(line)
    walk.close()
    return tuple(
        Difference(path=path, got=_short(one), wanted=_short(other), is_sure=is_sure)
        for path, one, other in walk.found[:_MOST]
        if one != other
    )


@dataclass(slots=True)
class _Container:
    indent: int
    name: str
    is_list: bool
    count: int = 0
    is_whole: bool = True
    """Whether all of it was shown so far: else nobody knows the number of an item."""


@dataclass(slots=True)
class _Walk:
    """Reads a diff line by line and knows in which container it is."""

    got: str
    wanted: str
    found: list[tuple[str, str, str]] = field(default_factory=list)
    _stack: list[_Container] = field(default_factory=list)
    _ones: list[str] = field(default_factory=list)
    _others: list[str] = field(default_factory=list)
    _row: int = 1
    _is_lone: bool = True

    def take(self, line: str) -> None:
        sign, rest = line[:1], f" {line[1:]}"
        if sign == self.got:
            self._ones.append(rest)
        elif sign == self.wanted:
            self._others.append(rest)
        else:
            self.close()
            self._pass(line)

    def close(self) -> None:
        """End a run of changed lines: pair them."""
        ones, others = self._ones, self._others
        if not ones and not others:
            return
        first = (ones or others)[0]
        self._leave(first)
        container = self._stack[-1] if self._stack else None
        for number in range(max(len(ones), len(others))):
            one, other = (each[number] if number < len(each) else "" for each in (ones, others))
            self.found.append(self._pair(one, other, number, container))
        if container is not None:
            container.count += max(len(ones), len(others))
        self._row += len(ones)
        self._ones, self._others = [], []

    def _pair(self, one: str, other: str, number: int, container: _Container | None) -> tuple[str, str, str]:
        key, value = _entry(one)
        other_key, other_value = _entry(other)
        if container is None and not (key or other_key):
            is_text = not self._is_lone or self._row > 1 or number > 0
            return (f"line {self._row + number}" if is_text else ""), one.strip(), other.strip()
        if container is not None and container.is_list:
            name = f"[{container.count + number}]" if container.is_whole else "[]"
            return self._path(name), _value(one), _value(other)
        if key and other_key and key != other_key:
            return self._path(key), _value(value), ""
        return self._path(key or other_key), _value(value), _value(other_value)

    def _path(self, name: str) -> str:
        path = ""
        for each in [*(each.name for each in self._stack), name]:
            path += each if not path or each.startswith("[") or not each else f".{each}"
        return path

    def _pass(self, line: str) -> None:
        self._is_lone = False
        text = line.strip()
        if text.startswith("@@") or text in {"...", "…"}:
            for each in self._stack:
                each.is_whole = False
            return
        self._leave(line)
        if text[:1] in "]})" or not text:
            self._row += 1
            return
        key, _ = _entry(line)
        container = self._stack[-1] if self._stack else None
        name = key
        if container is not None and container.is_list:
            name = f"[{container.count}]" if container.is_whole else "[]"
            container.count += 1
        if text[-1] in "[{(":
            self._stack.append(_Container(_indent(line), name, text[-1] == "["))
        self._row += 1

    def _leave(self, line: str) -> None:
        indent = _indent(line)
        while self._stack and self._stack[-1].indent >= indent:
            self._stack.pop()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _entry(line: str) -> tuple[str, str]:
    found = _KEY.match(line.strip())
    if found is None:
        return "", line
    return found["double"] or found["single"] or found["bare"] or "", found["value"]


def _value(text: str) -> str:
    return text.strip().removesuffix(",")


def _short(text: str) -> str:
    text = text.rstrip()
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
