"""Did git itself put other files into the checkout between two runs? A branch switch or a stash is no edit.

git keeps its own record of every move of HEAD and of every stash. How far those files had come is noted with each run;
what was appended since tells. Nothing is started and nothing is written. Where the record is switched off nothing is
known, and everything counts as an edit.
"""

import contextlib
import os
from pathlib import Path

from coach.engine.trees.git import Git, GitError
from coach.regular_files import opened

_MAX_READ = 1_000_000
_OWN_WORK = (b"commit", b"branch:", b"Branch:")
"""Records of a move that left the files as they were."""


class Switches:
    """What git says it did with the checkout of one project."""

    def __init__(self, root: Path) -> None:
        self._head, self._stash = _records(root)

    def mark(self) -> str:
        """Return how far git's records have come: two sizes in bytes; empty when there are none."""
        if self._head is None or self._stash is None:
            return ""
        return f"{_size(self._head)} {_size(self._stash)}"

    def moved(self, before: str, after: str) -> bool:
        """Whether other files were checked out, or stashed away, between two marks."""
        old, new = _sizes(before), _sizes(after)
        if old is None or new is None or self._head is None:
            return False
        if old[1] != new[1]:
            return True
        return old[0] < new[0] and any(_is_switch(line) for line in _lines(self._head, old[0], new[0]))


def _records(root: Path) -> tuple[Path | None, Path | None]:
    with contextlib.suppress(GitError, ValueError):
        answer = Git(root).run("rev-parse", "--git-path", "logs/HEAD", "--git-path", "logs/refs/stash")
        head, stash = os.fsdecode(answer).split("\n")[:2]
        return root / head, root / stash
    return None, None


def _size(record: Path) -> int:
    try:
        return record.stat().st_size
    except OSError:
        return 0


def _sizes(mark: str) -> tuple[int, int] | None:
    head, _, stash = mark.partition(" ")
    return (int(head), int(stash)) if head.isdecimal() and stash.isdecimal() else None


def _lines(record: Path, start: int, end: int) -> list[bytes]:
    try:
        with opened(record) as file:
            file.seek(start)
            return file.read(min(end - start, _MAX_READ)).splitlines()
    except OSError:
        return []


def _is_switch(line: bytes) -> bool:
    """Read one record: old and new commit, who, when, a tab, what. Moving to where one was (reset --hard) undoes edits."""
    ids, _, what = line.partition(b"\t")
    old, _, rest = ids.partition(b" ")
    return bool(what) and old != rest.partition(b" ")[0] and not what.startswith(_OWN_WORK)
