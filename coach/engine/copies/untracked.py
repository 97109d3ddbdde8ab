"""Which files of the checkout that no tree holds are copied beside a tree, and how: within limits, regular files and links only.

A pipe, a socket or a device is named and never opened: reading it would wait, or never end. Nothing is written through a link
of the copy. What is left out is named; where there are too many files, by their folder.
"""

import os
import shutil
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.base.text import storable
from coach.engine.copies.links import InCopy, is_below, leads_to
from coach.regular_files import is_file, opened, reason

MAX_FILES = 3_000
MAX_BYTES = 100_000_000
MAX_FILE_BYTES = 50_000_000
MAX_LOOKED_AT = 40_000
"""Names of one ignored folder: more than may be copied, so that what is too large is seen to be."""
MAX_LOOKED_AT_IN_ALL = 60_000
NEVER = frozenset(
    (
        ".git",
        ".venv",
        "venv",
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".tox",
        ".nox",
        ".eggs",
        "htmlcov",
    )
)
"""Environments and caches: what they hold is made anew, or found where it is."""
_LAST = frozenset(("build", "dist", "target"))
"""Large as a rule: copied when there is room left."""
WHOLE = frozenset(("node_modules", "bower_components", "vendor"))
"""Folders of installed packages, which are of use only whole."""
MAX_PACKAGED = 30_000
MAX_PACKAGED_BYTES = 400_000_000
TOO_LARGE = "no tree holds it, and it is too large to copy"
TOO_MANY = "no tree holds it, and it is one of too many files to copy"
_CHUNK = 1_000_000
_SPECIAL = (
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
)


@dataclass(slots=True)
class Selected:
    """What is to be copied, with sizes in bytes, and what is not, with the reason."""

    single: list[tuple[str, int]] = field(default_factory=list)
    packaged: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Of what is left out for its size."""

    @property
    def all(self) -> Iterator[str]:
        """Every path that is to be copied."""
        yield from (path for path, _ in self.single)
        yield from (path for inside in self.packaged.values() for path, _ in inside)


@dataclass(slots=True)
class Found:
    """Files of the checkout that no tree holds."""

    files: list[tuple[str, int]] = field(default_factory=list)
    special: dict[str, str] = field(default_factory=dict)
    cut: dict[str, str] = field(default_factory=dict)
    """Folders of which not all was looked at."""


def find(root: Path, ignored: Iterable[str], used: Collection[str] = (), state: Path | None = None) -> Found:
    """Return ignored files with their sizes: what runs used first, then what is small and near.

    ``state`` is where coach keeps everything, which may lie in the checkout: no copy holds the copies.
    """
    found = Found()
    room = MAX_LOOKED_AT_IN_ALL
    top, own = str(root), str(state or "")
    for each in ignored:
        path = each.rstrip("/")
        if room <= 0:
            found.cut[path.rpartition("/")[0] or path] = TOO_MANY
            continue
        with suppress(OSError):
            looked_at = _take(found, _files(top, path, own), min(room, MAX_LOOKED_AT))
            room -= looked_at
            if looked_at > MAX_LOOKED_AT or room < 0:
                found.cut[path] = TOO_MANY
    found.files.sort(
        key=lambda each: (each[0] not in used, not _LAST.isdisjoint(each[0].split("/")), each[1], each[0]),
    )
    return found


def _take(found: Found, files: Iterator[tuple[str, os.stat_result]], most: int) -> int:
    """Take in files until there are more than ``most``; returns how many were looked at."""
    number = 0
    for path, seen in files:
        number += 1
        if number > most:
            break
        if why := next((why for is_kind, why in _SPECIAL if is_kind(seen.st_mode)), ""):
            found.special[path] = f"no tree holds it, and {why}"
        else:
            found.files.append((path, seen.st_size))
    return number


def select(found: Found, copy: Path | None = None) -> Selected:
    """Choose what is copied file by file, as far as it fits, and the folders of packages of which all fits.

    Args:
        found: what there is.
        copy: what is there already needs no copying; None: nothing is.

    """
    chosen = Selected(left_out={**found.special, **found.cut})
    packaged: dict[str, list[tuple[str, int]]] = {}
    room, there = MAX_BYTES, str(copy or "")
    for path, size in found.files:
        if folder := _package_folder(path):
            packaged.setdefault(folder, []).append((path, size))
            continue
        if path.endswith((".pyc", ".pyo")):
            continue
        is_large = size > MAX_FILE_BYTES or size > room
        if not is_large and len(chosen.single) >= MAX_FILES:
            place = path.rpartition("/")[0] or path
            chosen.left_out[place] = TOO_MANY
            chosen.sizes[place] = chosen.sizes.get(place, 0) + size
        elif there and os.path.lexists(f"{there}/{path}"):
            continue
        elif is_large:
            chosen.left_out[path], chosen.sizes[path] = TOO_LARGE, size
        else:
            chosen.single.append((path, size))
            room -= size
    _select_packages(packaged, chosen)
    return chosen


def copy_selected(
    chosen: Selected, root: Path, copy: Path
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Copy it; returns the paths and folders of packages that are there now, and what is not, with the reason."""
    left_out = dict(chosen.left_out)
    inside = InCopy(copy)
    copied = [path for path, _ in chosen.single if _copy_one(path, root, copy, inside, left_out)]
    for folder, files in chosen.packaged.items():
        if any([_copy_one(path, root, copy, inside, left_out) for path, _ in files]):  # noqa: C419 - all of them are copied
            copied.append(folder)
    said = tuple((storable(path), why) for path, why in left_out.items())
    return tuple(storable(each) for each in copied), said


