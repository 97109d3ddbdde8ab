"""A barrier in front of a run: its process starts, and loads nothing of the project before the barrier is opened.

Starting an interpreter and pytest takes longer than most tests. So the process of the next run may start while another run
goes on, and waits where the probe comes to it (``probe/coach_barrier.py``): the installed plugins are loaded, no conftest and no
test is. Tests of two runs are never under way beside each other by that.
"""

import contextlib
import fcntl
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

GO, SAID = 0, 1
"""Where in the file the word of coach stands, and the process's own."""
_WORDS = {b"c": "clean", b"o": "own"}

At = Literal["", "clean", "own"]


@dataclass(slots=True)
class Barrier:
    """A file that is locked until the barrier is open; the kernel opens it when coach dies, and the process ends then."""

    path: Path
    _file: int
    _made: float = field(default_factory=time.time)

    @classmethod
    def before(cls, path: Path) -> "Barrier | None":
        """Make a closed barrier; None where the file system knows no locks."""
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            path.unlink(missing_ok=True)
            return None
        return cls(path, file)

    @property
    def at(self) -> At:
        """Empty: the process is not there yet; *clean*: nothing of the project is loaded; *own*: something is, by a plugin."""
        said = os.pread(self._file, 1, SAID) if self._file >= 0 else b""
        return _WORDS.get(said, "")  # type: ignore[return-value]

    @property
    def seconds(self) -> float:
        """What the way to the barrier took; until the process is there, the time since it was made."""
        came = os.fstat(self._file).st_mtime if self.at else time.time()
        return max(came - self._made, 0.0)

    def open(self) -> None:
        """Let the process go on."""
        if self._file >= 0:
            try:
                os.pwrite(self._file, b"g", GO)
            finally:
                self.close()

    def close(self) -> None:
        """Take the barrier away: a process that waits at it ends."""
        with contextlib.suppress(OSError):
            os.close(self._file)
        self._file = -1
