"""`coach worker` as real processes: it waits for its scheduler, comes back, and leaves nothing when it ends."""

import contextlib
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coach import __version__
from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.connection import connect
from coach.engine.cluster.unused_homes import MAX_DAYS, clear_unused
from tests.cluster.dask_processes import SCHEDULER, begun
from tests.cluster.processes import until
from tests.engine.lab import plain_environment
from tests.fork_server import Forked


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Net:
    """A scheduler on one port, and what was started beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, _free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.started: list[Forked | subprocess.Popen[bytes]] = []

    def begin(
        self, name: str, words: list[str], *, is_started: bool = False, **env: str
    ) -> Forked | subprocess.Popen[bytes]:
        """Begin a process with folders of its own that leads a session; ``is_started``: from nothing."""
        own = self.folder / name
        (own / "tmp").mkdir(parents=True, exist_ok=True)
        apart = {"HOME": str(own), "TMPDIR": str(own / "tmp"), "COACH_STATE_DIR": str(own / "state")}
        with (self.folder / f"{name}.log").open("ab") as log:
            around = plain_environment() | apart | env
            process = begun(words, own, around, log.fileno(), leads=True, is_started=is_started)
        self.started.append(process)
        return process

    def scheduler(self) -> Forked | subprocess.Popen[bytes]:
        words = [SCHEDULER, "--host", "127.0.0.1", "--port", str(self.port)]
        return self.begin("scheduler", [*words, "--no-dashboard"])

    def worker(self, name: str, *words: str, is_started: bool = False) -> Forked | subprocess.Popen[bytes]:
        said = ["coach", "worker", self.address, "--name", name, *words]
        return self.begin(name, said, is_started=is_started)

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        for each in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


@pytest.fixture
def net(tmp_path):
    made = Net(tmp_path / "net")
    made.folder.mkdir()
    yield made
    made.close()


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    """Return a scheduler with one worker that nobody harms."""
    made = Net(tmp_path_factory.mktemp("at-work"))
    made.scheduler()
    made.worker("w0", "--python", sys.executable)
    _connected(made, "w0")
    yield made
    made.close()


def _processes_of(folder: Path) -> list[int]:
    """Return the processes whose home is a folder."""
    found = []
    for each in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if each.name.isdecimal() and f"HOME={folder}\0".encode() in (each / "environ").read_bytes():
                found.append(int(each.name))
    return found


def _connected(net: Net, name: str, times: int = 1) -> None:
    words = f"worker {name} carries out work"
    until(lambda: net.said(name).count(words) >= times, f"{words} {times}\n{net.said(name)}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_all_it_began(net, number):
    net.scheduler()
    # The one from nothing is found by its environment too; where it is forked, only what it began is.
    process = net.worker("w0", "--python", sys.executable, is_started=number == signal.SIGTERM)
    _connected(net, "w0")
    assert "dask worker tcp://127.0.0.1" in net.said("w0")
    assert f"COACH_WORKER_PYTHON={sys.executable}" in net.said("w0")
    connection = connect(parse_address(net.address), ClusterSettings(), net.folder)
    with contextlib.closing(connection):
        sleep = connection.client.submit(time.sleep, 300, resources={"probe": 1})
        until(lambda: connection.client.processing() and any(connection.client.processing().values()), "runs")
        os.killpg(process.pid, number)  # as a terminal does: to every process of it
        assert process.wait(30) in {0, 130, 143}
        sleep.cancel()
    until(lambda: not _processes_of(net.folder / "w0"), "nothing is left")
    assert not list((net.folder / "w0/state").glob("scratch/*"))


def test_it_waits_for_a_scheduler_that_is_not_there_and_for_one_that_went_away(net):
    net.worker("w0")
    until(lambda: "nobody listens there" in net.said("w0"), "it says that it waits")
    first = net.scheduler()
    _connected(net, "w0")
    first.kill()
    first.wait()
    until(lambda: net.said("w0").count("nobody listens there") == 2, "it says that it waits again")
    net.scheduler()
    _connected(net, "w0", 2)


def _listens_to_others(pids: list[int]) -> list[str]:
    """Return the ports of processes to which other machines can connect, as /proc/net has them."""
    sockets = set()
    for pid in pids:
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                sockets.add(str(each.readlink()))
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    ours = [words[1] for words in lines if words[3] == "0A" and f"socket:[{words[9]}]" in sockets]
    assert ours
    return [each for each in ours if not each.startswith("0100007F:")]


def test_where_nothing_leaves_this_machine_nobody_can_come_in(at_work):
    """Without certificates who can connect to a worker can run anything, and Dask listens on every interface by itself."""
    begun_by_it = _processes_of(at_work.folder / "w0")
    assert begun_by_it
    assert _listens_to_others([each.pid for each in at_work.started[1:]] + begun_by_it) == []
    assert "--host 127.0.0.1" in at_work.said("w0")
    assert "distributed" not in at_work.said("w0").partition("\n")[2]


def test_why_it_cannot_join_is_said_once(net):
    net.scheduler()
    first = net.worker("w0")
    _connected(net, "w0")
    own = str(net.folder / "other")
    net.begin("twin", ["coach", "worker", net.address, "--name", "w0"], COACH_STATE_DIR=own)
    until(lambda: "it has another worker called w0" in net.said("twin"), "it says why it waits")
    first.send_signal(signal.SIGTERM)
    first.wait(30)
    until(lambda: "worker w0 carries out work" in net.said("twin"), "it joins once it can")
    assert net.said("twin").count("it has another worker called w0") == 1


def test_homes_that_nobody_used_are_removed(tmp_path):
    now = time.time()
    for name, days in (("cluster-old", MAX_DAYS + 1), ("cluster-new", 1), ("0123", MAX_DAYS + 1)):
        (tmp_path / "projects" / name / "scratch").mkdir(parents=True)
        for each in (tmp_path / "projects" / name / "scratch", tmp_path / "projects" / name):
            os.utime(each, (now - days * 86_400,) * 2)
    used = tmp_path / "projects/cluster-used"
    (used / "scratch").mkdir(parents=True)
    os.utime(used, (0, 0))
    assert clear_unused(tmp_path, now) == ("cluster-old",)
    assert sorted(each.name for each in (tmp_path / "projects").iterdir()) == [
        "0123",
        "cluster-new",
        "cluster-used",
    ]


def test_the_cluster_is_looked_at_and_every_worker_tried(at_work, tmp_path):
    project = tmp_path / "shop"
    project.mkdir()
    (project / "test_shop.py").write_text("def test_shop():\n    assert True\n")
    (project / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    subprocess.run(["git", "init", "-q", "."], cwd=project, check=True)
    env = plain_environment() | {"HOME": str(tmp_path), "COACH_STATE_DIR": str(tmp_path / "own")}
    env["VIRTUAL_ENV"] = sys.prefix

    def look(*words: str) -> tuple[int, str]:
        with (tmp_path / "said").open("w+b") as log:
            coach = begun(["coach", *words], project, env, log.fileno())
            code = coach.wait(120)
            return code, (tmp_path / "said").read_text()

    code, seen = look("cluster", at_work.address)
    assert "a copy was laid out" in seen or "▲ w0" in seen
    assert code == 0, seen
    assert f"coach {__version__}, python {platform.python_version()}, pytest {pytest.__version__}" in seen
    assert "w0" in look("doctor", "--on", at_work.address, "--json")[1]
    assert not list((at_work.folder / "w0/state").glob("projects/*/scratch/*"))
