"""A real cluster of separate processes: a scheduler and workers that share nothing but a port of this machine.

Each worker has a home, a state directory, folders for scratch and a working folder of its own, and perhaps a checkout. All
end with ``close``, by their ids; what they wrote stays in files for whoever reads a failing test.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.clusters import Clusters
from coach.engine.cluster.connection import Connection, connect
from coach.engine.cluster.work import PRELOAD
from coach.engine.cluster.worker_place import PYTHON, ROOT
from tests.cluster.certificates import Authority
from tests.cluster.dask_processes import SCHEDULER, WORKER, begun
from tests.engine.lab import plain_environment
from tests.fork_server import Forked

PATIENCE = 60.0
_TERM_SECONDS = 2.0


def until(what: Callable[[], object], why: str, seconds: float = PATIENCE) -> None:
    """Wait for a condition; fail with words when it does not come."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not within {seconds:g} s: {why}"
        time.sleep(0.05)  # some conditions look at every process of the machine


@dataclass(eq=False)
class Started:
    """One process of a cluster."""

    name: str
    process: "Forked | subprocess.Popen[bytes]"
    log: Path
    folder: Path
    """Its home; a worker's state directory is below it."""

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def copies(self) -> list[Path]:
        """Disposable folders that it holds now."""
        return list(self.folder.glob("state/projects/*/scratch/*/"))

    def runs(self) -> list[int]:
        """Processes of runs that are under way there, whoever started them."""
        found, home = [], f"TMPDIR={self.folder}/".encode()
        for each in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if each.name.isdecimal() and home in (said := (each / "environ").read_bytes()):
                    found += [int(each.name)] if b"COACH_RUN_ID=" in said else []
        return found

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it at once and wait for its end."""
        self.signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def end(self) -> None:
        """Ask it to end; kill it when it does not."""
        if self.process.poll() is None:
            self.thaw()
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_TERM_SECONDS)
        if self.process.poll() is None:
            self.kill()


class Machines:
    """A scheduler and its workers, as separate processes in folders of their own; forked unless they are to be ``started``."""

    def __init__(
        self, folder: Path, authority: Authority | None = None, *, are_started: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._authority, self._are_started = folder, authority, are_started
        self._started: list[Started] = []
        self._connections: list[Connection] = []
        self._tls = authority.sign("scheduler") if authority else None
        self._file = folder / "scheduler.json"
        self.workers: list[Started] = []
        self.scheduler = self._begin_scheduler(0)
        self._expected = [self.scheduler]
        until(lambda: self._address() or self._ended(), "the scheduler is there")
        self.address = self._address()
        assert self.address, self.said()

    def work(self, number: int, **options: object) -> "Machines":
        """Start so many workers and wait until the scheduler knows them all."""
        new = [self.worker(**options) for _ in range(number)]
        self.wait_for(new)
        return self

    def worker(
        self,
        *,
        root: Path | None = None,
        python: str = "",
        env: dict[str, str] | None = None,
        state: Path | None = None,
        name: str = "",
        host: str = "",
    ) -> Started:
        """Start one worker, and do not wait for it.

        Args:
            root: a checkout of its own; None: it has none.
            python: the interpreter for the target.
            env: variables that it has besides.
            state: where it keeps its state, when not below its home.
            name: another name than its number.
            host: the address that it has; a machine of its own to those who ask, where no other has the same.

        """
        name = name or f"w{len(self.workers)}"
        own = self.folder / name
        for each in ("home", "tmp", "cwd", "dask"):
            (own / each).mkdir(parents=True, exist_ok=True)
        mapped = {ROOT: str(root)} if root else {}
        mapped |= {PYTHON: python} if python else {}
        apart = {
            "HOME": str(own / "home"),
            "TMPDIR": str(own / "tmp"),
            "COACH_STATE_DIR": str(state or own / "state"),
        }
        signed = self._authority.sign(name).words if self._authority else []
        words = [WORKER, self.address, "--name", name, "--nthreads", "1", "--resources", "probe=1"]
        words += ["--memory-limit", "0", "--no-nanny", "--no-dashboard", "--preload", PRELOAD]
        words += ["--host", host] if host else []
        words += ["--local-directory", str(own / "dask"), "--death-timeout", "120", *signed]
        started = self._begin(name, words, own, {**apart, **mapped, **(env or {})}, own / "cwd")
        self.workers.append(started)
        return started

    def wait_for(self, workers: Sequence[Started]) -> None:
        """Wait until the scheduler knows these workers."""
        wanted = {each.name for each in workers}
        client = self.connection().client
        self._expected = [self.scheduler, *workers]
        until(lambda: wanted <= self.known(client) or self._ended(), f"workers {sorted(wanted)}")
        assert wanted <= self.known(client), self.said()

    def known(self, client: object) -> set[str]:
        """Return the names of the workers that the scheduler knows."""
        found = client.sync(client.scheduler.identity, n_workers=-1)  # type: ignore[attr-defined]
        return {str(each["name"]) for each in found["workers"].values()}

    def restart_scheduler(self) -> None:
        """Kill the scheduler and start another one on the same port: it knows nothing."""
        self.scheduler.kill()
        port = int(self.address.rpartition(":")[2])
        self._file.unlink()
        self.scheduler = self._begin_scheduler(port)
        until(self._address, "the scheduler is back")
        assert self._address() == self.address, self.said()

    def connection(self, settings: ClusterSettings | None = None) -> Connection:
        """Connect as coach does; the connection is closed with the cluster."""
        if settings is None:
            settings = self._authority.sign("client").settings if self._authority else ClusterSettings()
        made = connect(parse_address(self.address), settings, self.folder)
        self._connections.append(made)
        return made

    def clusters(self, lab: object, *, is_private: bool = True, **settings: object) -> Clusters:
        """Return what a session of the lab's project would open clusters with; not private: as over a wire in the clear."""
        signed = self._authority.sign("client").settings if self._authority else ClusterSettings()
        chosen = signed.model_copy(update=settings)

        def connected(_address: str) -> Connection:
            made = self.connection(chosen)
            made.is_private = is_private
            return made

        return Clusters(lab.trees, lab.ready(), connected)  # type: ignore[attr-defined]

    def said(self) -> str:
        """Return the last lines that each process wrote."""
        return "\n".join(
            f"--- {each.name}: {each.process.poll()}\n{each.log.read_text(errors='replace')[-3_000:]}"
            for each in self._started
        )

    def close(self) -> None:
        """End everything and wait for it."""
        for each in self._connections:
            each.close()
        for each in self.workers:
            each.thaw()
            each.signal(signal.SIGTERM)
        for each in reversed(
            self._started
        ):  # a worker leaves faster than it notices that its scheduler is gone
            each.end()

    def _begin_scheduler(self, port: int) -> Started:
        signed = [*self._tls.words, "--protocol", "tls"] if self._tls else []
        words = [SCHEDULER, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
        words += ["--scheduler-file", str(self._file), *signed]
        own = self.folder / "scheduler"
        own.mkdir(exist_ok=True)
        return self._begin("scheduler", words, own, {"HOME": str(own), "TMPDIR": str(own)}, own)

    def _begin(self, name: str, words: list[str], own: Path, env: dict[str, str], cwd: Path) -> Started:
        log = self.folder / f"{name}.log"
        with log.open("ab") as to:
            around = plain_environment() | env
            process = begun(words, cwd, around, to.fileno(), is_started=self._are_started)
        started = Started(name, process, log, own)
        self._started.append(started)
        return started

    def _address(self) -> str:
        try:
            return str(json.loads(self._file.read_text())["address"])
        except (OSError, ValueError, KeyError):
            return ""

    def _ended(self) -> bool:
        """Whether one ended by itself, which none does that was not harmed."""
        return any(each.process.poll() is not None for each in self._expected)
