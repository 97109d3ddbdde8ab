"""Start a process confined: it and all it starts write only below the folders it is given.

A thread confines itself and starts the process; both domain and filter are inherited, the rest of coach stays as free as it
was. What was to be confined and could not be is not started.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from coach.engine.confine import syscall_filter
from coach.engine.confine.syscall_watch import Watch
from coach.engine.probe import coach_fence
from coach.engine.probe.coach_refused import SHARED, SHARED_MEMORY
from coach.errors import NotConfined

Started = TypeVar("Started")

_FILES = "files"


@dataclass(frozen=True, slots=True)
class Support:
    """What this system can refuse. Without ``files`` nothing is confined at all."""

    known: frozenset[str]
    """Of ``files links truncation tcp devices signals``: what Landlock knows here."""
    asks: bool
    """Whether modes, owners, times, sockets and shared memory can be looked at: a filter of system calls is allowed."""

    @property
    def is_there(self) -> bool:
        return _FILES in self.known


@cache
def available() -> Support:
    """Return what can be refused here, tried for real in a thread that is gone afterwards."""
    known = coach_fence.knows()
    return Support(known, bool(known) and _can_ask())


def refuse_unconfined(what: str) -> None:
    """Raise NotConfined when code that coach changed could not be confined here."""
    if not available().is_there:
        raise _not_confined(what)


@dataclass(frozen=True, slots=True)
class Fence:
    """Where a process may write, and what else it may do."""

    allowed: tuple[Path, ...]
    is_strict: bool = False
    """Refuses TCP, sockets of others in the file system, and what is shared by number, too."""
    refused: list[str] = field(default_factory=list)
    """What was tried and refused, in words: ``writes /home/me/notes``. Filled while the process runs."""
    told: Path | None = None
    """A file that tells the run itself whose doing it was, where it tries more than one thing."""
    inner: list[str] | None = None
    """Real paths, within those allowed, of what is forked there by and by: only below these nothing is refused."""

    def start(self, begin: Callable[[], Started]) -> Started:
        """Call ``begin``, which starts a process, in a thread that is confined.

        Raises:
            NotConfined: that is not possible here.
            OSError: the process could not be started.

        """
        refuse_unconfined("a run that is to be confined")
        starter = _Starter(self, begin)
        starter.thread.start()
        starter.filtered.wait()
        if starter.listener >= 0:
            inside = self.own if self.inner is None else self.inner
            Watch(inside, not self.is_strict, self.told, self.refused).begin(starter.listener)
        starter.go.set()
        starter.thread.join()
        if starter.error is not None:
            raise starter.error
        return starter.result[0]

    @property
    def folders(self) -> tuple[str, ...]:
        """What Landlock is told. What everybody shares has its own judge; without one changed code is kept from it."""
        if available().asks:
            return (*self.own, *SHARED)
        return self.own if self.is_strict else (*self.own, SHARED_MEMORY)

    @property
    def own(self) -> tuple[str, ...]:
        """The real paths of what may be written."""
        return tuple(os.path.realpath(each) for each in self.allowed)


class _Starter(Generic[Started]):
    """The thread: it confines itself, waits until its calls are answered, and starts the process."""

    def __init__(self, fence: Fence, begin: Callable[[], Started]) -> None:
        self.fence, self.begin = fence, begin
        self.filtered, self.go = threading.Event(), threading.Event()
        self.listener = -1
        self.result: list[Started] = []
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="coach-starter", daemon=True)

    def _run(self) -> None:
        try:
            self._confine()
            self.filtered.set()
            self.go.wait()
            self.result.append(self.begin())
        except BaseException as error:  # noqa: BLE001 - raised where the process was asked for
            self.error = error
        finally:
            self.filtered.set()

    def _confine(self) -> None:
        is_confined = coach_fence.confine(self.fence.folders, tcp=not self.fence.is_strict)
        if is_confined and available().asks:
            self.listener = syscall_filter.install(is_strict=self.fence.is_strict)
            is_confined = self.listener >= 0
        if not is_confined:
            raise _not_confined("a run that is to be confined")


def _can_ask() -> bool:
    found: list[bool] = []

    def ask() -> None:
        if not coach_fence.confine(()):
            return
        listener = syscall_filter.install(is_strict=True)
        found.append(listener >= 0)
        if listener >= 0:
            os.close(listener)

    thread = threading.Thread(target=ask, name="coach-starter")
    thread.start()
    thread.join()
    return bool(found and found[0])


def _not_confined(what: str) -> NotConfined:
    return NotConfined(
        f"{what} is not run: this system cannot confine it",
        why="it needs Landlock, in Linux 5.13 and newer; what the code does to your files, nobody has seen before",
        do="look at `coach doctor`; with COACH_CONFINE=off it runs with all your rights",
    )
