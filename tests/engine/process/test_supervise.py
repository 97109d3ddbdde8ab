"""A run ends within its limits, says why, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from coach.engine.process import supervise as supervising
from coach.engine.process.spawn import Launch
from coach.engine.process.supervise import Limits, supervise
from tests.engine.conftest import Ground

WALLS = (0.8, 4, 30)
"""Limits of a run that hangs, in seconds: a busy machine may need the longer ones to come to the test at all."""
LONG = 60
"""Seconds within which a run is ended on any machine; how fast it is, benchmarks/stop.py measures."""


def hung(laid, place, limits=lambda wall: Limits(wall=wall)):
    """Run what hangs at ``place``; returns the limit that let it come there, in seconds, and the report."""
    for limit in WALLS:
        report = laid.run(limits=limits(limit))
        if place in report.ending.sentence:
            break
    return limit, report


def run_command(ground, code, limits=None, cancel=None):
    """Supervise a small python program; returns what it printed and how it finished."""
    laid = ground("passing")
    printed = bytearray()
    launch = Launch([sys.executable, "-c", code], laid.root, laid.env | {"COACH_RUN_ID": "test"})
    finished = supervise(
        launch, limits or Limits(wall=60), printed.extend, cancel or threading.Event(), lambda: False
    )
    return bytes(printed), finished


def test_stdout_and_stderr_arrive_in_their_order(ground):
    """Both streams are one, stdin is empty, and there is a session of its own."""
    code = "import os,sys; os.write(1,b'a'); os.write(2,b'b'); os.write(1,b'c'); print(repr(sys.stdin.read()), os.getsid(0) == os.getpid())"
    printed, finished = run_command(ground, code)
    assert printed == b"abc'' True\n"
    assert (finished.exit_code, finished.stop, finished.leaked) == (0, "", ())


def test_a_hang_is_placed_at_its_line(ground):
    """After the limit the stacks say where it hung; the ladder ends it."""
    wall, report = hung(ground("hang"), "test_hang.py")
    assert report.ending.kind == "timeout"
    assert report.ending.sentence == (
        f"timeout after {wall:g} s at test_hang.py:10 in wait_for_ever, during test_hang.py::test_deadlock"
    )
    assert report.duration < wall + LONG


def test_deaf_processes_are_killed(ground, monkeypatch):
    """SIGINT, SIGTERM and SIGHUP ignored: SIGKILL to the group ends it. Here nobody has seconds for each to be heard."""
    quick = ((signal.SIGINT, 0.5), (signal.SIGTERM, 0.5), (signal.SIGKILL, 2.0))
    monkeypatch.setattr(supervising, "_PATIENT", quick)
    wall, report = hung(ground("ignores_signals"), "test_ignores.py")
    assert (report.ending.kind, report.ending.exit_code) == ("timeout", -signal.SIGKILL)
    assert "test_ignores.py:12 in test_deaf" in report.ending.sentence
    assert report.duration < wall + LONG


@pytest.mark.parametrize("name", ["hang", "ignores_signals"])
def test_the_engineers_stop_takes_a_second(ground, name):
    """Cancelling climbs the ladder, also when nobody listens to signals."""
    laid = ground(name)

    def stop_when_under_way():
        until = time.monotonic() + 30
        while not laid.live.snapshot(0).current_test and time.monotonic() < until:
            laid.cancel.wait(0.01)
        began.append(time.monotonic())
        laid.cancel.set()

    began: list[float] = []
    thread = threading.Thread(target=stop_when_under_way)
    thread.start()
    report = laid.run()
    took = time.monotonic() - began[0]
    thread.join()
    assert report.ending.kind == "cancelled"
    assert took < LONG


def test_a_silent_run_is_ended(ground):
    """No output and no test event for the limit is an ending of its own."""
    silence, report = hung(ground("hang"), "test_hang.py", lambda limit: Limits(wall=600, silence=limit))
    assert report.ending.kind == "silence"
    assert report.ending.sentence.startswith(f"no sign of life for {silence:g} s at test_hang.py:10")


def test_endless_output_is_ended_and_mostly_dropped(ground):
    """A flood on one line stops at the byte limit, with head and tail kept."""
    laid = ground("noisy")
    report = laid.run(limits=Limits(wall=60, output_bytes=20_000_000))
    assert report.ending.kind == "output_limit"
    assert (
        report.ending.sentence == "output limit: more than 20 MB of output during test_noisy.py::test_flood"
    )
    assert report.output.dropped > 15_000_000
    assert len(laid.kept[0]) < 600_000
    assert "bytes left out" in laid.kept[0]


@pytest.mark.parametrize("name", ["leaves_child", "setsid_child"])
def test_a_leaked_process_is_said_and_ended(plainly_run, name):
    """The true outcome comes at once, though a child holds the pipe or hides in another session."""
    if name == "setsid_child" and not sys.platform.startswith("linux"):
        pytest.skip("only Linux has a subreaper")
    _, report = plainly_run(name)
    assert report.ending.kind == "completed"
    assert report.counts.passed == 1
    (note,) = report.probe_notes
    assert note.startswith("left a process behind: python")
    assert note.endswith("stopped")


def test_a_killed_group_does_not_take_coach_with_it(plainly_run):
    """A run in a session of its own can only kill itself."""
    _, report = plainly_run("kills_group")
    assert report.ending.kind == "signalled"
    assert report.ending.sentence == "killed by signal 9 (SIGKILL) during test_kills.py::test_kill"


def test_a_crash_names_signal_and_test(plainly_run):
    """A segfault is not a failure of the test's own claim."""
    _, report = plainly_run("segfault")
    assert report.ending.sentence == "killed by signal 11 (SIGSEGV) during test_segfault.py::test_crash"


