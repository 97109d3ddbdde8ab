"""Supervise one process until it and everything it started is gone.

Own session, no shell, nothing on stdin, stdout and stderr merged. Whatever the process does (hang, flood, ignore
signals, leave children that hold the pipe), ``supervise`` returns within its limits plus the time of its signals, and no process
of the run is left. It says what happened; what that means is decided in ``endings``.
"""

import contextlib
import os
import selectors
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from coach.engine.process.process_tree import (
    RUN_ID,
    Survivor,
    become_subreaper,
    kill_group,
    sweep,
    wait_until_gone,
)
from coach.engine.process.spawn import STACKS_SIGNAL, Launch, Leader, captured_bytes, start
from coach.engine.process.turn import Turn

Stop = Literal["", "timeout", "silence", "output_limit", "cancelled"]

_READ_SIZE = 1 << 16
_TICK = 0.02
_QUICK_TICK, _QUICK_SECONDS = 0.005, 3.0
"""A short run is looked at more often: on a run of 0.1 s, a tick of 20 ms is a tenth. A look costs 15 microseconds."""
_GRACE = 0.3
"""How long a pipe is read on after the leader is gone, and how long helpers may take to end by themselves."""
_STACKS_WAIT = 0.3
_MEASURE_SECONDS = 0.25
CAPTURED_BYTES = 2_000_000_000
"""Of output that a test runner captures into a file: endless printing must not fill the disk."""
_PATIENT = ((signal.SIGINT, 3.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))
_QUICK = ((signal.SIGINT, 0.3), (signal.SIGTERM, 0.3), (signal.SIGKILL, 2.0))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use; seconds of 0 mean no limit."""

    wall: float = 300.0
    silence: float = 120.0
    """Seconds with neither output nor a test beginning or ending."""
    output_bytes: int = 200_000_000


@dataclass(frozen=True, slots=True)
class Finished:
    """How the process ended. ``exit_code`` is negative for a signal; ``stop`` says when it was coach that ended it."""

    exit_code: int
    stop: Stop
    duration: float
    leaked: tuple[Survivor, ...] = ()
    """Processes that outlived the leader by themselves; they were ended."""
    unended: tuple[Survivor, ...] = ()


def supervise(  # noqa: PLR0913, PLR0917 - all that a run is
    launch: Launch,
    limits: Limits,
    output_sink: Callable[[bytes], None],
    cancel_event: threading.Event,
    on_tick: Callable[[], bool],
    leader: Leader | None = None,
) -> Finished:
    """Run a program to its end, or end it.

    Args:
        launch: what to start.
        limits: when to end it.
        output_sink: takes output as it is read.
        cancel_event: set by another thread to end the run now.
        on_tick: called every 5 ms at first, then about every 20 ms; returns whether there was any progress.
        leader: the process when it is started already.

    Raises:
        OSError: the program could not be started.

    """
    become_subreaper()
    process = leader or start(launch)
    watched = _Watched(process, limits, output_sink, cancel_event, on_tick, launch.stacks, launch.turn)
    return watched.until_gone(launch.env.get(RUN_ID, ""))


@dataclass(slots=True)
class _Watched:
    """One process under supervision."""

    process: Leader
    limits: Limits
    sink: Callable[[bytes], None]
    cancel: threading.Event
    on_tick: Callable[[], bool]
    stacks: Path | None
    turn: Turn | None = None
    bytes: int = 0
    captured: int = 0
    """Bytes of the file that its output goes to, where it is not read from the pipe."""
    last_measured: float = 0.0
    stop: Stop = ""
    began: float = field(default_factory=time.monotonic)
    last_sign: float = field(default_factory=time.monotonic)
    last_tick: float = 0.0
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    pidfd: int = -1
    is_reaped: bool = False

    def until_gone(self, run_id: str) -> Finished:
        try:
            self._register()
            while not self.process.is_over():
                self._step(_QUICK_TICK if time.monotonic() - self.began < _QUICK_SECONDS else _TICK)
                if not self.stop and (why := self._reason_to_stop()):
                    self.stop = why
                    self._end()
            return self._finish(run_id)
        finally:
            self._release(run_id)

    def _register(self) -> None:
        os.set_blocking(self.process.output, False)
        self.selector.register(self.process.output, selectors.EVENT_READ, "output")
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):  # an old kernel: the tick notices the end a little later
                self.pidfd = os.pidfd_open(self.process.pid)
                self.selector.register(self.pidfd, selectors.EVENT_READ, "leader")

    def _step(self, seconds: float) -> bool:
        """Wait for output or the end, at most so long; take in what is there. Returns whether the pipe gave anything."""
        got = False
        for key, _ in self.selector.select(max(seconds, 0.0)):
            if key.data == "output":
                got = self._read()
        now = time.monotonic()
        if got:
            self.last_sign = now
        if (not got or now - self.last_tick >= _TICK) and self._tick():
            self.last_sign = now
        return got

    def _tick(self) -> bool:
        self.last_tick = time.monotonic()
        if self.last_tick - self.last_measured > _MEASURE_SECONDS:
            self.last_measured = self.last_tick
            self.captured = captured_bytes(self.process.pid)
        return self.on_tick()

    def _read(self) -> bool:
        try:
            part = os.read(self.process.output, _READ_SIZE)
        except BlockingIOError:
            return False
        if not part:
            self.selector.unregister(self.process.output)
            return False
        self.bytes += len(part)
        self.sink(part)
        return True

    def _reason_to_stop(self) -> Stop:
        now = time.monotonic()
        if self.cancel.is_set():
            return "cancelled"
        if self.turn and self.turn.waits:
            self.began = self.last_sign = now
        if self.limits.output_bytes and self.bytes > self.limits.output_bytes:
            return "output_limit"
        if self.captured > CAPTURED_BYTES:
            return "output_limit"
        if self.limits.wall and now - self.began > self.limits.wall:
            return "timeout"
        if self.limits.silence and now - self.last_sign > self.limits.silence:
            return "silence"
        return ""

    def _end(self) -> None:
        """Climb the signals of signals; the engineer's own stop climbs it fast, also when it comes half way."""
        if self.stop in {"timeout", "silence"}:
            self._ask_for_stacks()
        signals = _QUICK if self.stop in {"cancelled", "output_limit"} else _PATIENT
        for number, seconds in signals:
            kill_group(self.process.pid, number)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if self.process.is_over():
                    return
                self._step(min(_TICK, deadline - time.monotonic()))
                if self.cancel.is_set() and signals is _PATIENT:
                    deadline = min(deadline, time.monotonic() + _GRACE)

    def _ask_for_stacks(self) -> None:
        if not STACKS_SIGNAL or self.stacks is None or not self.stacks.exists():
            return
        os.kill(self.process.pid, STACKS_SIGNAL)
        deadline = time.monotonic() + _STACKS_WAIT
        while time.monotonic() < deadline and not self.process.is_over():
            self._step(_TICK / 2)
            if self.stacks.stat().st_size:
                break

    def _finish(self, run_id: str) -> Finished:
        leader = self.process.pid
        ended = time.monotonic()
        self._drain()
        grace = _GRACE - (time.monotonic() - ended)
        leaked = [] if self.stop else wait_until_gone(run_id, leader, grace)
        kill_group(leader, signal.SIGKILL)
        code = self.process.wait()
        self.is_reaped = True
        left = sweep(run_id, leader)
        self._drain()
        self.on_tick()
        return Finished(code, self.stop, ended - self.began, tuple(leaked), tuple(left))

    def _drain(self) -> None:
        """Read what is in the pipe, and a moment longer when something may still write: never until it is closed."""
        if self.pidfd >= 0:
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(self.pidfd)
        deadline = time.monotonic() + (_TICK if self.stop else _GRACE)
        while self.selector.get_map() and time.monotonic() < deadline:
            if (
                not self._step(min(_TICK, max(deadline - time.monotonic(), 0)))
                and not self.selector.get_map()
            ):
                return
            if self.limits.output_bytes and self.bytes > 2 * self.limits.output_bytes:
                return

    def _release(self, run_id: str) -> None:
        """Whatever happened, even a defect of ours: no process and no descriptor stays."""
        if not self.is_reaped:
            kill_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
            sweep(run_id, self.process.pid)
        self.selector.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
        os.close(self.process.output)
