"""One writer per session, also where the file system has no locks."""

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from coach.errors import SessionHeld, StoreError
from coach.store.lock import SessionLock


def no_flock(_fd: int, _operation: int) -> None:
    raise OSError(errno.ENOLCK, "no locks available")


def test_fallback_keeps_one_writer(tmp_path: Path) -> None:
    """Without flock a file names the owner, keeps others out, and is gone after release."""
    lock = SessionLock(tmp_path, flock=no_flock)
    assert lock.note
    with pytest.raises(SessionHeld, match=f"process {os.getpid()}"):
        SessionLock(tmp_path, flock=no_flock)
    lock.release()
    SessionLock(tmp_path, flock=no_flock).release()
    assert not (tmp_path / "lock.owner").exists()


def test_fallback_replaces_a_dead_owner(tmp_path: Path) -> None:
    """An owner on this host that no longer lives does not hold a session."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    owner = {"pid": dead.pid, "host": socket.gethostname(), "started": 1.0}
    (tmp_path / "lock.owner").write_text(json.dumps(owner))
    SessionLock(tmp_path, flock=no_flock).release()
    assert [each.name for each in tmp_path.iterdir()] == ["lock"]


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1, "host": "elsewhere", "started": 1}'])
def test_fallback_never_steals_from_the_unknown(tmp_path: Path, content: str) -> None:
    """An owner that cannot be asked is respected; the message says how to get past it."""
    (tmp_path / "lock.owner").write_text(content)
    with pytest.raises(SessionHeld, match="delete"):
        SessionLock(tmp_path, flock=no_flock)


def test_garbage_in_a_lock_decides_nothing(tmp_path: Path) -> None:
    """The text of a flocked file is for people only."""
    (tmp_path / "lock").write_bytes(b"\xff\0garbage")
    lock = SessionLock(tmp_path)
    with pytest.raises(SessionHeld):
        SessionLock(tmp_path)
    lock.release()


def test_other_errors_are_said(tmp_path: Path) -> None:
    """A lock that fails for another reason is a store error, not a held session."""
    with pytest.raises(StoreError):
        SessionLock(tmp_path / "missing")
