"""The life of a warm server: what it outlives, what makes it start anew, and how it ends."""

import signal
import sys
from pathlib import Path

import pytest

from coach.engine.process import supervise
from coach.engine.process.supervise import Limits
from coach.engine.warm.server import Trouble
from tests.engine.conftest import TARGETS, Warm, processes_with
from tests.engine.warm.conftest import write

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")

ENDINGS = ("segfault", "os_exit", "kills_group", "ignores_signals", "hang")


def test_what_the_server_would_not_notice_restarts_it(warm, ground, package):
    """Pitfall i: configuration, lock files and installed packages; one cold run, then warm again with the new code."""
    laid = ground("passing")
    installed = package(laid, "thing.py", "VALUE = 1\n")
    write(laid, "tests/test_thing.py", "import thing\ndef test_thing():\n    assert thing.VALUE == 1\n")
    laid.settle()
    ready = warm(laid)
    ready.prepare("pytest", "thing")
    assert ready.run("tests/test_thing.py").counts.passed == 1
    for name in ("pyproject.toml", "uv.lock"):
        write(laid, name, "")
        laid.settle()
        with pytest.raises(Trouble, match=f"{name} changed; the warm server starts anew"):
            ready.server.fork([], Path(), {}, Path("nowhere"))
        ready.prepare()
    installed.write_text("VALUE = 2\n")
    report = laid.run("tests/test_thing.py", warm=True)
    assert not report.warm
    assert report.cold_because.endswith("changed; the warm server starts anew")
    ready.prepare()
    assert ready.run("tests/test_thing.py").counts.failed == 1


@pytest.fixture(scope="module")
def battered(shared_ground):
    """Return one server of a project with all tests that end in a bad way."""
    laid = shared_ground("passing")
    for name in ENDINGS:
        (test,) = (TARGETS / name).glob("test_*.py")
        write(laid, f"tests/test_{name}.py", test.read_text())
    laid.settle()
    ready = Warm(laid)
    ready.prepare("pytest")
    return ready


@pytest.mark.parametrize("name", ENDINGS)
def test_a_crash_or_a_hang_takes_nothing_along(battered, name, monkeypatch):
    """Pitfall k: the same ending as cold, and the server forks the next run."""
    impatient = ((signal.SIGINT, 0.3), (signal.SIGTERM, 0.3), (signal.SIGKILL, 2.0))
    monkeypatch.setattr(supervise, "_PATIENT", impatient)
    hangs = name in {"hang", "ignores_signals"}
    for wall in (1, 4, 16, 60) if hangs else (60,):
        limits = Limits(wall=wall)
        cold = battered.laid.run(f"tests/test_{name}.py", limits=limits)
        hot = battered.run(f"tests/test_{name}.py", limits=limits)
        # A busy machine needs longer to come to the place.
        if all(" in " in each.ending.sentence for each in (cold, hot)):
            break
    assert hot.ending == cold.ending
    assert hot.ending.kind == ("timeout" if hangs else cold.ending.kind)
    assert not battered.server.why_cold
    assert battered.run("tests/test_pass.py").counts.passed == 3


def test_a_server_that_dies_is_said_and_replaced(warm):
    """The run that needed it is cold; the next ones are warm again."""
    ready = warm("passing")
    ready.prepare("pytest")
    ready.server._server.process.kill()
    ready.server._server.process.wait()
    report = ready.laid.run(warm=True)
    assert (report.warm, report.counts.passed) == (False, 3)
    assert "warm server" in report.cold_because
    ready.prepare()
    assert ready.run().counts.passed == 3


def test_closing_ends_the_server(warm):
    """Nothing is left, and nothing starts again."""
    ready = warm("passing")
    ready.prepare("pytest")
    assert processes_with(ready.server._server.run_id)
    run_id = ready.server._server.run_id
    ready.server.close()
    assert processes_with(run_id) == []
    ready.server.wants(["json"])
    ready.server.prepare()
    with pytest.raises(Trouble, match="closed"):
        ready.server.fork([], Path(), {}, Path("nowhere"))


def test_the_end_of_coach_is_the_end_of_the_server(warm):
    """When the socket closes, the server goes, also after kill -9 of coach."""
    ready = warm("passing")
    ready.prepare("pytest")
    process = ready.server._server.process
    ready.server._server.socket.close()
    assert process.wait(timeout=10) == 0
