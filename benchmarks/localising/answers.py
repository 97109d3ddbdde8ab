"""Which places of a defective file are right answers: those whose lines the fix changes.

A place is a function, a class body or the module's own code. Lines are those of the *defective* file.
"""

import ast
import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MODULE = "<module>"
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Place:
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


def places(path: str, defective: str, fixed: str) -> list[Place]:
    """Return what a fix of one file changes; nothing when it changes comments, docstrings and imports only."""
    old, new = _File(defective), _File(fixed)
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


def is_one_line(defective: str, fixed: str) -> bool:
    """Whether a fix replaces exactly one line by one line."""
    old, new = _File(defective), _File(fixed)
    hunks = list(_hunks(old, new))
    return len(hunks) == 1 and all(last - first == 1 for first, last in hunks[0])


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
                if not isinstance(child, ast.ClassDef):
                    self._functions.add(inner)
                self._spans[inner] = (first, child.end_lineno)
                self._scopes.update(dict.fromkeys(range(first, child.end_lineno + 1), inner))
            if isinstance(child, ast.stmt):
                span = range(child.lineno, child.end_lineno + 1)
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


def _hunks(old: _File, new: _File) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield changed ranges, half open, counted from 1; those that change nothing that runs are left out."""
    matcher = difflib.SequenceMatcher(None, old.lines, new.lines, autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        before, after = (first + 1, last + 1), (begin + 1, end + 1)
        if kind != "equal" and (_any(old, before) or _any(new, after)):
            yield before, after


def _any(file: _File, span: Sequence[int]) -> bool:
    return any(file.matters(line) for line in range(*span))
