"""Which tests concern changed files: those seen to run the changed lines, else the test files that import the files.

Imports are read from the statements alone; nothing is executed. Imports made by name at run time are not seen: the
run of all tests that follows is the net below. A changed ``conftest.py`` concerns every test file below its folder.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from coach.core.base.test_id import TestId
from coach.core.localize.spectrum import Coverage
from coach.core.localize.test_impact import affected
from coach.core.runs.changes import Changes
from coach.engine.watch.watched_paths import folders_to_watch, sources
from coach.regular_files import is_file, read_bytes

MAX_FILES = 3_000
"""Reading more takes longer than running all tests of most projects."""
MAX_IDS = 200
"""More tests than this are run as whole files: a command line has its limits."""
_MAX_BYTES = 1_000_000


def related_tests(root: Path, changed: Sequence[str]) -> tuple[str, ...]:
    """Return test files (posix, below the root) that concern the changed ones, sorted; empty when they are too many."""
    files = [name for name in sources(root, folders_to_watch(root)) if name.endswith(".py")]
    if len(files) > MAX_FILES:
        return ()
    owners = _owners(files)
    importers: dict[str, set[str]] = {}
    for name in files:
        for imported in _imported(root, name, owners):
            importers.setdefault(imported, set()).add(name)
    reached = set(changed)
    for name in changed:
        if PurePosixPath(name).name == "conftest.py":
            prefix = name.removesuffix("conftest.py")
            reached |= {each for each in files if each.startswith(prefix) and is_test_file(each)}
    waiting = list(reached)
    while waiting:
        new = importers.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return tuple(sorted(name for name in reached if is_test_file(name) and is_file(root / name)))


def concerned(root: Path, changed: Sequence[str], coverage: Coverage, changes: Changes) -> tuple[str, ...]:
    """Return tests that ran changed lines, by id, and test files that concern what the trace does not tell.

    Args:
        root: the project.
        changed: the files that were saved.
        coverage: the newest trace; test files it does not hold are chosen by their imports.
        changes: from the trace's tree to now.

    """
    found = affected(coverage, changes, changed)
    traced = {TestId(test).file for test in coverage.tests}
    tests_changed = [path for path in changed if is_test_file(path)]
    files = dict.fromkeys(related_tests(root, [*found.unsure, *tests_changed]))
    files |= dict.fromkeys(each for each in related_tests(root, changed) if each not in traced)
    ids = [test for test in found.tests if TestId(test).file not in files]
    if len(ids) > MAX_IDS:
        return tuple(sorted({*files, *(TestId(test).file for test in ids)}))
    return (*sorted(files), *ids)


def is_test_file(name: str) -> bool:
    """Whether pytest collects it by default."""
    last = name.rpartition("/")[2]
    return last.endswith(".py") and (last.startswith("test_") or last.endswith("_test.py"))


def _owners(files: Iterable[str]) -> dict[str, str]:
    """Map every dotted name a file could be imported by to the file: below the root, ``src`` or its own folder."""
    owners: dict[str, str] = {}
    for name in files:
        parts = name.removesuffix(".py").split("/")
        if parts[-1] == "__init__":
            parts.pop()
        for start in range(len(parts)):
            owners.setdefault(".".join(parts[start:]), name)
    return owners


def _imported(root: Path, name: str, owners: dict[str, str]) -> Iterator[str]:
    try:
        tree = ast.parse(read_bytes(root / name, _MAX_BYTES))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    package = name.split("/")[:-1]
    for node in ast.walk(tree):
        for dotted in _names(node, package):
            yield from _files_of(dotted, owners)


def _names(node: ast.AST, package: Sequence[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = list(package[: len(package) - node.level + 1]) if node.level else []
        base = ".".join([*above, *filter(None, [node.module])])
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _files_of(dotted: str, owners: dict[str, str]) -> Iterator[str]:
    """Yield the module and the packages above it: importing a module runs them all."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        found = owners.get(".".join(parts[:end]))
        if found:
            yield found
