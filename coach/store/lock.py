"""One writer per session: an exclusive lock that dies with its process.

``lock`` is held with flock, so a kill -9 frees it by itself. The text in it (pid, host, start) is for people and
never decides anything. Where flock is not supported (some network mounts) ``lock.owner`` is created exclusively
instead; there the text decides, and an owner on this host that no longer lives is replaced.
"""

import contextlib
import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coach.errors import SessionHeld
from coach.regular_files import read_head
from coach.store.paths import unusable

_UNSUPPORTED = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a session, as written by themselves."""

    pid: int = 0
    host: str = ""
    started: float = 0.0

    @property
    def is_gone(self) -> bool:
        """Whether the owner is known to be dead; owners on other hosts cannot be asked."""
        if self.pid <= 0 or self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


class SessionLock:
    """A lock that is held from its making until ``release``."""

    def __init__(self, folder: Path, *, flock: Callable[[int, int], None] = fcntl.flock) -> None:
        self.note = ""
        """A word for the user when the lock is weaker than it should be."""
        self._owner_file: Path | None = None
        self._fd = -1
        path = folder / "lock"
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise unusable(path, error) from error
        try:
            flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._close()
            raise _held(folder.name, read_owner(path)) from error
        except OSError as error:
            self._close()
            if error.errno not in _UNSUPPORTED:
                raise unusable(path, error) from error
            self._own_by_file(folder)
            return
        with contextlib.suppress(OSError):  # the text is a courtesy; the lock is the flock
            os.ftruncate(self._fd, 0)
            os.write(self._fd, _about_me())

    def release(self) -> None:
        self._close()
        if self._owner_file is not None:
            self._owner_file.unlink(missing_ok=True)
            self._owner_file = None

    def _own_by_file(self, folder: Path) -> None:
        path = folder / "lock.owner"
        for _ in range(3):
            try:
                fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                owner = read_owner(path)
                if not owner.is_gone:
                    raise _held(folder.name, owner, path) from None
                _set_aside(path, owner)
                continue
            except OSError as error:
                raise unusable(path, error) from error
            os.write(fd, _about_me())
            os.close(fd)
            self._owner_file = path
            self.note = "this file system has no locks; a file says who writes to the session"
            return
        raise _held(folder.name, read_owner(path), path)

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read_owner(path: Path) -> Owner:
    """Read who wrote a lock file; an empty owner when that cannot be told."""
    try:
        raw = json.loads(read_head(path, 1_000))
        return Owner(int(raw["pid"]), str(raw["host"]), float(raw["started"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Owner()


def _set_aside(path: Path, owner: Owner) -> None:
    """Take a dead owner's file away, unless somebody was quicker and it is theirs by now."""
    aside = path.with_name(f"{path.name}.stale-{os.getpid()}")
    with contextlib.suppress(OSError):
        path.rename(aside)
        if read_owner(aside) != owner:
            os.link(aside, path)
        aside.unlink()


def _about_me() -> bytes:
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": time.time()}).encode()


def _held(session: str, owner: Owner, path: Path | None = None) -> SessionHeld:
    who = f"process {owner.pid} on {owner.host}" if owner.pid else "another process"
    do = f"close it there, or read along with `coach review {session}`"
    if path is not None:
        do += f"; if no coach runs there any more, delete {path}"
    return SessionHeld(f"session {session} is in use", why=f"{who} writes to it", do=do)
