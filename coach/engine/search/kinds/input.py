"""How little of an input still makes the test fail: what is nested from the outside in, then lines, then characters.

The input is a file, or a literal in one (``FILE:LINE``).
"""

import hashlib
from pathlib import Path

from coach.core.base.formatting import count
from coach.core.base.text import storable
from coach.core.search.ddmin import minimise
from coach.core.search.hdd import is_nested, reduce_nested
from coach.core.search.kinds import InputReduced
from coach.core.search.repeats import any_failure
from coach.core.search.request import SearchResult
from coach.engine.search.candidate import Candidate
from coach.engine.search.driver import Stopped, drive
from coach.engine.search.kinds.literal import literal_at
from coach.engine.search.kinds.task import Task, ended
from coach.engine.trees.tree_files import Entry
from coach.errors import UsageError
from coach.private_folders import make_folders, write_private

LITTLE = 200
"""Bytes of a nested input that a person takes in: going on by characters would cost a run each and break its form."""
PREVIEW = 2_000
"""Characters of the reduced input that are kept in the log."""


class _Input:
    """The file under reduction."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self.path, line = named(task.request.input)
        entry = task.composer.entries(task.now).get(self.path)
        if entry is None:
            raise UsageError(
                f"{self.path} is not among the recorded files",
                why="it is ignored, too large, or not in the project",
                do="name a file of the project that the test reads, relative to its root",
            )
        self._mode = entry.mode
        content = task.composer.content(entry.blob)
        self._literal = literal_at(content, line) if line else None
        self.whole = self._literal.value if self._literal else content

    def probe(self, content: bytes) -> Candidate:
        written = self._literal.replaced(content) if self._literal else content
        entry = Entry(self._mode, self._task.composer.store(written))
        tree = self._task.composer.compose(self._task.now, {self.path: entry})
        return self._task.probe(tree, f"{len(content):,} of {len(self.whole):,} bytes")


def search_input(task: Task) -> SearchResult:
    """Reduce the file as far as the same failure stays."""
    file = _Input(task)
    whole, empty = file.probe(file.whole), file.probe(b"")
    if task.settled(whole) != "FAIL":
        why = task.driver.reason(whole) or "it passes there"
        return ended("failed", f"the failure does not show in a copy of the work tree: {why}")
    if task.settled(empty) == "FAIL":
        return _told(task, file, b"", "it fails with nothing in it as well", is_minimal=True)
    content, stopped = _reduce_nested(task, file)
    is_done = len(content) < len(file.whole) and len(content) <= LITTLE
    for cut in () if is_done else (_lines, _characters):
        if not stopped:
            content, stopped = _reduce(task, file, cut(content))
    if not stopped:
        stopped = _confirmed(task, file.probe(content))
    said = f"{len(content):,} of {count(len(file.whole), 'byte')} still make it fail"
    return _told(task, file, content, f"{stopped}: {said}" if stopped else said, is_minimal=not stopped)


def _confirmed(task: Task, probe: Candidate) -> str:
    """Judge what is left alone; returns why the search was stopped before that, if it was."""
    try:
        task.confirm([(probe, "FAIL")])
    except Stopped as stop:
        return stop.why
    return ""


def named(asked: str) -> tuple[str, int]:
    """Split ``FILE:LINE``; 0 when only a file is named."""
    path, colon, line = asked.rpartition(":")
    return (path, int(line)) if colon and path and line.isdecimal() else (asked, 0)


def _reduce_nested(task: Task, file: _Input) -> tuple[bytes, str]:
    """Reduce what has a structure to keep; returns what is left and why the search stopped early, if it did."""
    try:
        text = file.whole.decode()
    except UnicodeDecodeError:
        return file.whole, ""
    if not is_nested(text):
        return file.whole, ""
    search = any_failure(reduce_nested(text, width=task.width), task.runs, width=task.width)
    try:
        return drive(
            search, lambda asked: file.probe(asked[0].encode()).again(asked[1]), task.driver
        ).encode(), ""
    except Stopped as stop:
        return stop.best[0].encode() if isinstance(stop.best, tuple) else file.whole, stop.why


def _reduce(task: Task, file: _Input, parts: list[bytes]) -> tuple[bytes, str]:
    """Leave out parts while it still fails; returns what is left and why the search stopped early, if it did."""

    def join(chosen: tuple[int, ...]) -> bytes:
        return b"".join(parts[each] for each in chosen)

    everything = tuple(range(len(parts)))
    search = any_failure(minimise(everything, width=task.width), task.runs, width=task.width)
    try:
        return join(drive(search, lambda asked: file.probe(join(asked[0])).again(asked[1]), task.driver)), ""
    except Stopped as stop:
        return join(stop.best[0] if isinstance(stop.best, tuple) else everything), stop.why


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _characters(content: bytes) -> list[bytes]:
    try:
        return [each.encode() for each in content.decode()]
    except UnicodeDecodeError:
        return [content[start : start + 1] for start in range(len(content))]


def _told(task: Task, file: _Input, content: bytes, sentence: str, *, is_minimal: bool) -> SearchResult:
    found = InputReduced(
        path=task.request.input,
        reduced=str(_keep(task.trees.scratch.parent / "reduced", file.path, content)),
        bytes_before=len(file.whole),
        bytes_after=len(content),
        lines_after=len(content.splitlines()),
        is_minimal=is_minimal,
        preview=storable(content[:PREVIEW].decode("utf-8", "backslashreplace")),
    )
    return ended("found" if is_minimal else "stopped", sentence, found)


def _keep(folder: Path, path: str, content: bytes) -> Path:
    """Keep the reduced file beside the recorded trees, under its content: never in the checkout."""
    make_folders(folder)
    place = folder / f"{hashlib.sha256(content).hexdigest()[:12]}-{Path(path).name}"
    write_private(place, content)
    return place
