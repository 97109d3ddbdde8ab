"""Read a test for its pin: its source where it is really written, and the content of what it reads.

What belongs to a pin besides the test's own source:

- data files that the test opened and that are of the tests: they lie in a folder of tests or of expected data, or code of
  the tests opened them. A template that the code under test reads is the code's.
- ``conftest.py`` beside and above the test, up to the root.
- modules of tests (helpers, base classes) that the test's module takes something from.

Nothing is imported or executed.
"""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from coach.core.base.test_id import TestId
from coach.core.base.text import storable
from coach.core.protocol.effects import ReadTest
from coach.core.protocol.observations import TestSeen
from coach.core.runs.report import Written
from coach.engine.source.excerpts import Function, TestSource, first_line, qualified, read_module, read_test
from coach.engine.source.pinned_test_parts import parts_of
from coach.regular_files import read_bytes

WHOLE = "file:"
"""The name of a test that is all of its file: a row of a table, a text with examples."""
MAX_FILES = 100
_MAX_BYTES = 20_000_000
_MAX_LINES = 200
_DOCTEST = "doctest:"
_GONE = ""


def read_pinned(root: Path, effect: ReadTest) -> TestSeen:
    """Read a test as it is now. Its digest is empty when it is not found."""
    found = read_written(root, effect.written) if effect.written else read_test(root, effect.test)
    if not found.digest and effect.is_known:
        found = read_test(root, effect.test)
    if not found.digest and (effect.is_known or (effect.written and effect.written.name == WHOLE)):
        path = effect.written.path if effect.written else effect.test.file
        found = _whole_file(root, path)
    files = effect.files
    if effect.pin:
        files = tuple(dict.fromkeys((*files, *_conftests(root, effect.test.file))))
    files = tuple(path for path in files if path != found.path)[:MAX_FILES]
    return TestSeen(
        test=effect.test,
        path=found.path,
        line=found.line,
        source=found.source,
        digest=found.digest,
        name=found.name,
        files=tuple((path, _digest_of(root, path)) for path in files),
        pin=effect.pin,
        parts=_parts(root, effect.test, found) if found.digest else (),
    )


def _parts(root: Path, test: TestId, found: TestSource) -> tuple[tuple[str, str], ...]:
    """Return what it is made of in its file; a test that is all of its file has no parts, nor have examples."""
    if found.name == WHOLE or found.name.startswith(_DOCTEST):
        return ()
    written = Written(path=found.path, line=found.line, name=found.name) if found.name else None
    return parts_of(root, test, written)


def read_written(root: Path, written: Written) -> TestSource:
    """Find the function, or the examples of a docstring, of a qualified name; the nearest to the line where it was last."""
    if written.name == WHOLE or not written.name:
        return _whole_file(root, written.path)
    module = read_module(root, written.path)
    if module is None:
        return (
            _whole_file(root, written.path) if written.name.startswith(_DOCTEST) else TestSource(written.path)
        )
    if written.name.startswith(_DOCTEST):
        return _docstring(module.tree, written)
    named = [node for name, node in qualified(module.tree) if name == written.name]
    if not named:
        return TestSource(written.path)
    node = min(named, key=lambda each: abs(first_line(each) - written.line))
    start, end = first_line(node), node.end_lineno or node.lineno
    source = storable("\n".join(module.lines[start - 1 : end]) + "\n")
    return TestSource(written.path, start, source, _hashed(source.encode()), written.name)


Scope = ast.Module | ast.ClassDef | Function


def _docstring(tree: ast.Module, written: Written) -> TestSource:
    """Return the docstring of the longest name that the examples' name ends in; the module's own when none does."""
    asked = f".{written.name.removeprefix(_DOCTEST)}"
    best, best_name = _text_of(tree), ""
    for name, node in _documented(tree, ""):
        text = _text_of(node)
        if asked.endswith(f".{name}") and len(name) > len(best_name) and text is not None:
            best, best_name = text, name
    if best is None:
        return TestSource(written.path)
    source = storable(best.value if isinstance(best.value, str) else "")
    return TestSource(written.path, best.lineno, source, _hashed(source.encode()), written.name)


def _documented(scope: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, Function | ast.ClassDef):
            yield prefix + node.name, node
            yield from _documented(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from _documented(node, prefix)


def _text_of(node: Scope) -> ast.Constant | None:
    first = node.body[0] if node.body else None
    value = first.value if isinstance(first, ast.Expr) else None
    return value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _whole_file(root: Path, path: str) -> TestSource:
    content = _content(root, path)
    if content is None:
        return TestSource(path)
    lines = content.decode("utf-8", "replace").split("\n")
    return TestSource(path, 1, storable("\n".join(lines[:_MAX_LINES])), _hashed(content), WHOLE)


def _conftests(root: Path, path: str) -> Iterator[str]:
    for folder in PurePosixPath(path).parents:
        name = (folder / "conftest.py").as_posix()
        if not folder.is_absolute() and _content(root, name) is not None:
            yield name


def _digest_of(root: Path, path: str) -> str:
    content = _content(root, path)
    return _GONE if content is None else _hashed(content)


def _content(root: Path, path: str) -> bytes | None:
    """Return the content of a regular file of ordinary size; None when there is none."""
    try:
        return read_bytes(root / path, _MAX_BYTES)
    except OSError:
        return None


def _hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
