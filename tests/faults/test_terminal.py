"""Rows 19 to 24: signals, kill -9, suspending, sizes, no terminal, hostile text; the real program on a real terminal."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from coach.core.log import events as ev
from coach.core.session.fold import replay
from coach.store.log import read_log
from tests.e2e.terminal import coach
from tests.fork_server import run_coach
from tests.tui.nasty import NASTY

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for survivors in /proc")

LEFT_ALTERNATE, LEFT_MOUSE = b"\x1b[?1049l", b"\x1b[?1000l"
HANGS = """
import subprocess, sys, signal, time
def test_it():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    open(MARK, "w").close()
    time.sleep(600)
"""
ENV = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


class Project:
    """A project whose one test hangs, deaf to signals, with a child of its own; processes are counted by a mark."""

    def __init__(self, folder, state, test=HANGS):
        folder.mkdir()
        self.folder, self.state = folder, state
        self.mark = f"census-{folder.parent.name}-{os.getpid()}"
        self.began = folder.parent / "began"
        (folder / "pyproject.toml").write_text("")
        (folder / "test_it.py").write_text(test.replace("MARK", repr(str(self.began))))

    def debug(self, *words, **more):
        words = words or ("test_it.py", "--python", sys.executable)
        env = {**ENV, "COACH_TEST_CENSUS": self.mark, **more.pop("env", {})}
        return coach("debug", *words, cwd=self.folder, state=self.state, env=env, **more)

    def until_it_runs(self, screen):
        end = time.monotonic() + 60
        while not self.began.exists():
            assert time.monotonic() < end, screen.text
            assert screen.pump(), screen.text

    def census(self):
        """Return the commands of living processes that stem from this test's coach."""
        found = []
        for each in Path("/proc").iterdir():
            try:
                is_ours = each.name.isdigit() and self.mark.encode() in (each / "environ").read_bytes()
                if is_ours and (each / "stat").read_bytes().rpartition(b")")[2].split()[0] not in {
                    b"Z",
                    b"X",
                }:
                    found.append((each / "cmdline").read_bytes())
            except OSError:
                continue
        return found

    def nobody_left(self, how=str):
        end = time.monotonic() + 10
        while self.census():
            assert time.monotonic() < end, f"{self.census()} {how()}"

    def log(self):
        (folder,) = (self.state / "sessions").iterdir()
        return read_log(folder)


def waits_to_write(pid):
    """Whether a thread waits for a terminal that takes nothing more, and the main thread for a lock instead of events."""
    waits = {}
    for each in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has ended meanwhile
            waits[each.name] = (each / "wchan").read_text()
    return "wait_woken" in waits.values() and "futex" in waits[str(pid)]


@pytest.fixture
def project(tmp_path, state_home):
    made = Project(tmp_path / "project", state_home)
    yield made
    for pid in [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]:
        try:
            if made.mark.encode() in Path(f"/proc/{pid}/environ").read_bytes():
                os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda each: each.name)
def test_row_19_a_signal_ends_everything_and_restores_the_terminal(project, number):
    """Row 19: a run that ignores signals is under way; it is gone, the event is written, the screen is given back."""
    screen = project.debug()
    project.until_it_runs(screen)
    screen.kill(number)
    assert screen.wait_end() == 128 + number
    assert LEFT_ALTERNATE in screen.bytes
    assert screen.bytes.rfind(LEFT_MOUSE) > screen.bytes.rfind(b"\x1b[?1000h")
    project.nobody_left()
    loaded = project.log()
    assert (loaded.damaged, loaded.torn) == (0, 0)
    assert any(
        isinstance(each.event, ev.SessionInterrupted) and each.event.by == number.name
        for each in loaded.records
    )


def test_row_19_a_closed_terminal(project):
    """Row 19: the terminal is gone, so nothing can be restored; nobody is left and the log is whole."""
    screen = project.debug()
    project.until_it_runs(screen)
    with contextlib.suppress(
        pexpect.ExceptionPexpect
    ):  # it waits a third of a second only, and closes all the same
        screen.child.close(force=False)
    project.nobody_left(lambda: f"ended with {screen.child.exitstatus}, by {screen.child.signalstatus}")
    loaded = project.log()
    assert (loaded.damaged, loaded.torn) == (0, 0)
    assert any(isinstance(each.event, ev.SessionInterrupted) for each in loaded.records)


def test_row_19_a_terminal_that_takes_nothing_more_and_is_closed(project):
    """Row 19: coach waits to write when the terminal goes, so that no signal is handled; nobody is left all the same."""
    screen = project.debug()
    project.until_it_runs(screen)
    began = since = time.monotonic()
    while time.monotonic() < since + 1:  # windows open and close, each a whole picture, and nobody reads
        assert time.monotonic() < began + 60
        screen.child.send("?")
        screen.child.send("\x1b")
        since = since if waits_to_write(screen.child.pid) else time.monotonic()
    with contextlib.suppress(pexpect.ExceptionPexpect):
        screen.child.close(force=False)
    project.nobody_left()
    loaded = project.log()
    assert (loaded.damaged, loaded.torn) == (0, 0)


