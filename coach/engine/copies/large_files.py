"""Contents that git-lfs keeps elsewhere: a tree holds a pointer, the tests need what it points to.

No filter is run and nothing is fetched. The content is taken from the checkout where it is the same, else from where git-lfs
keeps what it fetched. A pointer that stays one is named: what a test makes of it says nothing of the code.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coach.core.base.text import storable
from coach.engine.copies.links import InCopy
from coach.engine.copies.untracked import MAX_BYTES, MAX_FILE_BYTES, copy_file
from coach.engine.trees.git import Git, GitError
from coach.regular_files import opened, read_head

STAYS_POINTER = "git-lfs keeps its content, which is not here"
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n"
)
_LEAST_POINTER, _MAX_POINTER = 100, 1_024
_MAX_ATTRIBUTES = 1_000_000
_CHUNK = 1_000_000


@dataclass(frozen=True, slots=True)
class _Pointer:
    digest: str
    size: int


def fill_pointers(copy: Path, root: Path, tracked: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Put contents in the place of pointers; returns the paths that stay pointers and are none in the checkout.

    Args:
        copy: the folder that holds the tree.
        root: the checkout.
        tracked: the paths of the tree.

    """
    attributes = (each for each in tracked if each.rpartition("/")[2] == ".gitattributes")
    if not any(b"filter=lfs" in _head(copy / each, _MAX_ATTRIBUTES) for each in attributes):
        return ()
    inside = InCopy(copy)
    room, stay = MAX_BYTES, []
    stores = list(_stores(root))
    for path in tracked:
        place = copy / path
        pointer = _pointer(place)
        if pointer is None or not inside.holds(path):
            continue
        source = next(_sources(pointer, [root / path, *_kept(pointer, stores)]), None)
        if source is not None and pointer.size <= min(room, MAX_FILE_BYTES):
            room -= pointer.size
            _put(source, place)
        elif _pointer(root / path) is None:
            stay.append((storable(path), STAYS_POINTER))
    return tuple(stay)


def _pointer(place: Path) -> _Pointer | None:
    try:
        seen = os.lstat(place)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(seen.st_mode) or not _LEAST_POINTER <= seen.st_size <= _MAX_POINTER:
        return None
    found = _POINTER.fullmatch(_head(place, _MAX_POINTER))
    return _Pointer(found[1].decode(), int(found[2])) if found else None


def _head(place: Path, most: int) -> bytes:
    with suppress(OSError, ValueError):
        return read_head(place, most)
    return b""


def _stores(root: Path) -> Iterator[Path]:
    """Yield where git-lfs keeps contents: a plain question to the person's repository."""
    with suppress(GitError):
        said = Git(root).run("rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape").strip()
        yield root / said / "lfs" / "objects"


def _kept(pointer: _Pointer, stores: Iterable[Path]) -> list[Path]:
    name = pointer.digest
    return [store / name[:2] / name[2:4] / name for store in stores]


def _sources(pointer: _Pointer, places: Iterable[Path]) -> Iterator[Path]:
    """Yield the places that hold the very content."""
    for place in places:
        with suppress(OSError):
            if place.stat().st_size == pointer.size <= MAX_FILE_BYTES and _digest(place) == pointer.digest:
                yield place


def _digest(place: Path) -> str:
    digest = hashlib.sha256()
    with opened(place, MAX_FILE_BYTES) as file:
        while part := file.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()


def _put(source: Path, place: Path) -> None:
    mode = place.stat().st_mode
    place.unlink()
    copy_file(source, place)
    place.chmod(mode)
