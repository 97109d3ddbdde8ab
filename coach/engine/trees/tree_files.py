"""Which files a tree holds: git lists it once for all that ask of the same tree in a row. What a tree holds never changes."""

import os
import threading
from collections.abc import Mapping
from typing import NamedTuple

from coach.engine.trees.git import Git

SUBMODULE = "160000"
"""The mode of one."""
_MOST = 8
"""Trees whose files are kept: who searches or grades asks for the same few again and again, and large ones take much room."""


class Entry(NamedTuple):
    """One file of a tree: its git mode and its content."""

    mode: str
    blob: str


class TreeFiles:
    """Lists trees, and keeps the newest lists."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[str, Entry]] = {}

    def of(self, tree: str) -> Mapping[str, Entry]:
        """Return the files of a tree, links and submodules among them, by path."""
        with self._lock:
            found = self._known.pop(tree, None)
        if found is None:
            found = _listed(self.git.run("ls-tree", "-r", "-z", "--full-tree", tree))
        with self._lock:
            self._known[tree] = found
            for old in list(self._known)[:-_MOST]:
                del self._known[old]
        return found


def _listed(answer: bytes) -> dict[str, Entry]:
    found = {}
    for line in answer.split(b"\0"):
        head, _, path = line.partition(b"\t")
        if path:
            mode, _, blob = head.decode().split(" ")
            found[os.fsdecode(path)] = Entry(mode, blob)
    return found
