"""Suspect the last edit: which hunks between the last pass and now make it fail?

The tests of now are laid over the old tree, so that only the code under test differs; when the old code fails them as
well, the tests' own hunks are part of the question.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.core.base.formatting import count
from coach.core.runs.changes import FileChange, Hunk
from coach.core.search.ddmin import minimise
from coach.core.search.hunks import lines_of, linked, merge
from coach.core.search.kinds import EditsFound
from coach.core.search.repeats import any_failure
from coach.core.search.request import SearchResult
from coach.engine.search.candidate import Candidate
from coach.engine.search.driver import Stopped, drive
from coach.engine.search.kinds.task import Task, ended
from coach.engine.trees.tree_files import Entry


@dataclass(frozen=True, slots=True)
class Piece:
    """The smallest part of an edit: one hunk, or a whole file that was added, deleted or is not text."""

    path: str
    hunk: int = -1
    """Its place among the file's hunks; -1: the whole file."""


class Pieces:
    """The edit in pieces, and trees that hold some of them."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._base = task.trees.beside(task.request.base, task.now)
        self._old = task.composer.entries(self._base)
        self._new = task.composer.entries(task.now)
        self._lines: dict[str, list[bytes]] = {}
        self.files = {each.path: each for each in task.composer.differences(self._base, task.now)}

    def all(self, left_out: frozenset[str] = frozenset()) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for path, change in self.files.items():
            if path not in left_out:
                found += (
                    [Piece(path, hunk) for hunk in range(len(change.hunks))]
                    if self._is_text(change)
                    else [Piece(path)]
                )
        return tuple(found)

    def tree(self, chosen: Sequence[Piece], overlay: dict[str, Entry]) -> str:
        """Return the old tree with these pieces of the edit, and some files as they are now."""
        by_path: dict[str, list[int]] = {}
        for piece in chosen:
            by_path.setdefault(piece.path, []).append(piece.hunk)
        files: dict[str, Entry | None] = dict(overlay)
        files |= {path: self._entry(path, hunks) for path, hunks in by_path.items()}
        return self._task.composer.compose(self._base, files)

    def found(self, chosen: Sequence[Piece]) -> tuple[FileChange, ...]:
        """Return the chosen pieces as changes of files, for people."""
        found = []
        for path, change in self.files.items():
            pieces = [piece for piece in chosen if piece.path == path]
            if pieces:
                hunks = tuple(change.hunks[piece.hunk] for piece in pieces if piece.hunk >= 0)
                found.append(change.model_copy(update={"hunks": hunks or change.hunks}))
        return tuple(found)

    def groups(self, wanted: Sequence[Piece]) -> list[frozenset[Piece]]:
        """Return pieces that may only make sense together."""
        texts = []
        for piece in wanted:
            hunks = self.files[piece.path].hunks
            chosen = hunks if piece.hunk < 0 else hunks[piece.hunk : piece.hunk + 1]
            texts.append("\n".join(hunk.text for hunk in chosen))
        return [frozenset(wanted[number] for number in group) for group in linked(texts)]

    def _is_text(self, change: FileChange) -> bool:
        """Whether hunks can be taken one by one: both sides are there, as files, and differ in lines."""
        old, new = self._old.get(change.path), self._new.get(change.path)
        return bool(change.hunks) and old is not None and new is not None and old.mode == new.mode

    def _entry(self, path: str, hunks: list[int]) -> Entry | None:
        change, new = self.files[path], self._new.get(path)
        if new is None or hunks == [-1] or len(hunks) == len(change.hunks):
            return new
        chosen: list[Hunk] = [change.hunks[each] for each in hunks]
        content = merge(self._read(self._old[path].blob), self._read(new.blob), chosen)
        return Entry(new.mode, self._task.composer.store(content))

    def _read(self, blob: str) -> list[bytes]:
        if blob not in self._lines:
            self._lines[blob] = lines_of(self._task.composer.content(blob))
        return self._lines[blob]


def search_edits(task: Task) -> SearchResult:
    """Find the hunks without which it passes."""
    pieces = Pieces(task)
    tests = task.test_files()
    everything = pieces.all()
    label = task.request.base_label or "the last pass"
    if not everything:
        return ended("nothing", f"nothing differs from {label}")
    old = task.probe(pieces.tree((), tests), "none of the hunks, the tests of now")
    new = task.probe(task.now, "all hunks")
    if task.settled(new) != "FAIL":
        why = task.driver.reason(new) or "it passes there"
        return ended("failed", f"the failure does not show in a copy of the work tree: {why}")
    if task.settled(old) == "PASS":
        return _reduce(task, pieces, pieces.all(frozenset(tests)), tests)
    plain = task.probe(pieces.tree((), {}), f"as {label}")
    if task.settled(plain) != "PASS":
        why = task.driver.reason(plain)
        return ended(
            "nothing",
            f"{label} does not pass either{f' ({why})' if why else ''}: it is not one of these edits",
        )
    return _reduce(task, pieces, everything, {})


def _reduce(task: Task, pieces: Pieces, wanted: tuple[Piece, ...], overlay: dict[str, Entry]) -> SearchResult:
    def probe_of(question: tuple[tuple[Piece, ...], int]) -> Candidate:
        chosen, number = question
        label = f"{len(chosen)} of {count(len(wanted), 'hunk')}"
        is_mixed = len(chosen) < len(wanted)
        return task.probe(pieces.tree(chosen, overlay), label, number, is_mixed=is_mixed)

    parts = minimise(wanted, width=task.width, groups=pieces.groups(wanted))
    search = any_failure(parts, task.runs, width=task.width)
    try:
        kept = drive(search, probe_of, task.driver)
        task.confirm_smallest(kept, lambda chosen: probe_of((chosen, 1)))
        stopped = ""
    except Stopped as stop:
        kept = stop.best[0] if isinstance(stop.best, tuple) else wanted
        stopped = stop.why
    files = pieces.found(kept)
    found = EditsFound(files=files, of=len(wanted), base_label=task.request.base_label)
    places = ", ".join(dict.fromkeys(_place(each) for each in files))
    said = f"{len(kept)} of {count(len(wanted), 'hunk')} {'makes' if len(kept) == 1 else 'make'} it fail: {places}"
    if stopped:
        return ended("stopped", f"{stopped}: at most {said}", found)
    if why := task.unjudged(kept, lambda chosen: probe_of((chosen, 1))):
        return ended("stopped", f"at most {said}; less could not be judged: {why}", found)
    return ended("found", said, found)


def _place(change: FileChange) -> str:
    return f"{change.path}:{change.hunks[0].new_start}" if change.hunks else change.path
