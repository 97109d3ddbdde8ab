"""Find and end the processes that a run leaves behind, on Linux with certainty, elsewhere as far as its group goes.

A process belongs to a run when it is in the session of the run's leader, or carries the run's id in its environment. On
Linux coach becomes a subreaper: orphans of a run become coach's own children, so that even one that called ``setsid``
is found, killed and reaped. Only processes proved to belong to the run are ever signalled or reaped.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

RUN_ID = "COACH_RUN_ID"

_PROC = Path("/proc")
_PR_SET_CHILD_SUBREAPER = 36
_PAUSE = 0.005
_GONE = frozenset({b"Z", b"X", b"x"})
_STARTED = 19
"""Position of the start time among the fields after the name: field 22 of proc(5)."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A process of the run that outlived its leader."""

    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid})"


def become_subreaper() -> bool:
    """Let orphans of our descendants become our children. Returns whether that is so; harmless to repeat."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return bool(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def survivors(run_id: str, leader: int) -> list[Survivor]:
    """Return the living processes of a run, its leader left out."""
    if not _PROC.is_dir():
        return []
    mark = f"{RUN_ID}={run_id}".encode()
    since = _begin_of(leader)
    return [
        Survivor(pid, _name(pid))
        for pid in _candidates()
        if pid != leader and _belongs(pid, mark, leader, since)
    ]


def wait_until_gone(run_id: str, leader: int, seconds: float) -> list[Survivor]:
    """Give helpers that end by themselves (pools, trackers) a moment. Returns who is still there."""
    deadline = time.monotonic() + seconds
    while (left := survivors(run_id, leader)) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return left


def sweep(run_id: str, leader: int, seconds: float = 2.0) -> list[Survivor]:
    """Kill and reap every process of the run, also those that appear meanwhile. Returns who could not be ended."""
    deadline = time.monotonic() + seconds
    while left := survivors(run_id, leader):
        for each in left:
            with suppress(OSError):
                os.kill(each.pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            return left
        _reap(left)
    return []


def kill_group(leader: int, number: signal.Signals) -> None:
    """Signal the leader's group; call only while the leader is not reaped, so that the number is still its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def living() -> list[Survivor]:
    """Return every living process but our own."""
    return [Survivor(pid, _name(pid)) for pid in _candidates() if pid != os.getpid() and _is_alive(pid)]


def started_at(pid: int) -> int:
    """Return when a living process began, in the kernel's ticks; 0 when there is none."""
    return _begin_of(pid) if _is_alive(pid) else 0


def living_with(variable: str) -> Iterator[tuple[Survivor, dict[str, str]]]:
    """Yield every living process but our own that was started with this variable, and its environment.

    Most processes of a machine have it not: of those nothing else is read.
    """
    mark = f"{variable}=".encode()
    for pid in _candidates():
        if pid != os.getpid() and (around := variables(pid, mark)) and variable in around and _is_alive(pid):
            yield Survivor(pid, _name(pid)), around


def variables(pid: int, mark: bytes = b"") -> dict[str, str]:
    """Return the environment a process was started with; empty when it is not ours to see, or ``mark`` is nowhere in it."""
    with suppress(OSError):
        said = _read(f"/proc/{pid}/environ")
        pairs = (each.partition(b"=") for each in said.split(b"\0")) if mark in said else ()
        return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
    return {}


def _reap(killed: list[Survivor]) -> None:
    """Wait for killed processes that have become our children; a killed child that stays a zombie is no survivor."""
    until = time.monotonic() + 0.1
    waiting = {each.pid for each in killed}
    while waiting and time.monotonic() < until:
        for pid in tuple(waiting):
            if _is_reaped(pid):
                waiting.discard(pid)
        if waiting:
            time.sleep(_PAUSE)


def _is_reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return not _is_alive(pid)  # somebody else's child: gone is all we can ask


def _candidates() -> Iterator[int]:
    if not _PROC.is_dir():
        return iter(())
    return (int(name) for name in os.listdir(_PROC) if name.isdigit())  # noqa: PTH208 - hot: after every run


def _belongs(pid: int, mark: bytes, leader: int, since: int) -> bool:
    """Whether a process is alive and of the run. Older ones than its leader cannot be; most need no second look."""
    if pid == os.getpid():
        return False
    with suppress(OSError, IndexError, ValueError):
        fields = _stat(pid)
        if fields[0] in _GONE or int(fields[_STARTED]) < since:
            return False
        if int(fields[3]) == leader:
            return True
        return mark in _read(f"/proc/{pid}/environ").split(b"\0")
    return False


def _begin_of(leader: int) -> int:
    """Return when the leader was started, in the kernel's ticks; 0 when it is gone already."""
    with suppress(OSError, IndexError, ValueError):
        return int(_stat(leader)[_STARTED])
    return 0


def _is_alive(pid: int) -> bool:
    with suppress(OSError, IndexError):
        return _stat(pid)[0] not in _GONE
    return False


def _stat(pid: int) -> list[bytes]:
    """Return state, parent, group, session, … : the fields after the name, which may hold any character."""
    return _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()


def _read(path: str) -> bytes:
    """Read a file of /proc: far cheaper than with an opened file, for hundreds of processes after every run."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(fd, 65_536):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(fd)


def _name(pid: int) -> str:
    with suppress(OSError):
        return (_PROC / str(pid) / "comm").read_bytes().decode("utf-8", "replace").strip() or "process"
    return "process"
