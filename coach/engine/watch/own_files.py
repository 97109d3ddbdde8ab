"""Which files of a project are its own: those whose saves are heard, whatever their suffix.

In a repository: every file that git tracks, and those it neither tracks nor ignores, except what nobody writes by hand
(hidden files, environments, caches, editors' own files). Without git: text of all kinds, outside of hidden folders and
environments. Only folders that hold such files are listened to, each by itself: build outputs and installed packages that
git ignores cost nothing.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from coach.engine.source.file_kinds import is_text, suffix_of
from coach.engine.trees.git import Git, GitError, names
from coach.engine.watch.watched_paths import is_entered

MAX_FOLDERS = 8_000
"""Folders that are listened to: each is one watch of the system's, of some ten thousand that it has."""
_MAX_UNTRACKED, _MAX_WALKED, _MAX_KNOWN = 20_000, 2_000, 50_000
_EDITORS = re.compile(
    r"(?:[.#].*#?|.*~|4913|.*\.(?:sw[a-z]|tmp|temp|bak|orig|rej|part|lock-\w+)|.*___jb_\w+___|\.goutputstream-.*|.*\.py\.\w{6,})$"
)
_NO_SOURCES = frozenset(
    [
        ".pyc",
        ".pyo",
        ".o",
        ".obj",
        ".a",
        ".so",
        ".dylib",
        ".dll",
        ".exe",
        ".class",
        ".log",
        ".pid",
        ".sock",
        ".prof",
        ".gcda",
        ".gcno",
        ".db-journal",
        ".sqlite-journal",
    ]
)
_TEMPORARY = re.compile(r"(?P<name>.+)\.(?=\w*\d)\w{6,}$")
"""What some editors write beside a file before they move it there."""


class WatchedFiles:
    """The own files of one project, as last looked at."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders: frozenset[str] = frozenset({"."})
        """Folders to listen to, relative to the root; ``.`` is the root."""
        self.names: frozenset[str] = frozenset()
        self._git = Git(root, timeout=20)
        self._tracked: frozenset[str] | None = None
        self._verdicts: dict[str, bool] = {}
        self._index: Path | None = None
        self._stamp: tuple[int, int] = (0, 0)

    def look(self) -> None:
        """Look at the project anew: its files, and the folders that hold them."""
        self._verdicts.clear()
        self._stamp = self._stamp_now()
        try:
            self._tracked = frozenset(names(self._git.run("ls-files", "-z", "-c")))
            others = names(self._git.run("ls-files", "-z", "-o", "--exclude-standard"))
            empty = names(self._git.run("ls-files", "-z", "-o", "--exclude-standard", "--directory"))
        except GitError:
            self._tracked = None
            self.names, self.folders = self._walked()
            return
        untracked = [each for each in others[:_MAX_UNTRACKED] if self._may_be_own(each)]
        self.names = self._tracked | frozenset(untracked)
        folders = {"."}
        for name in self.names:
            folder = name.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        folders |= set(self._below(each.rstrip("/") for each in empty if each.endswith("/")))
        self.folders = frozenset(sorted(folders, key=lambda each: (each.count("/"), each))[:MAX_FOLDERS])

    def is_outdated(self) -> bool:
        """Whether git's index was written since: other files may be tracked."""
        return self._tracked is not None and self._stamp_now() != self._stamp

    def weigh(self, candidates: Iterable[str]) -> None:
        """Ask git at once which of the names that nobody knows yet it ignores."""
        if self._tracked is None:
            return
        asked = [
            each
            for each in dict.fromkeys(candidates)
            if each not in self._tracked and each not in self._verdicts
        ]
        asked = [each for each in asked if self._may_be_own(each)]
        if not asked:
            return
        if len(self._verdicts) > _MAX_KNOWN:
            self._verdicts.clear()
        try:
            said = self._git.run(
                "check-ignore", "-z", "--stdin", stdin=b"\0".join(map(os.fsencode, asked)), accept=(0, 1)
            )
            ignored = set(names(said))
        except GitError:  # behind a link, or the repository is gone
            ignored = set(asked)
        self._verdicts |= {each: each not in ignored for each in asked}

    def is_source(self, name: str) -> bool:
        """Whether a change of this file (posix, relative to the root) is a change of the project."""
        if self._tracked is None:
            return _is_text(name)
        return name in self._tracked or self._verdicts.get(name, name in self.names)

    def is_entered(self, folder: str) -> bool:
        """Whether a new folder may hold own files."""
        return folder in self.folders or all(is_entered(part) for part in folder.split("/"))

    def _may_be_own(self, name: str) -> bool:
        """Whether an untracked file can be one that somebody writes."""
        *folders, last = name.split("/")
        if _EDITORS.match(last) or suffix_of(last) in _NO_SOURCES:
            return False
        temporary = _TEMPORARY.match(name)
        if temporary and self._tracked is not None and temporary["name"] in self._tracked:
            return False
        return all(is_entered(each) for each in folders) and not self._is_in_environment(folders)

    def _is_in_environment(self, folders: list[str]) -> bool:
        if not folders or folders[0] in self.folders:
            return False
        return (self.root / folders[0] / "pyvenv.cfg").is_file()

    def _below(self, tops: Iterable[str]) -> Iterator[str]:
        """Yield folders that git knows nothing of yet, and those in them: a file may come."""
        seen = 0
        for top in tops:
            if not self.is_entered(top) or (self.root / top / "pyvenv.cfg").is_file():
                continue
            for place, below, files in os.walk(self.root / top):
                below[:] = [each for each in below if is_entered(each)]
                yield Path(place).relative_to(self.root).as_posix()
                seen += 1 + len(files) // 100
                if seen > _MAX_WALKED:
                    return

    def _walked(self) -> tuple[frozenset[str], frozenset[str]]:
        found: set[str] = set()
        folders: set[str] = set()
        for place, below, files in os.walk(self.root):
            below[:] = [
                each
                for each in below
                if is_entered(each) and not (Path(place) / each / "pyvenv.cfg").is_file()
            ]
            folder = Path(place).relative_to(self.root).as_posix()
            folders.add(folder)
            prefix = "" if folder == "." else f"{folder}/"
            found |= {f"{prefix}{each}" for each in files if _is_text(f"{prefix}{each}")}
            if len(folders) >= MAX_FOLDERS or len(found) >= _MAX_KNOWN:
                break
        return frozenset(found), frozenset(folders)

    def _stamp_now(self) -> tuple[int, int]:
        try:
            if self._index is None:
                said = self._git.run("rev-parse", "--git-path", "index")
                self._index = self.root / os.fsdecode(said).rstrip("\n")
            seen = self._index.stat()
        except (OSError, ValueError):
            return 0, 0
        except GitError:
            return -1, -1
        return seen.st_mtime_ns, seen.st_size


def _is_text(name: str) -> bool:
    *folders, last = name.split("/")
    return not _EDITORS.match(last) and is_text(last) and all(is_entered(each) for each in folders)