def test_row_19_asked_twice_it_ends_at_once(project):
    """Row 19: two signals within a second; neither coach nor its run is there afterwards."""
    screen = project.debug()
    project.until_it_runs(screen)
    screen.kill(signal.SIGTERM)
    screen.pump()
    screen.kill(signal.SIGTERM)
    assert screen.wait_end() in {128 + signal.SIGTERM, -signal.SIGTERM}
    assert LEFT_ALTERNATE in screen.bytes
    project.nobody_left()


def test_row_20_what_a_killed_coach_left_is_ended_and_said(project):
    """Row 20: kill -9 during a run; the next coach reads the whole log, ends what was left, and says so."""
    screen = project.debug()
    project.until_it_runs(screen)
    screen.kill(signal.SIGKILL)
    screen.wait_end()
    assert project.census(), "the fault: the run goes on without its coach"
    loaded = project.log()
    assert loaded.damaged == 0
    assert replay(loaded.records).under_way
    screen = project.debug("--resume")
    screen.wait_for("a killed coach had left these running")
    assert not [each for each in project.census() if b"pytest" in each or b"sleep" in each]
    screen.wait_for("coach was killed during")
    screen.press("q")
    assert screen.wait_end() == 0
    project.nobody_left()


def test_row_21_suspended_and_back(tmp_path, state_home):
    """Row 21: Ctrl-Z gives the terminal back, fg redraws the screen, and keys work again."""
    project = Project(tmp_path / "project", state_home, "def test_it():\n    assert 1 == 2\n")
    screen = project.debug()
    screen.wait_for("3 of 3")
    screen.press("\x1a")
    end = time.monotonic() + 20
    stat = Path(f"/proc/{screen.child.pid}/stat")
    while stat.read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < end
        screen.pump()
    screen.settle()
    assert screen.bytes.rfind(LEFT_ALTERNATE) > screen.bytes.rfind(b"\x1b[?1049h")
    os.kill(screen.child.pid, signal.SIGCONT)
    before = len(screen.bytes)
    screen.wait_for("3 of 3")
    screen.settle()
    assert b"\x1b[?1049h" in screen.bytes[before:]
    screen.press("?")
    screen.wait_for("esc closes")
    screen.press("q")
    screen.press("\x11")
    assert screen.wait_end() == 0


@pytest.mark.parametrize(
    ("around", "words", "code"),
    [
        ({"TERM": "dumb"}, ("debug", "test_it.py"), 2),
        ({"TERM": "dumb", "NO_COLOR": "1"}, ("run", "--python", sys.executable, "test_it.py"), 1),
        (
            {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            ("run", "--python", sys.executable, "test_it.py"),
            1,
        ),
        ({"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, ("status",), 0),
    ],
)
def test_row_23_no_terminal_no_colours_no_encoding(tmp_path, state_home, around, words, code):
    """Row 23: pipes get no escape byte, the screen refuses in one line with the other way, no encoding is in the way."""
    text = "def test_it():\n    assert 'é ✘ 日本 \\x1b[31m' == ''\n"
    folder = Project(tmp_path / "project", state_home, text).folder
    if words == ("status",):
        run_coach("run", "test_it.py", cwd=folder)
    done = subprocess.run(
        [sys.executable, "-m", "coach", *words],
        cwd=folder,
        env={**os.environ, **ENV, **around},
        capture_output=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    if words[0] == "debug":
        assert done.stderr.count(b"\n") == 1
        assert b"coach run TARGET" in done.stderr


PAYLOADS = [each for each in NASTY if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", each)]


def test_row_24_no_byte_of_a_sequence_reaches_the_terminal(tmp_path, state_home):
    """Row 24: output, message, test name and file name are hostile; of all bytes written none belongs to a payload."""
    test = f"""
import pexpect
import pytest
NASTY = {PAYLOADS!r}
@pytest.mark.parametrize("text", NASTY, ids=[f"id{{n}}-{{t}}" for n, t in enumerate(NASTY)])
def test_it(text):
    print(text, flush=True)
    print("raw \\x1b]0;owned\\x07 \\x1b]52;c;b3duZWQ=\\x07 \\x1b[2J\\x1b[31;7mred \\x9b31m \\x1bc visible")
    assert text == "visible " + text
"""
    project = Project(tmp_path / "project", state_home, test)
    (project.folder / "test_\x1b[5mname.py").write_text("def test_other():\n    pass\n")
    screen = project.debug(columns=140, lines=45)
    screen.wait_for("3 of 3")
    for key, seen in (("l", "Output"), ("d", "Diff"), ("t", "Timeline"), ("x", "coach"), ("\x1b", "Runs")):
        screen.press(key)
        screen.wait_for(seen)
        screen.settle()
    assert "visible" in screen.text or "assert" in screen.text
    screen.press("q")
    assert screen.wait_end() == 0
    written = re.sub(rb"\x1b]22;[a-z-]*\x07", b"", screen.bytes)  # the shape of the pointer: textual's own
    for payload in (
        b"\x1b]0;", b"owned\x07", b"\x1b]52", b"\x1b]8;", b"\x1bc", b"\x1bP", b"\x1b_", b"\x1b[31;7m", b"\x1b[5m",
        "\x9b".encode(), b"\x9b31m", b"\x00", b"\x07", b"\x08", b"\x7f",
    ):  # fmt: skip
        at = written.find(payload)
        assert at < 0, written[max(0, at - 80) : at + 80]
