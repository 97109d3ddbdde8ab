"""The process that a run is: started here, or forked by the warm server and adopted. Either is a child of coach's.

It stands in a session of its own, has nothing on stdin (or one file), and writes both its outputs to one pipe.
"""

import contextlib
import os
import signal
import stat
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coach.engine.confine.landlock import Fence
from coach.engine.process.process_tree import RUN_ID
from coach.engine.process.turn import Turn

STACKS_SIGNAL = int(signal.SIGRTMAX) - 7 if hasattr(signal, "SIGRTMAX") else 0
"""Makes a run write its stacks. A real-time signal that nobody has a meaning for: a test that counts on what SIGUSR1 does
by itself must find it so. 0: this system has none, and a hang has no place but its test."""

_RESTORED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD", "SIGTSTP")


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start. No shell reads ``argv``; ``COACH_RUN_ID`` in ``env`` marks the processes of the run."""

    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    stacks: Path | None = None
    """Where ``STACKS_SIGNAL`` makes the process write its stacks, once that file exists."""
    stdin: Path | None = None
    """What it reads on standard input; nothing by default."""
    fence: Fence | None = None
    """What confines it; None: it has the rights of the engineer."""
    watch: "Watch | None" = None
    """What watches a process that nothing confines."""
    niceness: int = 0
    """How much more it gives way to other processes than coach does, as nice(1) counts."""
    turn: Turn | None = None
    """What it waits for half way of its start."""


class Watch(Protocol):
    """Watches a process and all it starts."""

    def start(self, begin: "Callable[[], Started]", run_id: str) -> "Started":
        """Call ``begin``, which starts the process. Raises OSError."""
        ...


class Leader(Protocol):
    """A run's process."""

    @property
    def pid(self) -> int: ...

    @property
    def output(self) -> int:
        """Descriptor of the pipe; the supervisor of the process closes it."""

    def is_over(self) -> bool:
        """Whether it has ended. It stays a zombie, so that its group's number is not given away."""

    def wait(self) -> int:
        """Reap it, once. Returns its exit code, negative for a signal."""


@dataclass(frozen=True, slots=True)
class Started:
    """A program we started ourselves."""

    process: subprocess.Popen[bytes]
    output: int

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_over(self) -> bool:
        return _is_zombie(self.pid) if hasattr(os, "waitid") else self.process.poll() is not None

    def wait(self) -> int:
        return self.process.wait()


@dataclass(frozen=True, slots=True)
class Adopted:
    """A process that is our child because we are the subreaper of the one that forked it. Linux only."""

    pid: int
    output: int

    def is_over(self) -> bool:
        return _is_zombie(self.pid)

    def wait(self) -> int:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except ChildProcessError:
            return -signal.SIGKILL  # reaped by somebody else: nothing good can be said of it


def start(launch: Launch) -> Started:
    """Start a program, confined where that is asked for.

    Raises:
        OSError: that is not possible.
        NotConfined: this system cannot confine it, and so it is not started.

    """
    if launch.fence:
        started = launch.fence.start(lambda: _started(launch))
    elif launch.watch:
        started = launch.watch.start(lambda: _started(launch), launch.env.get(RUN_ID, ""))
    else:
        started = _started(launch)
    give_way(started.pid, launch.niceness)
    return started


def give_way(pid: int, niceness: int) -> None:
    """Let a process that was started, and what it starts later, give way to others by so much more than coach does."""
    # From here: Python code between fork and exec is a risk.
    if niceness:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid) + niceness)


def _started(launch: Launch) -> Started:
    stdin = os.open(launch.stdin or os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    reader, writer = os.pipe()
    try:
        process = subprocess.Popen(
            list(launch.argv),
            cwd=launch.cwd,
            env=dict(launch.env),
            stdin=stdin,
            stdout=writer,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=launch.turn.told[:1] if launch.turn else (),
            preexec_fn=restore_signals if ignored_signals() else None,  # noqa: PLW1509
        )
    except BaseException:
        os.close(reader)
        raise
    finally:
        os.close(writer)
        os.close(stdin)
    return Started(process, reader)


def captured_bytes(pid: int) -> int:
    """Return the size of the file that a process has for its output: pytest captures into one, where no pipe is read.

    Linux only; elsewhere 0. A limit of the file size would end endless printing too, and every test that makes a large file.
    """
    try:
        seen = os.stat(f"/proc/{pid}/fd/1")  # noqa: PTH116 - a name that is no path of ours
    except OSError:
        return 0
    return seen.st_blocks * 512 if stat.S_ISREG(seen.st_mode) else 0


def ignored_signals() -> list[signal.Signals]:
    known = [getattr(signal, name) for name in _RESTORED if hasattr(signal, name)]
    return [each for each in known if signal.getsignal(each) == signal.SIG_IGN]


def restore_signals() -> None:
    """Run in the child before exec: an ignored signal is inherited, and a run that ignores SIGINT cannot be stopped politely.

    Python code between fork and exec is a risk when other threads hold locks. This one takes none (no import, no
    output) and is used only when coach itself was started with a signal ignored: under nohup, with ``&``, in some CI.
    """
    for each in ignored_signals():
        signal.signal(each, signal.SIG_DFL)


def _is_zombie(pid: int) -> bool:
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    except ChildProcessError:
        return True
