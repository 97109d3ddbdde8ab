"""A real scheduler and real workers, each a process with folders of its own: what other machines are to a search.

Nothing is shared but the code that is tested and the machine's address. Whatever is started here is ended and waited for, by its
process id. What each printed is in a file beside its folders, for a test that fails.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.cluster.certificates import Certificates
from tests.engine.lab import plain_environment

PATIENCE = 30.0
PRELOAD = "coach.session.worker_preload"
_LOOK = 0.02
_END_SECONDS = 10.0


def wait_until(holds: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait for a condition; AssertionError names it when it does not come."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"after {seconds:g} s: {what}"
        time.sleep(_LOOK)


class Process:
    """One program with its own HOME, temporary folder, working folder and output."""

    def __init__(self, folder: Path, argv: list[str], env: dict[str, str]) -> None:
        self.folder, self.printed = folder, folder / "printed.txt"
        for name in ("home", "tmp", "work"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        own = {"HOME": folder / "home", "TMPDIR": folder / "tmp", "COACH_STATE_DIR": folder / "state"}
        env = env | {key: str(path) for key, path in own.items()} | {"DASK_CONFIG": str(folder / "home")}
        with self.printed.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *argv],
                cwd=folder / "work",
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.printed.read_text(errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process and those of its session, such as a nanny's worker."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def end(self) -> None:
        """End it as an engineer would, else by force."""
        self.send(signal.SIGCONT)
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_END_SECONDS)
        self.kill()


class Machines:
    """A scheduler and workers."""

    def __init__(self, folder: Path, certificates: Certificates | None = None) -> None:
        self.folder, self.certificates = folder, certificates
        self.scheduler: Process | None = None
        self.workers: dict[str, Process] = {}
        self.address, self._port = "", 0

    def start_scheduler(self) -> None:
        """Start it; a second time on the port of the first."""
        said = self.folder / "scheduler.json"
        said.unlink(missing_ok=True)
        words = ["--host", f"{self._protocol}://127.0.0.1", "--port", str(self._port), "--no-dashboard"]
        words += ["--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(said), *self._options]
        argv = ["-m", "distributed.cli.dask_scheduler", *words]
        self.scheduler = Process(self.folder / "scheduler", argv, self._env())
        wait_until(lambda: _address_in(said), f"no scheduler\n{self.scheduler.said()}")
        self.address = _address_in(said)
        self._port = int(self.address.rpartition(":")[2])

    def start_worker(
        self,
        name: str,
        root: Path | None = None,
        env: dict[str, str] | None = None,
        *,
        nanny: bool = False,
        host: str = "127.0.0.1",
    ) -> Process:
        """Start one; ``wait_for_workers`` waits for it.

        Args:
            name: its own.
            root: its own checkout of the project.
            env: variables besides those that every process here has.
            nanny: whether a process of Dask's watches it and starts it again.
            host: its address; one of its own makes it a machine of its own to a search.

        """
        words = ["--nthreads", "1", "--resources", "probe=1", "--memory-limit", "0", "--preload", PRELOAD]
        words += ["--nanny" if nanny else "--no-nanny", "--no-dashboard", "--name", name]
        words += ["--dashboard-address", "127.0.0.1:0", *self._options]
        words += ["--host", f"{self._protocol}://{host}"]
        argv = ["-m", "distributed.cli.dask_worker", self.address, *words]
        there = {"COACH_WORKER_PYTHON": sys.executable} | ({"COACH_WORKER_ROOT": str(root)} if root else {})
        place = self.folder / name
        self.workers[name] = Process(place, argv, self._env() | there | (env or {}))
        return self.workers[name]

    def wait_for_workers(self) -> None:
        for name, worker in self.workers.items():
            wait_until(lambda each=worker: _is_registered(each), f"worker {name}\n{worker.said()[-3000:]}")

    def end(self) -> None:
        """End workers before the scheduler: they would look for it."""
        for each in self.workers.values():
            each.send(signal.SIGCONT)
            each.send(signal.SIGTERM)
        for each in (*self.workers.values(), *filter(None, [self.scheduler])):
            each.end()

    def said(self) -> str:
        return "\n".join(f"== {name}\n{each.said()[-2000:]}" for name, each in self.workers.items())

    @property
    def _protocol(self) -> str:
        return "tls" if self.certificates else "tcp"

    @property
    def _options(self) -> list[str]:
        return self.certificates.options if self.certificates else []

    @staticmethod
    def _env() -> dict[str, str]:
        return plain_environment() | {"PYTHONUNBUFFERED": "1"}


def _address_in(said: Path) -> str:
    try:
        return str(json.loads(said.read_text())["address"])
    except (OSError, ValueError):  # not there, or half of it
        return ""


def _is_registered(worker: Process) -> bool:
    assert worker.process.poll() is None, worker.said()[-3000:]
    return "Registered to:" in worker.said()
