"""Watch whoever plays a drill: which answers are read, which commands look at the past, where it connects to.

Nothing is refused. By system calls where the kernel lets an unprivileged process be told of them (Linux): each call that opens,
starts or connects waits until it was looked at. Where that is not possible, open files and command lines are looked at again
and again, and what is short is missed. Where there is neither, it is said. What another program does on behalf of the player
(a terminal multiplexer, a container, ``at``) is not seen.
"""

import contextlib
import os
import socket
import stat
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from coach.core.base.text import storable
from coach.core.drill.facts import Watched, WatchedBy
from coach.core.drill.history_commands import MAX_WORDS, is_coach, looks_at_the_past
from coach.core.runs.command_line.recognition import invocation_of
from coach.engine.confine import syscall_filter
from coach.engine.confine.answering import answer_all
from coach.engine.confine.stopped_call import Call
from coach.engine.drill.open_files import OpenFiles
from coach.engine.drill.places import Places

MAX_NOTED = 40
_PATHS: dict[str, tuple[int, int | None]] = {
    "open": (0, None),
    "openat": (1, 0),
    "openat2": (1, 0),
    "link": (0, None),
    "linkat": (1, 0),
    "rename": (0, None),
    "renameat": (1, 0),
    "renameat2": (1, 0),
}
"""Which argument is the path, and which the folder it starts from."""
_WORDS = {"execve": 1, "execveat": 2}
_MAX_ADDRESS = 128
_DNS = 53
_MOST_ABOVE = 12


class HasPid(Protocol):
    @property
    def pid(self) -> int: ...


Started = TypeVar("Started", bound=HasPid)


