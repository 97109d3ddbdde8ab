"""Which places of a file are wrong: those whose lines the fix changes.

A place is a function, a class body or the module's own code. Lines are those of the *wrong* file.
"""

import ast
import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coach.core.loops.analysis.syntax import MODULE

_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Range = tuple[int, int]
"""Lines from 1, the last one left out."""


@dataclass(frozen=True)
class Place:
    """A place that is wrong, and which suspects name it."""

    path: str
    function: str
    """A qualified name of a function or class, or ``MODULE``."""
    lines: tuple[int, ...]
    around: tuple[int, ...] = ()
    """Of code that runs at import: all lines of the changed statements, whatever such a place is called."""
    is_function: bool = True
    """A function nested in it is an answer as well; a method is none for its class, nor a function for its module."""

    def holds(self, path: str, function: str, line: int) -> bool:
        """Whether a suspect is this place, lies inside of it, or points at one of its lines."""
        is_named = function == self.function or (
            self.is_function and function.startswith(f"{self.function}.")
        )
        return path == self.path and (is_named or line in self.lines or line in self.around)


def places(path: str, wrong: str, right: str) -> list[Place]:
    """Return what a fix of one file changes; nothing when it changes comments, docstrings and imports only.

    Raises SyntaxError for a file that is no Python.
    """
    old, new = _File(wrong), _File(right)
    found: dict[str, set[int]] = {}
    for (first, last), (begin, end) in _hunks(old, new):
        lines = [line for line in range(first, last) if old.matters(line)]
        if lines:
            for line in lines:
                found.setdefault(old.scope(line), set()).update({line, old.statement(line)})
        for name in {new.scope(line) for line in range(begin, end) if new.matters(line)} if not lines else ():
            place = old.known(name)
            found.setdefault(place, set()).update(old.around(first, place))
    return [old.place(path, name, lines) for name, lines in found.items()]


def is_one_line(wrong: str, right: str) -> bool:
    """Whether a fix replaces exactly one line by one line."""
    hunks = list(_hunks(_File(wrong), _File(right)))
    return len(hunks) == 1 and all(last - first == 1 for first, last in hunks[0])


def changed_lines(wrong: str, right: str) -> int:
    """Return how many lines a fix changes: of each change the longer side, comments left out."""
    return sum(max(last - first for first, last in hunk) for hunk in _hunks(_File(wrong), _File(right)))


class _File:
    def __init__(self, source: str) -> None:
        self.lines = source.split("\n")
        tree = ast.parse(source)
        self._scopes: dict[int, str] = {}
        self._spans: dict[str, tuple[int, int]] = {MODULE: (1, len(self.lines))}
        self._statements: dict[int, range] = {}
        self._ignored: set[int] = set()
        self._functions: set[str] = set()
        self._read(tree, "")

    def _read(self, node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = name
            if isinstance(child, _Scope):
                inner = f"{name}.{child.name}" if name else child.name
                first = min([child.lineno, *(each.lineno for each in child.decorator_list)])
                last = child.end_lineno or child.lineno
                if not isinstance(child, ast.ClassDef):
                    self._functions.add(inner)
                self._spans[inner] = (first, last)
                self._scopes.update(dict.fromkeys(range(first, last + 1), inner))
            if isinstance(child, ast.stmt):
                span = range(child.lineno, (child.end_lineno or child.lineno) + 1)
                if not hasattr(child, "body"):
                    self._statements.update(dict.fromkeys(span, span))
                if _says_nothing(child):
                    self._ignored.update(span)
            self._read(child, inner)

    def matters(self, line: int) -> bool:
        text = self.lines[line - 1].strip()
        return bool(text) and not text.startswith("#") and line not in self._ignored

    def scope(self, line: int) -> str:
        return self._scopes.get(line, MODULE)

    def place(self, path: str, name: str, lines: Iterable[int]) -> Place:
        is_function = name in self._functions
        whole = {each for line in lines for each in self._statements.get(line, ()) if not is_function}
        return Place(path, name, tuple(sorted(lines)), tuple(sorted(whole)), is_function)

    def statement(self, line: int) -> int:
        """Return the line on which the simple statement of a line begins: what ran is known by that one."""
        return self._statements.get(line, range(line, line + 1)).start

    def known(self, name: str) -> str:
        """Return the innermost scope of that name, or around it, that this file has."""
        while name not in self._spans and "." in name:
            name = name.rpartition(".")[0]
        return name if name in self._spans else MODULE

    def around(self, line: int, place: str) -> Iterator[int]:
        """Yield the nearest lines of a place before and after something that is missing before ``line``."""
        first, last = self._spans[place]
        for candidates in (range(line - 1, first - 1, -1), range(line, last + 1)):
            own = (each for each in candidates if self.scope(each) == place and self.matters(each))
            near = next(own, 0)
            if near:
                yield from {near, self.statement(near)}


def _says_nothing(node: ast.stmt) -> bool:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Import | ast.ImportFrom)


def _hunks(old: _File, new: _File) -> Iterator[tuple[Range, Range]]:
    """Yield changed ranges; those that change nothing that runs are left out."""
    same = _equal_lines(old.lines, new.lines)
    ends = _equal_lines(old.lines[same:][::-1], new.lines[same:][::-1])
    one, other = (each[same : len(each) - ends] for each in (old.lines, new.lines))
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        before = (same + first + 1, same + last + 1)
        after = (same + begin + 1, same + end + 1)
        if kind != "equal" and (_any(old, before) or _any(new, after)):
            yield before, after


def _equal_lines(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines are equal at the beginning."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


def _any(file: _File, span: Range) -> bool:
    return any(file.matters(line) for line in range(*span))
