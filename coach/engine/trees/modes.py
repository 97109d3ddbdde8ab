"""What a tree of git does not hold of the files on the disk: their whole modes, and the folders that are empty.

Kept as a note (JSON) beside a tree. Most files of a project have one mode, so the note names that and the exceptions.
"""

import contextlib
import json
import os
import stat
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

MAX_EMPTY = 500
_NEVER = frozenset({".git", "__pycache__", ".venv", "venv", "node_modules", ".pytest_cache", ".mypy_cache"})


@dataclass(frozen=True, slots=True)
class Modes:
    """Permissions by path relative to the root (12 bits); what is usual is not listed."""

    usual: Mapping[str, int] = field(default_factory=dict)
    """By git's mode, and for "folder"."""
    files: Mapping[str, int] = field(default_factory=dict)
    folders: Mapping[str, int] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    """Folders that hold nothing, or only such folders."""
    left_out: frozenset[str] = frozenset()
    """Files that were there and could not be recorded: too large, unreadable, pipes."""
    is_known: bool = True
    """False for trees of older coaches: nothing is known, and nothing is to be concluded from that."""

    def of_file(self, path: str, mode: str) -> int | None:
        """Return the permissions a file had; None when they are not known."""
        return self.files.get(path, self.usual.get(mode))

    def of_folder(self, path: str) -> int | None:
        return self.folders.get(path, self.usual.get("folder"))

    def as_json(self) -> bytes:
        about = {
            "usual": dict(self.usual),
            "files": dict(self.files),
            "folders": dict(self.folders),
            "empty": sorted(self.empty),
            "left_out": sorted(self.left_out),
        }
        return json.dumps(about, sort_keys=True).encode()


UNKNOWN = Modes(is_known=False)


def from_json(text: bytes) -> Modes:
    """Read a note; one that cannot be read says nothing."""
    try:
        about = json.loads(text)
        usual, files, folders = (
            {str(key): int(value) & 0o7777 for key, value in about[part].items()}
            for part in ("usual", "files", "folders")
        )
        empty, left_out = (frozenset(map(str, about.get(part, ()))) for part in ("empty", "left_out"))
        return Modes(usual, files, folders, empty, left_out)
    except (ValueError, KeyError, TypeError, AttributeError):
        return UNKNOWN


def folders_of(paths: Collection[str]) -> set[str]:
    """Return the folders above paths; the root is the empty name."""
    found: set[str] = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def read_modes(root: Path, files: Mapping[str, str]) -> Modes:
    """Look at the files of a tree (path → git's mode) as they are on the disk now, and at the folders that are empty."""
    seen_files: dict[str, tuple[str, int]] = {}
    seen_folders: dict[str, int] = {}
    empty: set[str] = set()
    folders = folders_of(files)
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(root / folder) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                mode = files.get(path)
                if mode is not None:
                    if mode.startswith("100"):
                        seen_files[path] = (mode, stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode))
                elif entry.name in _NEVER or not entry.is_dir(follow_symlinks=False):
                    continue
                elif path in folders:
                    seen_folders[path] = stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode)
                elif len(empty) < MAX_EMPTY:
                    empty |= set(_empty(root, path))
    for path in empty:
        with contextlib.suppress(OSError):
            seen_folders[path] = stat.S_IMODE((root / path).lstat().st_mode)
    return _noted(seen_files, seen_folders, frozenset(empty))


def _noted(files: Mapping[str, tuple[str, int]], folders: Mapping[str, int], empty: frozenset[str]) -> Modes:
    counts: dict[str, Counter[int]] = {}
    for mode, rights in files.values():
        counts.setdefault(mode, Counter())[rights] += 1
    if folders:
        counts["folder"] = Counter(folders.values())
    usual = {mode: each.most_common(1)[0][0] for mode, each in counts.items()}
    return Modes(
        usual,
        {path: rights for path, (mode, rights) in files.items() if rights != usual[mode]},
        {path: rights for path, rights in folders.items() if rights != usual["folder"]},
        empty,
    )


def _empty(root: Path, folder: str) -> Iterator[str]:
    """Name a folder and those in it when there is no file in them at all."""
    found = [folder]
    for path in found:
        try:
            with os.scandir(root / path) as entries:
                for entry in entries:
                    if (
                        entry.name in _NEVER
                        or not entry.is_dir(follow_symlinks=False)
                        or len(found) > MAX_EMPTY
                    ):
                        return
                    found.append(PurePosixPath(path, entry.name).as_posix())
        except OSError:
            return
    yield from found