def copy_file(source: Path, target: Path, most: int = MAX_FILE_BYTES) -> None:
    """Copy a regular file with its times and rights to a place where nothing is. Raises OSError, also when it grows too large."""
    left = most
    with opened(source, most) as file, target.open("xb") as new:
        while left > 0 and (part := file.read(min(_CHUNK, left))):
            new.write(part)
            left -= len(part)
    shutil.copystat(source, target)


def _select_packages(packaged: dict[str, list[tuple[str, int]]], chosen: Selected) -> None:
    files, room = MAX_PACKAGED, MAX_PACKAGED_BYTES
    for folder, inside in packaged.items():
        size = sum(size for _, size in inside)
        if len(inside) > files or size > room:
            chosen.left_out[folder], chosen.sizes[folder] = TOO_LARGE, size
            continue
        chosen.packaged[folder] = inside
        files, room = files - len(inside), room - size


def _files(root: str, path: str, state: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield what lies at a path or below, with what it is. Written for hundreds of thousands of names."""
    if not NEVER.isdisjoint(path.split("/")):
        return
    seen = os.lstat(f"{root}/{path}")
    if not stat.S_ISDIR(seen.st_mode):
        yield path, seen
        return
    folders = [path]
    while folders:
        folder = folders.pop()
        if f"{root}/{folder}" == state:
            continue
        with suppress(OSError), os.scandir(f"{root}/{folder}") as entries:
            for each in entries:
                if each.name in NEVER:  # a submodule has a file named .git
                    continue
                if each.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}/{each.name}")
                else:
                    yield f"{folder}/{each.name}", each.stat(follow_symlinks=False)


def _package_folder(path: str) -> str:
    """Return the folder of installed packages that a file lies in; empty when it lies in none."""
    parts = path.split("/")
    at = next((number for number, part in enumerate(parts) if part in WHOLE), None)
    return "/".join(parts[: at + 1]) if at is not None else ""


def _copy_one(path: str, root: Path, copy: Path, inside: InCopy, left_out: dict[str, str]) -> bool:
    """Copy a file, or a link as a link; one that cannot be is named. Returns whether it is there now."""
    target = copy / path
    if os.path.lexists(target):
        return False
    if not inside.holds(path):
        left_out[path] = "no tree holds it, and its folder is a link here that leads out of the copy"
        return False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if (root / path).is_symlink():
            _copy_link(path, target, root)
        else:
            copy_file(root / path, target)
    except OSError as error:
        left_out[path] = f"no tree holds it, and it cannot be read: {reason(error)}"
        return False
    return True


def _copy_link(path: str, target: Path, root: Path) -> None:
    """Make the same link, to be settled afterwards; one to a file out of the checkout is followed, where the file may be copied."""
    way = os.readlink(root / path)  # noqa: PTH115 - as it is
    there = leads_to(path, way, root)
    if not is_below(there, os.path.realpath(root)) and is_file(there):
        with suppress(OSError):
            copy_file(Path(there), target)
            return
        target.unlink(missing_ok=True)
    target.symlink_to(way)
