"""What the watched files hold, so that only a change of content is a change.

Touching a file, saving it as it was and writing its metadata change nothing here. A file too large to read at every
save counts as changed when its size or time does.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from coach.regular_files import opened

_MAX_READ = 4_000_000
_MAX_IN_ALL = 500_000_000
"""Bytes read to learn a project; of what is left the size and the time have to do."""
_GRAIN = 50_000_000
"""Nanoseconds within which two saves of one size may bear the same time."""
_AHEAD = 1.0
"""Seconds by which the clock of a file server may be ahead of ours."""
_GONE = b""
_EMPTY = hashlib.blake2b(b"", digest_size=16).digest()


class Contents:
    """The content of each source file, by hash, as last seen."""

    def __init__(self, root: Path, is_source: Callable[[str], bool]) -> None:
        self._root, self._is_source = root, is_source
        self._seen: dict[str, bytes] = {}
        self._stamps: dict[str, tuple[int, int, int, int]] = {}
        """What tells without reading that a file is as it was when it was read last."""
        self._left = _MAX_IN_ALL
        self._read: set[str] = set()

    @property
    def names(self) -> list[str]:
        return list(self._seen)

    def learn(self, names: Iterable[str], since: float) -> list[str]:
        """Take in files as they are; returns those saved after a moment (seconds since 1970), whose saving is to be told.

        A time that lies ahead (a clock that was wrong, an archive) is no save.
        """
        saved, now = [], time.time() + _AHEAD
        for name in names:
            with contextlib.suppress(OSError):
                if since < (self._root / name).stat().st_mtime <= now:
                    saved.append(name)
                else:
                    self._seen[name] = self._hash(name)
        return saved

    def changed(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Look at files again; returns those with new content, and those that are gone or became empty.

        The latter are not believed yet: editors move a file away, or empty it, and then write it. ``settle`` decides.
        """
        new, doubtful = [], []
        for name in dict.fromkeys(names):
            now, known = self._hash(name) if self._is_source(name) else _GONE, self._seen.get(name, _GONE)
            if now == known:
                continue
            if now == _GONE or (now == _EMPTY and known != _GONE):
                doubtful.append(name)
            else:
                self._seen[name] = now
                new.append(name)
        return new, doubtful

    def settle(self, names: Iterable[str]) -> list[str]:
        """Believe what files are now; returns those for which that is a change."""
        changed = []
        for name in names:
            now = self._hash(name)
            if now == self._seen.get(name, _GONE):
                continue
            changed.append(name)
            if now == _GONE:
                del self._seen[name]
            else:
                self._seen[name] = now
        return changed

    def below(self, folder: str) -> list[str]:
        """Return known files of a folder (that is gone or was replaced)."""
        return [name for name in self._seen if name.startswith(f"{folder}/")]

    def unlike(self, names: Iterable[str]) -> list[str]:
        """Return those whose size, time or identity is not what it was when they were read last, without reading."""
        found = []
        for name in dict.fromkeys(names):
            try:
                seen = (self._root / name).stat()
            except (OSError, ValueError):
                found.append(name)
                continue
            if self._stamps.get(name) != (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino):
                found.append(name)
        return found

    def _hash(self, name: str) -> bytes:
        self._stamps.pop(name, None)
        try:
            # A named pipe called x.py must not hold us for ever.
            with opened(self._root / name) as file:
                seen = os.fstat(file.fileno())
                if time.time_ns() - seen.st_ctime_ns > _GRAIN:
                    self._stamps[name] = (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)
                if seen.st_size > _MAX_READ or (name not in self._read and seen.st_size > self._left):
                    return f"{seen.st_size} {seen.st_mtime_ns}".encode()
                self._left -= seen.st_size if name not in self._read else 0
                self._read.add(name)
                return hashlib.blake2b(file.read(_MAX_READ), digest_size=16).digest()
        except (OSError, ValueError):
            return _GONE
