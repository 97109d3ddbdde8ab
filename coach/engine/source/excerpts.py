"""Read source of the project as text: a test's own function, and the function around a failing line.

Nothing is imported or executed. A file that is missing, too large, not Python or not decodable reads as "not found".
"""

import ast
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.base.text import storable
from coach.core.runs.failure import raised_in_doctest
from coach.core.runs.report import Failure, Frame
from coach.regular_files import read_source

MAX_CODE_LINES = 60
MAX_CODE_BUDGET = 300_000
"""Characters of code in one report: a suite that fails everywhere must still be one readable event."""
_MAX_FILE_BYTES = 2_000_000
_FRAMES_WITH_CODE = 8
_SHOWN = 200
"""Characters of a node id in a sentence."""
_FAILURES_WITH_ALL_CODE = 20

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class TestSource:
    """Where a test is written, and its text; ``digest`` is empty when it was not found."""

    __test__ = False
    path: str = ""
    line: int = 0
    source: str = ""
    digest: str = ""
    name: str = ""
    """The qualified name by which it was found; empty: by its id."""


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file that could be parsed."""

    lines: tuple[str, ...]
    tree: ast.Module


def read_test(root: Path, nodeid: str) -> TestSource:
    """Find the function or method that a pytest node id names, decorators included.

    Args:
        root: the project.
        nodeid: ``tests/test_x.py::TestA::test_b[param]``; the parameters do not matter for the source.

    """
    test = TestId(nodeid)
    path, names = test.file, test.names
    module = read_module(root, path)
    if module is None or not names:
        return TestSource(path=path)
    node = _named(module.tree, names)
    if node is None:
        return TestSource(path=path)
    start, end = first_line(node), node.end_lineno or node.lineno
    source = storable("\n".join(module.lines[start - 1 : end]) + "\n")
    return TestSource(path, start, source, hashlib.sha256(source.encode()).hexdigest())


def misnamed(root: Path, words: Sequence[str]) -> str:
    """Say which node id names nothing, and what it may have meant; empty when each is there or unreadable.

    A function that is there with other parameters is one whose ids change from run to run (random values, addresses).
    """
    changing = ""
    for word in words:
        test = TestId(word)
        module = read_module(root, test.file) if test.names else None
        if module is None:
            continue
        if _named(module.tree, test.names) is None:
            name = test.function.inside
            near = get_close_matches(name, _tests(module.tree), n=1)
            return f"not found: {name} in {test.file}" + (f"; did you mean {near[0]}?" if near else "")
        if test.parameters and not changing:
            why = "no such parameters this time: the ids of this test change from run to run"
            changing = f"not found: {word[:_SHOWN]}; {why}; run the function: {test.function}"
    return changing


def meant_by(root: Path, words: Sequence[str]) -> tuple[TestId, ...]:
    """Return the node ids that the first misnamed word may have meant, nearest first."""
    changing: tuple[TestId, ...] = ()
    for word in words:
        test = TestId(word)
        module = read_module(root, test.file) if test.names else None
        if module is None:
            continue
        if _named(module.tree, test.names) is None:
            near = get_close_matches(test.function.inside, _tests(module.tree))
            return tuple(TestId.of(test.file, each) for each in near)
        if test.parameters:
            changing = changing or (test.function,)
    return changing


def _tests(tree: ast.Module) -> list[str]:
    """Name the tests of a file as node ids do."""
    found: list[str] = []
    for node in _definitions(tree.body):
        if isinstance(node, ast.ClassDef):
            inner = (each.name for each in _definitions(node.body) if each.name.startswith("test"))
            found += [TestId.of(node.name, name) for name in inner]
        elif node.name.startswith("test"):
            found.append(node.name)
    return found


def with_code(failures: Sequence[Failure], root: Path) -> tuple[Failure, ...]:
    """Add the enclosing function to own frames, innermost first, within the budget of a report."""
    reader = _CodeReader(root)
    return tuple(
        reader.fill(failure, _FRAMES_WITH_CODE if index < _FAILURES_WITH_ALL_CODE else 1)
        for index, failure in enumerate(failures)
    )


class _CodeReader:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._modules: dict[str, Module | None] = {}
        self._left = MAX_CODE_BUDGET

    def fill(self, failure: Failure, most: int) -> Failure:
        frames = self._filled(failure.frames, most)
        causes = failure.causes
        if raised_in_doctest(failure) or not any(frame.code for frame in frames):
            causes = tuple(
                each.model_copy(update={"frames": self._filled(each.frames, 1)}) for each in causes[:1]
            )
            causes = (*causes, *failure.causes[1:])
        return failure.model_copy(update={"frames": frames, "causes": causes})

    def _filled(self, frames: tuple[Frame, ...], most: int) -> tuple[Frame, ...]:
        """Add code to the innermost ``most`` own frames."""
        found = list(frames)
        own = [index for index, frame in enumerate(frames) if frame.own][-most:]
        for index in reversed(own):
            found[index] = self._with_code(found[index])
        return tuple(found)

    def _with_code(self, frame: Frame) -> Frame:
        if frame.path not in self._modules:
            self._modules[frame.path] = read_module(self._root, frame.path)
        module = self._modules[frame.path]
        if module is None or not 0 < frame.line <= len(module.lines) or self._left <= 0:
            return frame
        start, end = _around(module, frame.line)
        code = storable("\n".join(module.lines[start - 1 : end]))
        self._left -= len(code)
        return frame.model_copy(update={"code": code, "code_start": start})


def _around(module: Module, line: int) -> tuple[int, int]:
    """Return the lines of the innermost function at ``line``, at most so many, with ``line`` among them."""
    start, end = 1, len(module.lines)
    for node in _functions(module.tree):
        first, last = first_line(node), node.end_lineno or node.lineno
        if first <= line <= last and last - first <= end - start:
            start, end = first, last
    if end - start >= MAX_CODE_LINES:
        start = max(start, min(line - MAX_CODE_LINES // 2, end - MAX_CODE_LINES + 1))
        end = start + MAX_CODE_LINES - 1
    return start, end


def _functions(tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def _named(tree: ast.Module, names: Sequence[str]) -> Function | ast.ClassDef | None:
    """Follow the names inwards; a later definition of the same name wins, as it does at run time."""
    found: Function | ast.ClassDef | None = None
    body: Sequence[ast.stmt] = tree.body
    for name in names:
        found = None
        for node in _definitions(body):
            if node.name == name:
                found = node
        if found is None:
            return None
        body = found.body
    return found


def _definitions(body: Sequence[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    """Yield definitions of one scope, also those under ``if`` and ``try``."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _definitions(node.body)
            yield from _definitions(getattr(node, "orelse", ()))


def qualified(scope: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield functions by the names python gives them, wherever in a scope they stand."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, Function):
            yield prefix + node.name, node
            yield from qualified(node, f"{prefix}{node.name}.<locals>.")
        elif isinstance(node, ast.ClassDef):
            yield from qualified(node, f"{prefix}{node.name}.")
        else:
            yield from qualified(node, prefix)


def first_line(node: Function | ast.ClassDef) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def read_module(root: Path, path: str) -> Module | None:
    """Read and parse one file of the project; a path that leads out of it by its words, not by a link, reads as nothing."""
    try:
        file = Path(os.path.normpath(root / path))
        if not file.is_relative_to(root):
            return None
        text = read_source(file)
        return Module(tuple(text.split("\n")), ast.parse(text))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


MAX_FILES = 1_000
MAX_FILE_BYTES = 2_000_000


def read_sources(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """Return path (relative to the root) → text, with plain newlines."""
    sources: dict[str, str] = {}
    for path in paths[:MAX_FILES]:
        file = root / path
        try:
            sources[path] = read_source(file)
        except OSError:
            continue
    return sources
