"""The files of the project as they are now, taken into the private index byte for byte, and the tree they make."""

import os
import stat
from dataclasses import replace
from pathlib import Path

from coach.engine.copies.complete import LARGEST_RECORDED
from coach.engine.trees.git import an_id
from coach.engine.trees.modes import Modes, read_modes
from coach.engine.trees.private_repository import PrivateRepository
from coach.engine.trees.tree_files import TreeFiles

_WAYS = {"remove": ("--force-remove",), "add": ("--add", "--remove", "--replace")}


class WorkTree:
    """Brings the index of a private repository up to the files."""

    def __init__(self, root: Path, private: PrivateRepository, prefix: str, files: TreeFiles) -> None:
        self._root, self._private, self._prefix, self._files = root, private, prefix, files
        self._is_refreshed = False
        self._last, self._last_stamp = "", (0, 0, 0)
        self._taken_out: set[bytes] = set()
        self._listed_tree, self._listed = "", dict[str, str]()

    def forget(self) -> None:
        """Believe nothing of before: the private repository was made anew."""
        self._last = ""

    def record(self) -> str:
        """Take in what changed and return the tree; called with the repository locked. Raises StoreError."""
        if not self._is_refreshed:
            # Once: what was touched but not changed need not be read again at every later recording.
            self._private.git.run("update-index", "-q", "--refresh", "--ignore-submodules", accept=(0, 1))
            self._is_refreshed = True
        self._private.unmark()
        stamp = self._stamp()
        if not self._take_in_changes() and self._last and stamp == self._last_stamp:
            return self._last
        self._last = self._write_tree()
        self._last_stamp = self._stamp()
        return self._last

    def modes(self, tree: str) -> Modes:
        """Return the permissions of the files of a tree, and the empty folders, as they are now."""
        if tree != self._listed_tree:
            self._listed = {path: mode for path, (mode, _) in self._files.of(tree).items()}
            self._listed_tree = tree
        return replace(
            read_modes(self._root, self._listed), left_out=frozenset(map(os.fsdecode, self._taken_out))
        )

    def _stamp(self) -> tuple[int, int, int]:
        """Tell whether another coach took changes into the same index: to us they then look like none."""
        try:
            seen = self._private.index.stat()
        except OSError:
            return 0, 0, 0
        return seen.st_mtime_ns, seen.st_size, seen.st_ino

    def _take_in_changes(self) -> bool:
        """Bring the private index up to the files; returns whether anything was new."""
        listed = self._private.git.run("ls-files", "-z", "-m", "-o", "--exclude-standard")
        paths = {path: self._way(path) for path in listed.split(b"\0") if path}
        for way, words in _WAYS.items():
            chosen = [path for path, its_way in paths.items() if its_way == way]
            if chosen:
                self._private.writer.run(
                    "update-index", "-z", *words, "--stdin", stdin=b"\0".join(chosen) + b"\0"
                )
        return any(paths.values())

    def _way(self, path: bytes) -> str:
        """Say how the index takes a path in; empty when it cannot and has nothing of it: a repository of its own."""
        if path.endswith(b"/"):
            return ""
        way = self._way_of_file(path)
        if way != "take out":
            self._taken_out.discard(path)
            return way
        if path in self._taken_out:
            return ""
        self._taken_out.add(path)
        return "remove"

    def _way_of_file(self, path: bytes) -> str:
        place = self._root / os.fsdecode(path)
        if self._is_behind_link(place):
            return "remove"  # its folder is a link now, and only the link is recorded
        try:
            seen = place.lstat()
        except OSError:
            return "add"
        if stat.S_ISDIR(seen.st_mode):
            # A submodule has its .git; any other folder stands where a file was.
            return "add" if (place / ".git").exists() else "remove"
        if stat.S_ISLNK(seen.st_mode):
            return "add"
        # What a file held before is not what it holds now: where that cannot be recorded, no tree says anything of it.
        is_held = (
            stat.S_ISREG(seen.st_mode) and seen.st_size <= LARGEST_RECORDED and os.access(place, os.R_OK)
        )
        return "add" if is_held else "take out"

    def _is_behind_link(self, place: Path) -> bool:
        folders = place.relative_to(self._root).parents
        return any((self._root / each).is_symlink() for each in folders)

    def _write_tree(self) -> str:
        words = ["write-tree", "--missing-ok"]
        if self._prefix:
            if not self._private.git.run("ls-files", "-z", "--", "."):
                return self.empty()
            words.append(f"--prefix={self._prefix}")
        return an_id(self._private.writer.run(*words))

    def empty(self) -> str:
        """Return the tree that holds nothing."""
        return an_id(self._private.writer.run("mktree"))
