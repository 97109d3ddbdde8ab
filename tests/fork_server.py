"""Real ``coach`` processes without their start: a server per test process has loaded coach once and forks each of them.

A forked coach is a process as any other: its own descriptors, environment, folder, signals and exit code; only Python's
start and the imports, about half a second of one core, are not paid again. What depends on Python's own start (its
variables, the locale, which modules a command loads) is started for real: see ``is_forkable``.

The server has one thread and forks nothing but coach; it ends when the test process closes its socket.
"""

import array
import atexit
import contextlib
import fcntl
import functools
import gc
import importlib
import json
import os
import pkgutil
import re
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

TOP = Path(__file__).parent.parent
MAX_BYTES = 1_000_000
INTEGER = struct.Struct("i")
AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC", "TZ", "TEXTUAL")
"""How variables begin that act when a process starts, or when a module is imported."""
FOR_TARGETS = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
"""Those that coach itself does not notice."""
AROUND = {**os.environ, "TEXTUAL_ANIMATIONS": "none"}
"""The server's environment: that of the tests before one of them changes it."""
NOT_LOADED = re.compile(r"__main__|\.probe\b|\.demo")


class Forked:
    """A coach that the server forked, with what ``subprocess.Popen`` has of it."""

    def __init__(
        self,
        words: Sequence[str],
        cwd: Path | str,
        env: Mapping[str, str],
        streams: Sequence[int],
        *,
        leads: bool = False,
        umask: int = -1,
        first: str = "",
        of: str = "tests.fork_server",
    ) -> None:
        """Start it.

        Args:
            words: what follows ``coach``.
            cwd: its folder.
            env: its environment; see ``is_forkable``.
            streams: its descriptors 0, 1 and 2.
            leads: it leads a session of its own, whose terminal is descriptor 0.
            umask: its own; negative: the server's.
            first: ``module:function`` that it calls before anything of coach runs; as ``preexec_fn`` of subprocess.
            of: the module that is its server, by ``main``.

        """
        self.args = ["coach", *words]
        self.returncode: int | None = None
        self._answers, theirs = socket.socketpair()
        request = {
            "words": list(words),
            "cwd": os.fspath(cwd),
            "env": dict(env),
            "leads": leads,
            "umask": umask,
            "first": first,
        }
        with theirs:
            rights = array.array("i", [*streams, theirs.fileno()])
            _server(of).sendmsg(
                [json.dumps(request).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
            )
        self.pid = self._next_number()

    def __del__(self) -> None:
        self._answers.close()

    def _next_number(self) -> int:
        said = self._answers.recv(INTEGER.size)
        assert said, "the server of coach processes ended"
        return int(INTEGER.unpack(said)[0])

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, negative for a signal. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._answers.settimeout(timeout)
            try:
                self.returncode = os.waitstatus_to_exitcode(self._next_number())
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self._answers.close()
        return self.returncode

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended, and its end is still on the way here
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def is_forkable(env: Mapping[str, str]) -> bool:
    """Whether a process with this environment differs from a fork of the server in nothing but its start."""
    asked = {
        name: value for name, value in env.items() if name.startswith(AT_START) and name not in FOR_TARGETS
    }
    return sys.platform == "linux" and all(AROUND.get(name) == value for name, value in asked.items())


def run_coach(
    *words: str,
    cwd: Path | str,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout: float = 120,
    umask: int = -1,
    first: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run ``coach`` to its end, as ``subprocess.run`` would with pipes. Raises subprocess.TimeoutExpired."""
    env = os.environ if env is None else env
    if not is_forkable(env):
        called = functools.partial(_call, first) if first else None
        return subprocess.run(
            [sys.executable, "-m", "coach", *words],
            cwd=cwd,
            env=env,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            umask=umask,
            preexec_fn=called,
        )
    (our_in, out, err), theirs = zip(os.pipe()[::-1], os.pipe(), os.pipe(), strict=True)
    with os.fdopen(our_in, "wb") as asked, os.fdopen(out, "rb") as said, os.fdopen(err, "rb") as told:
        try:
            coach = Forked(words, cwd, env, theirs, umask=umask, first=first)
        finally:
            for each in theirs:
                os.close(each)
        with _killed_after(coach, timeout) as late:
            heard: list[bytes] = []
            reading = threading.Thread(target=lambda: heard.append(told.read()))
            reading.start()
            with contextlib.suppress(BrokenPipeError):
                asked.write(stdin.encode())
                asked.close()
            printed = said.read()
            reading.join()
            code = coach.wait()
    if late:
        raise subprocess.TimeoutExpired(coach.args, timeout, printed, *heard)
    return subprocess.CompletedProcess(coach.args, code, printed.decode(), heard[0].decode())


@contextlib.contextmanager
def _killed_after(coach: Forked, seconds: float) -> Iterator[list[str]]:
    """End it when the time is over; the list that is yielded is no longer empty then."""
    late: list[str] = []

    def end() -> None:
        late.append("killed")
        coach.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join()


@functools.cache
def _server(module: str) -> socket.socket:
    """Start a server of this test process; it ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        argv = [sys.executable, "-m", module, str(theirs.fileno())]
        server = subprocess.Popen(
            argv, cwd=TOP, env=AROUND, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
        )

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


def _load() -> None:
    """Import all of coach and freeze it: a fork that collects garbage would copy every page it looks at."""
    import coach
    from coach.core.base.value import Value
    from coach.core.log.events import event_from_json

    for each in pkgutil.walk_packages(coach.__path__, "coach."):
        if not NOT_LOADED.search(each.name):
            with contextlib.suppress(ImportError):  # an extra that is not installed
                importlib.import_module(each.name)
    for each in _kinds_of(Value):
        each.model_rebuild()  # else each fork would build the schema of what it reads and writes
    event_from_json(b"{}")
    # The screen's classes are made with the user's own keys, which a fork reads first; what they import stays loaded.
    for name in [each for each in sys.modules if each.startswith("coach.tui")]:
        del sys.modules[name]
    del coach.tui
    gc.collect()
    gc.freeze()


def _kinds_of(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds_of(each)


def _serve(connection: socket.socket) -> dict[str, Any]:
    """Fork a coach for every request; returns its request in each fork, and never in the server."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    asking: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([connection, reader], [], [])
        if reader in ready:
            os.read(reader, 4096)
            _tell_ends(asking)
        if connection not in ready:
            continue
        said, descriptors, _, _ = socket.recv_fds(connection, MAX_BYTES, 4)
        if not said:
            os._exit(0)
        pid = os.fork()
        if not pid:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (reader, writer, connection.detach(), *(each.detach() for each in asking.values())):
                os.close(each)
            return {**json.loads(said), "descriptors": descriptors}
        for each in descriptors[:3]:
            os.close(each)
        asking[pid] = socket.socket(fileno=descriptors[3])
        asking[pid].send(INTEGER.pack(pid))


def _tell_ends(asking: dict[int, socket.socket]) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            with asking.pop(ended[0]) as answers, contextlib.suppress(OSError):  # nobody may want to know
                answers.send(INTEGER.pack(ended[1]))


def _call(name: str) -> None:
    module, _, function = name.partition(":")
    getattr(importlib.import_module(module), function)()


def _become(request: Mapping[str, Any]) -> None:
    """Turn this fork into what ``python -m coach`` is before its first line."""
    if request["first"]:
        _call(request["first"])
    *streams, answers = request["descriptors"]
    os.close(answers)
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    if request["leads"]:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    if request["umask"] >= 0:
        os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.path[0] = os.fspath(Path.cwd())
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        of = getattr(sys, name)
        stream = open(number, "w" if number else "r", encoding=of.encoding, errors=of.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.argv = ["coach", *request["words"]]


def _run(module: str) -> None:
    """Run the command and end. Modules are not taken down one by one: that takes longer than most commands."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)


def main(load: Callable[[], None], module: str = "") -> None:
    """Be a server: load what its forks need, and in each of them run a module; where none is named, that of the first word."""
    load()
    _become(_serve(socket.socket(fileno=int(sys.argv[1]))))
    _run(module or sys.argv.pop(1))


if __name__ == "__main__":
    main(_load, "coach")