@dataclass(slots=True)
class Watching:
    """Watches one process and all it starts; ``start`` once, ``result`` when it is over."""

    places: Places
    by_calls: bool = True
    """Whether system calls may be watched, where the system can."""
    by: WatchedBy = "nothing"
    why: str = "it was not started"
    leader: int = 0
    answers: dict[str, None] = field(default_factory=dict)
    history: dict[str, None] = field(default_factory=dict)
    network: dict[str, None] = field(default_factory=dict)
    testing: set[int] = field(default_factory=set)
    """Processes that run tests, each with all it starts."""
    blind: str = ""
    """Why calls went on unseen from some moment; empty: none did."""
    _files: OpenFiles | None = None

    def start(self, begin: Callable[[], Started], run_id: str) -> Started:
        """Call ``begin``, which starts a process, and watch that process. Raises OSError where it does not start.

        ``run_id`` marks the environment of all that it starts.
        """
        if not self.by_calls:
            self.why = "system calls are not to be watched"
        started = self._started(begin) if self.by_calls else None
        if started is not None:
            self.by, self.why, self.leader = "system calls", "", started.pid
            return started
        started = begin()
        self.leader = started.pid
        self._files = OpenFiles(self.places, run_id, started.pid, self)
        self.by, self.why = self._files.begin(self.why)
        return started

    def result(self) -> Watched:
        """Return what was seen."""
        if self._files is not None:
            self._files.end()
        return Watched(
            by=self.by,
            why=self.blind or self.why,
            answers=tuple(self.answers),
            history=tuple(self.history),
            network=tuple(self.network),
            test_runs=len(self.testing) if self.by == "system calls" else None,
        )

    # --- what is seen ----------------------------------------------------------------------------------------------------

    def opened(self, pid: int, real: str, verb: str = "reads") -> None:
        """Note a file that is opened, where it tells the answer. ``real``: its real path."""
        told = self.places.told_by(real)
        if not told or not _is_regular(real):
            return
        if self.places.is_of_coach(real) and is_coach(words_of(pid)):
            return
        _note(self.answers, f"{verb} {told}, by {self._name(pid)}")

    def ran(self, pid: int, argv: list[str], folder: str) -> None:
        """Note a command that looks at the past, and one that runs tests."""
        if told := looks_at_the_past(argv):
            where = self.places.told_by(folder)
            _note(self.history, told + (f" (in {where})" if where else ""))
        invocation = invocation_of(argv)
        if invocation is not None and not invocation.is_script and not self.testing & set(_above(pid)):
            self.testing.add(pid)

    def connected(self, pid: int, host: str, port: int) -> None:
        """Note a connection beyond this machine; names are resolved by others' servers, which tells nothing."""
        with contextlib.suppress(ValueError):
            address = ip_address(host.partition("%")[0])
            mapped = getattr(address, "ipv4_mapped", None) or address
            if port not in {0, _DNS} and not (mapped.is_loopback or mapped.is_unspecified):
                _note(self.network, f"{mapped}:{port}, by {self._name(pid)}")

    def _name(self, thread: int) -> str:
        """Return the program that a thread belongs to: what called may be a worker of a pool, with a name of its own."""
        pid, name = thread, "a program"
        with contextlib.suppress(OSError, ValueError, StopIteration):
            status = Path(f"/proc/{thread}/status").read_bytes().split(b"\n")
            pid = next(int(line.split()[1]) for line in status if line.startswith(b"Tgid:"))
            name = Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip() or name
        return f"{name} (the assistant itself)" if pid == self.leader else name

    # --- by system calls -------------------------------------------------------------------------------------------------

    def _started(self, begin: Callable[[], Started]) -> Started | None:
        starter = _Starter(begin)
        thread = threading.Thread(target=starter.run, name="coach-starter", daemon=True)
        thread.start()
        starter.filtered.wait()
        if starter.listener < 0:
            thread.join()
            self.why = "this system does not let system calls be watched"
            return None
        answering = threading.Thread(
            target=self._answer, args=(starter.listener,), name="coach-watch", daemon=True
        )
        answering.start()
        starter.go.set()
        thread.join()
        if starter.error is not None:
            raise starter.error
        return starter.result[0]

    def _answer(self, listener: int) -> None:
        try:
            answer_all(listener, self._looked_at)
        except OSError as error:
            self.blind = f"calls could not be looked at any more: {error.strerror}"

    def _looked_at(self, name: str, call: Call) -> int:
        """Look at a call; it goes on in any case."""
        try:
            if name in _PATHS:
                self._path(name, call)
            elif name in _WORDS:
                at = _WORDS[name]
                self.ran(call.pid, call.words(at, MAX_WORDS), os.path.realpath(call.folder(None)))
            elif name == "connect":
                self._address(call)
        except (OSError, ValueError, struct.error):
            pass  # it died meanwhile, or its memory cannot be read
        except Exception as error:  # noqa: BLE001 - a defect of the watch must not stop whoever is watched
            self.blind = f"a call could not be looked at: {type(error).__name__}"
        return 0

    def _path(self, name: str, call: Call) -> None:
        at, folder = _PATHS[name]
        path = call.text(at)
        if path.startswith("/") and not self.places.may_tell(path):
            return
        self.opened(call.pid, call.place(at, folder), "reads" if name.startswith("open") else "takes")

    def _address(self, call: Call) -> None:
        address = call.exactly(1, min(call.arguments[2], _MAX_ADDRESS))
        family = struct.unpack_from("=H", address)[0]
        if family not in {socket.AF_INET, socket.AF_INET6}:
            return
        start, size = (4, 4) if family == socket.AF_INET else (8, 16)
        host = socket.inet_ntop(family, address[start : start + size])
        self.connected(call.pid, host, struct.unpack_from("!H", address, 2)[0])


class _Starter(Generic[Started]):
    """The thread that is watched from its filter on, and starts the process."""

    def __init__(self, begin: Callable[[], Started]) -> None:
        self.begin = begin
        self.filtered, self.go = threading.Event(), threading.Event()
        self.listener = -1
        self.result: list[Started] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.listener = syscall_filter.install_watch()
            self.filtered.set()
            if self.listener >= 0:
                self.go.wait()
                self.result.append(_forked(self.begin))
        except BaseException as error:  # noqa: BLE001 - raised where the process was asked for
            self.error = error
        finally:
            self.filtered.set()


def _forked(begin: Callable[[], Started]) -> Started:
    """Start a process by fork: after vfork this interpreter stands still until the child's first call was answered, by itself."""
    switches = vars(subprocess)
    before = switches["_USE_VFORK"]  # the switch that its documentation names
    switches["_USE_VFORK"] = False
    try:
        return begin()
    finally:
        switches["_USE_VFORK"] = before


def _note(noted: dict[str, None], text: str) -> None:
    if len(noted) < MAX_NOTED:
        noted[storable(text)] = None


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - hot
    except OSError:
        return False


def _above(pid: int) -> Iterator[int]:
    """Yield a process and those above it, a few at most."""
    for _ in range(_MOST_ABOVE):
        yield pid
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return


def words_of(pid: int) -> list[str]:
    """Return the command line of a process; empty when it is gone."""
    with contextlib.suppress(OSError):
        return [os.fsdecode(each) for each in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]]
    return []