def test_an_early_exit_is_never_a_pass(plainly_run):
    """os._exit(0) ends pytest with exit code 0."""
    _, report = plainly_run("os_exit")
    assert report.ending.kind == "ended_early"
    assert report.ending.sentence == "ended inside test_os_exit.py::test_exit without a report (exit code 0)"
    assert report.counts.passed == 1


def test_helpers_that_end_by_themselves_are_no_leak(ground):
    """A child that goes when its parent goes is given the moment it needs."""
    code = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'],"
        " stdin=subprocess.PIPE)"
    )
    _, finished = run_command(ground, code)
    assert finished.leaked == ()


def test_ignored_signals_are_restored(ground):
    """Started under nohup or with an ampersand, coach ignores SIGINT; its runs must not."""
    script = (
        "import signal, sys, threading; from pathlib import Path\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from coach.engine.process.spawn import Launch\n"
        "from coach.engine.process.supervise import Limits, supervise\n"
        "import os\n"
        "code = 'import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)'\n"
        "launch = Launch([sys.executable, '-c', code], Path('/'), dict(os.environ))\n"
        "out = bytearray()\n"
        "supervise(launch, Limits(), out.extend, threading.Event(), lambda: False)\n"
        "print(out.decode())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_a_defect_in_a_callback_leaves_no_process(ground):
    """Also when coach itself fails, the run is ended; the census of the fixture looks for it."""
    laid = ground("passing")

    def boom(_part: bytes) -> None:
        raise ZeroDivisionError

    code = "import time; print('here', flush=True); time.sleep(600)"
    launch = Launch([sys.executable, "-c", code], laid.root, laid.env)
    with pytest.raises(ZeroDivisionError):
        supervise(launch, Limits(wall=60), boom, threading.Event(), lambda: False)


def test_no_descriptor_is_left_open(ground):
    """A session makes thousands of runs."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("open descriptors cannot be listed here")
    laid = ground("os_exit")
    laid.run()
    before = len(list(descriptors.iterdir()))
    for _ in range(2):
        laid.run()
    assert len(list(descriptors.iterdir())) == before


def test_a_measurement_gives_way_to_what_somebody_waits_for(ground):
    """Its process is nicer by ten than coach is, and so is all that it starts."""
    laid = ground("passing")
    code = (
        "import os,time\nuntil = time.monotonic() + 20\n"
        f"while os.nice(0) == {os.nice(0)} and time.monotonic() < until: time.sleep(0.005)\nprint(os.nice(0))"
    )
    printed = bytearray()
    launch = Launch([sys.executable, "-c", code], laid.root, laid.env | {"COACH_RUN_ID": "test"}, niceness=10)
    supervise(launch, Limits(wall=60), printed.extend, threading.Event(), lambda: False)
    assert int(printed) == min(os.nice(0) + 10, 19)


def test_the_last_place_of_an_interrupt_is_all_that_is_put_into_words(ground, tmp_path):
    """Words for its whole traceback, which pytest never prints, made a run that was stopped slower to end than to begin."""
    laid = Ground(tmp_path / "project", ground("passing").env)
    laid.root.mkdir()
    noted = tmp_path / "noted"
    (laid.root / "conftest.py").write_text(
        "import pytest\n\n\ndef pytest_keyboard_interrupt(excinfo):\n"
        f"    open({str(noted)!r}, 'w').write(str(len(excinfo.traceback)))\n"
    )
    (laid.root / "test_stops.py").write_text("def test_it():\n    raise KeyboardInterrupt\n")
    report = laid.run("test_stops.py")
    assert noted.read_text() == "1"
    assert "test_stops.py:2: KeyboardInterrupt" in report.output.tail
