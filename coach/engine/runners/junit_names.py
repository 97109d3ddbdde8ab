"""Lead a test in a report back to its file in the project, though the report names it as seen from elsewhere.

A build server ran in a sub-folder, or in a folder above; on another system; with classes, sub-classes and parameters in
the names. The one file that ends as the report says is meant; of several none is guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.engine.runners.junit_report import JUnitCase
from coach.engine.source.find_file import ProjectFiles

_DECORATED = re.compile(r" \([\w.]+\)$")
"""What unittest's reporters add to a name."""
_MAX_LOOKED_FOR = 6


@dataclass(frozen=True, slots=True)
class NamedTest:
    """Where a test of a report was found, or where it was looked for."""

    id: str = ""
    """pytest's node id, relative to the root; empty when it was not found."""
    looked_for: tuple[str, ...] = ()
    """The ends of paths that no file, or more than one, has."""
    candidates: tuple[str, ...] = ()
    """The files that could be meant, when they are several."""


def named_test(case: JUnitCase, files: ProjectFiles, here: Path | None = None) -> NamedTest:
    """Find the test of a report that pytest, or another runner of Python, wrote.

    Args:
        case: the test as the report names it.
        files: the project's files.
        here: the folder the engineer stands in; of several files the one below it is meant.

    """
    looked: list[str] = []
    several: tuple[str, ...] = ()
    for path, names in _readings(case):
        found = files.ending_with(path)
        found = _nearest(found, files.root, here) if len(found) > 1 else found
        if len(found) == 1:
            return NamedTest(id=TestId.of(found[0], *names))
        if not path.rpartition("/")[2][:1].isupper():  # a class, read as a file only to be sure
            looked.append(path)
        several = several or found
    shown = tuple(dict.fromkeys(looked))[:_MAX_LOOKED_FOR]
    return NamedTest(looked_for=shown, candidates=several[:10])


_MAX_PARTS = 200
"""Folders and classes of one name: no file lies deeper, and the ways to read a name grow with the square of them."""


def _readings(case: JUnitCase) -> Iterator[tuple[str, list[str]]]:
    """Yield each way to read a name as the end of a file's path and the names inside it, the surest first."""
    if any(len(re.split(r"[./\\:]", each)) > _MAX_PARTS for each in (case.class_name, case.name, case.file)):
        return
    name = _DECORATED.sub("", case.name)
    said = [each.replace("\\", "/") for each in (case.class_name, name) if each]
    written = TestId.of(*said) if said else TestId("")  # a report may name neither, and the file beside
    if written.file.endswith(".py"):
        inside = [written.inside] if written.inside else []
        yield from ((each, inside) for each in _ends(written.file.split("/")))
        return
    parts = [part for part in re.split(r"[./\\]", case.class_name) if part]
    names = [name]
    if not parts:  # a file that could not be collected: its dotted path is the name
        parts, names = [part for part in re.split(r"[./\\]", name.removesuffix(".py")) if part], []
    file = case.file.replace("\\", "/")
    if file.endswith(".py"):
        inner = _inside(file, parts)
        yield from ((each, [*inner, *names]) for each in _ends([part for part in file.split("/") if part]))
    modules = [([*parts[: end - 1], f"{parts[end - 1]}.py"], parts[end:]) for end in range(len(parts), 0, -1)]
    for module, classes in modules:
        yield "/".join(module), [*classes, *names]
    for module, classes in modules:
        yield from ((each, [*classes, *names]) for each in list(_ends(module))[1:])


def _ends(parts: list[str]) -> Iterator[str]:
    """Yield a path and what is left of it without its first folders."""
    for start in range(len(parts)):
        yield "/".join(parts[start:])


def _inside(file: str, parts: list[str]) -> list[str]:
    """Return the classes in a dotted name, given the file it begins with."""
    stem = file.removesuffix(".py").split("/")[-1]
    at = max((index for index, part in enumerate(parts) if part == stem), default=len(parts) - 1)
    return parts[at + 1 :]


def _nearest(found: tuple[str, ...], root: Path, here: Path | None) -> tuple[str, ...]:
    if here is None or not here.is_relative_to(root) or here == root:
        return found
    prefix = f"{here.relative_to(root).as_posix()}/"
    below = tuple(each for each in found if each.startswith(prefix))
    return below if len(below) == 1 else found
