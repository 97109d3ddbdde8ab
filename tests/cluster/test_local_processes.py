"""A cluster of this machine's own processes starts also where stderr is not a file, as under the screen, and without a word."""

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

import distributed
import pytest

from coach.engine.process.orphans import clear_left_behind
from tests.cluster.processes import until
from tests.engine.lab import plain_environment
from tests.fork_server import TOP

STARTS = """\
import contextlib, io, sys
from pathlib import Path
from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.connection import connect


class NoFile(io.StringIO):
    def fileno(self):
        return -1  # what Textual's own answers


if __name__ == "__main__":
    said = NoFile()
    with contextlib.redirect_stderr(said):
        made = connect(parse_address("local:1"), ClusterSettings(), Path.cwd())
        print(len(made.client.scheduler_info()["workers"]), repr(said.getvalue()))
        if "wait" in sys.argv:
            print("up", made.client.scheduler.address, flush=True)
            sys.stdin.read()
        made.close()
"""


def test_nothing_is_left_of_it(tmp_path, monkeypatch):
    """A killed coach cannot tidy up: its processes end by themselves, its folder is one that the next coach removes."""
    program, temporary = tmp_path / "starts.py", tmp_path / "tmp"
    program.write_text(STARTS)
    temporary.mkdir()
    env = plain_environment() | {"TMPDIR": str(temporary), "PYTHONPATH": str(TOP), "HOME": str(tmp_path)}
    argv = [sys.executable, str(program), "wait"]
    with started(argv, env) as run:
        assert [run.stdout.readline().split()[0] for _ in range(2)] == ["1", "up"]
        run.communicate("")
    assert not _processes_below(temporary)
    assert [each for each in temporary.rglob("*") if each.parent != temporary] == []
    with started(argv, env) as run:
        assert [run.stdout.readline().split()[0] for _ in range(2)] == ["1", "up"]
        run.kill()
    until(lambda: not _processes_below(temporary), "its processes end")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    assert clear_left_behind(tmp_path / "state") == ()
    assert [each for each in temporary.rglob("*") if each.parent != temporary] == []


def started(argv, env):
    pipe = subprocess.PIPE
    return subprocess.Popen(argv, env=env, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)


def test_other_users_of_the_machine_can_give_its_workers_no_work(tmp_path):
    """A port of this machine is open to all its users, and a scheduler executes what it is sent."""
    program = tmp_path / "starts.py"
    program.write_text(STARTS)
    env = plain_environment() | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(TOP), "HOME": str(tmp_path)}
    with started([sys.executable, str(program), "wait"], env) as run:
        run.stdout.readline()
        address = run.stdout.readline().split()[1]
        port = address.rpartition(":")[2]
        assert address.startswith("tls://127.0.0.1:")
        for tried, security in (
            (address, distributed.Security.temporary()),
            (f"tcp://127.0.0.1:{port}", None),
        ):
            with pytest.raises(OSError):
                distributed.Client(tried, security=security, timeout=2, set_as_default=False)
        run.communicate("")


def _processes_below(temporary):
    found = []
    for each in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if each.name.isdecimal() and f"TMPDIR={temporary}\0".encode() in (each / "environ").read_bytes():
                found.append(each.name)
    return found


def test_it_starts_where_stderr_has_no_descriptor(tmp_path):
    program = tmp_path / "starts.py"
    program.write_text(STARTS)
    done = subprocess.run(
        [sys.executable, str(program)], cwd=TOP, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines()[-1] == "1 ''", done.stderr
    assert not done.stderr
