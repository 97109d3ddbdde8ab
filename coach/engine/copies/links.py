"""Links in a copy: one that leads within the checkout leads within the copy, and one that leads out is named.

Where a link leads is asked of the file system, not read from its text: the project may be reached under another name, and a
link can lead out through others. What tests write through a link out of the copy would be the person's own file.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from coach.core.base.text import storable

_HARMLESS = frozenset({os.devnull, "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})


class InCopy:
    """Tells whether a path of a copy lies in it: a folder of an older tree may be a link to a place of the person's own."""

    def __init__(self, copy: Path) -> None:
        self._copy, self._real = copy, os.path.realpath(copy)
        self._known: dict[str, bool] = {}

    def holds(self, path: str) -> bool:
        """Whether what is written at a path, relative to the copy, is written into the copy."""
        folder = os.path.dirname(path)  # noqa: PTH120 - hot: for every file
        if folder not in self._known:
            self._known[folder] = is_below(os.path.realpath(self._copy / folder), self._real)
        return self._known[folder]


def is_below(path: str, real: str) -> bool:
    """Whether a resolved path is a folder, or lies in it."""
    return path == real or path.startswith(real.rstrip(os.sep) + os.sep)


def settle(paths: Iterable[str], root: Path, copy: Path) -> tuple[str, ...]:
    """Point links of a copy into it where they lead into the checkout; return those that lead out, as ``path -> place``."""
    said = []
    real_root, real_copy = os.path.realpath(root), os.path.realpath(copy)
    for path in paths:
        link = copy / path
        with contextlib.suppress(OSError, ValueError):
            way = os.readlink(link)  # noqa: PTH115 - compared as text
            there = leads_to(path, way, root)
            if is_below(there, real_root):
                if not is_below(os.path.realpath(link), real_copy):
                    inside = os.path.relpath(there, real_root)
                    _point(link, os.path.relpath(inside, os.path.dirname(path) or "."))  # noqa: PTH120
                continue
            if not is_below(os.path.realpath(link), real_copy):
                if not os.path.isabs(way) and os.path.realpath(link) != there:  # noqa: PTH117
                    _point(link, os.path.normpath(root / Path(path).parent / way))
                said += _named(path, there)
    return tuple(said)


def leading_out(links: Iterable[tuple[str, str]], root: Path) -> tuple[str, ...]:
    """Name those of a tree's links, given with their texts, that lead out of the checkout."""
    real_root = os.path.realpath(root)
    said = []
    for path, way in links:
        there = leads_to(path, way, root)
        if not is_below(there, real_root):
            said += _named(path, there)
    return tuple(said)


def leads_to(path: str, way: str, root: Path) -> str:
    """Return where a link of the checkout leads in the end, whether there is anything or not."""
    try:
        return os.path.realpath(root / Path(path).parent / way)
    except (OSError, ValueError):  # a name that no file can have
        return os.path.normpath(root / Path(path).parent / way)


def _named(path: str, there: str) -> list[str]:
    return [] if there in _HARMLESS else [storable(f"{path} -> {there}")]


def _point(link: Path, way: str) -> None:
    link.unlink()
    link.symlink_to(way)
