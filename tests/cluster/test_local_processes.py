"""A cluster of this machine's own processes starts also where stderr is not a file, as under the screen, and without a word."""

import contextlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import distributed
import pytest

from coach.engine.process.orphans import clear_left_behind
from tests.cluster.processes import until
from tests.engine.lab import plain_environment
from tests.fork_server import TOP

STARTS = """\
import contextlib, io, os, sys
from pathlib import Path
from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.connection import connect


class NoFile(io.StringIO):
    def fileno(self):
        return -1  # what Textual's own answers


if __name__ == "__main__":
    said, before = NoFile(), dict(os.environ)
    with contextlib.redirect_stderr(said):
        made = connect(parse_address("local:1"), ClusterSettings(), Path.cwd())
        print(len(made.client.scheduler_info()["workers"]), repr(said.getvalue()))
        print("up", made.client.scheduler.address)
        (theirs,) = made.client.run(lambda: dict(os.environ)).values()
        print(dict(os.environ) == before, sorted(theirs.keys() - before.keys()), flush=True)
        sys.stdin.read()
        made.close()
"""


@dataclass
class Seen:
    """What was seen of a cluster from its start to its orderly end."""

    first: str = ""
    variables: str = ""
    """Whether this process has the same as before, and which its worker has besides."""
    said: str = ""
    address: str = ""
    strangers: list[str] = field(default_factory=list)
    """Who tried to connect without its certificates, and what came of it."""
    processes: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Return what was seen of one cluster that started, was tried by strangers, and ended."""
    folder, found = tmp_path_factory.mktemp("local"), Seen()
    with (folder / "said").open("w+") as said, started(folder, said) as run:
        found.first = run.stdout.readline()
        found.address = run.stdout.readline().split()[1]
        found.variables = run.stdout.readline().strip()
        clear = f"tcp://127.0.0.1:{found.address.rpartition(':')[2]}"
        for tried, security in ((found.address, distributed.Security.temporary()), (clear, None)):
            try:
                distributed.Client(tried, security=security, timeout=2, set_as_default=False).close()
                found.strangers.append("in")
            except OSError:
                found.strangers.append("out")
        run.communicate("")
    found.said = (folder / "said").read_text()
    found.processes = _processes_below(folder / "tmp")
    found.files = _files_below(folder / "tmp")
    return found


def test_it_starts_where_stderr_has_no_descriptor(seen):
    assert seen.first.strip() == "1 ''", seen.said
    assert not seen.said


def test_other_users_of_the_machine_can_give_its_workers_no_work(seen):
    """A port of this machine is open to all its users, and a scheduler executes what it is sent."""
    assert seen.address.startswith("tls://127.0.0.1:")
    assert seen.strangers == ["out", "out"]


def test_no_run_gets_variables_that_dask_sets(seen):
    """One thread for each library of numbers makes other numbers. The seed is any run's own; the last one no run gets."""
    assert seen.variables == "True ['PYTHONHASHSEED', '__DASK_PARENT_PID']"


def test_nothing_is_left_of_it(seen, tmp_path, monkeypatch):
    """A killed coach cannot tidy up: its processes end by themselves, its folder is one that the next coach removes."""
    assert (seen.processes, seen.files) == ([], [])
    temporary = tmp_path / "tmp"
    with started(tmp_path, subprocess.DEVNULL) as run:
        assert [run.stdout.readline().split()[0] for _ in range(2)] == ["1", "up"]
        assert _processes_below(temporary)
        assert _files_below(temporary)
        run.kill()
    until(lambda: not _processes_below(temporary), "its processes end")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    assert clear_left_behind(tmp_path / "state") == ()
    assert _files_below(temporary) == []


def started(folder, stderr):
    """Start the program in a folder of its own, with its temporary files below it."""
    program, temporary = folder / "starts.py", folder / "tmp"
    program.write_text(STARTS)
    temporary.mkdir()
    env = plain_environment() | {"TMPDIR": str(temporary), "PYTHONPATH": str(TOP), "HOME": str(folder)}
    pipe, argv = subprocess.PIPE, [sys.executable, str(program)]
    return subprocess.Popen(argv, env=env, stdin=pipe, stdout=pipe, stderr=stderr, text=True)


def _files_below(temporary):
    return [each for each in temporary.rglob("*") if each.parent != temporary]


def _processes_below(temporary):
    found = []
    for each in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if each.name.isdecimal() and f"TMPDIR={temporary}\0".encode() in (each / "environ").read_bytes():
                found.append(each.name)
    return found
