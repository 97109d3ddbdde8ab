"""Nobody ends the only writer of a session: not a pipe that nobody reads, not a listener that raises."""

import os
import signal
import subprocess
import sys

import pytest

from coach.core.decide import Decision, Refusal
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.core.session.fold import replay
from coach.session.factory import open_new, open_review
from coach.settings.project import Settings
from coach.store import library
from tests.engine.conftest import processes_with
from tests.handoff.conftest import Shop

TEST = "tests/test_sum.py::test_sum"
EPIPE_CODE = 128 + signal.SIGPIPE


@pytest.fixture
def project(tmp_path):
    made = Shop(tmp_path / "project", tmp_path / "state")
    made.env["COACH_TEST_MARK"] = f"mark-{tmp_path.name}-{os.getpid()}"
    made.write("adding.py", "def added(a, b):\n    return a - b\n")
    made.write(
        "tests/test_sum.py", "from adding import added\n\n\ndef test_sum():\n    assert added(2, 3) == 5\n"
    )
    made.write("pytest.ini", "[pytest]\npythonpath = .\n")
    made.commit()
    return made


def _until_first_line(project, *words):
    """Run coach into a pipe whose reader leaves after one line, as ``head -1`` does. Returns that line and the code."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "coach", *words],
        cwd=project.root,
        env=project.env,
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=writing,
    )
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as lines:
        first = lines.readline()
    return first.decode(), process.wait(timeout=60)


@pytest.mark.parametrize(
    "words",
    [("run", TEST), ("reproduce", TEST), ("suspects",), ("watch", "--seconds", "60")],
    ids=lambda words: words[0],
)
def test_a_command_whose_reader_leaves_ends_with_a_whole_log_and_no_process(project, words, monkeypatch):
    if words[0] in {"suspects", "watch"}:
        assert project.coach("run", TEST).returncode == 1
    first, code = _until_first_line(project, *words)
    assert first
    assert code == EPIPE_CODE
    assert not processes_with(project.env["COACH_TEST_MARK"])
    monkeypatch.setenv("COACH_STATE_DIR", str(project.state))
    listed = library.sessions()[0]
    assert not listed.damage
    state = open_review(listed.id).state
    assert not state.under_way
    again = project.coach("run", "--json")
    assert again.returncode == 1, again.stderr


def test_a_list_cut_short_ends_the_same_way(project):
    project.coach("run", TEST)
    reading, writing = os.pipe()
    os.close(reading)
    listing = subprocess.Popen(
        [sys.executable, "-m", "coach", "sessions"],
        cwd=project.root,
        env=project.env,
        stdout=writing,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    assert (listing.communicate(timeout=60)[1], listing.returncode) == (b"", EPIPE_CODE)


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&- <&-"])
def test_a_stream_that_was_closed_before_is_no_defect(project, closed):
    """The number of a closed stream must not become a log's: what anybody prints would land in it."""
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m coach run {TEST} {closed}'],
        cwd=project.root,
        env=project.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert project.coach("status").returncode == 0


@pytest.fixture
def held(project, monkeypatch):
    monkeypatch.setenv("COACH_STATE_DIR", str(project.state))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    settings = Settings(python=sys.executable, warm=False)
    with open_new(project.root, Target(words=(TEST,)), settings) as port:
        port.submit(cmd.Begin(reproduce=False)).result(10)
        yield port


def test_a_listener_that_raises_is_told_no_more_and_the_session_goes_on(held, caplog):
    heard, told = [], []

    def raises(update):
        told.append(update)
        raise BrokenPipeError(32, "Broken pipe")

    held.subscribe(raises)
    held.subscribe(heard.append)
    held.submit(cmd.RunTarget(purpose="experiment"))
    assert held.wait_idle(60)
    assert len(told) == 1
    assert held.state.last_run.judged.outcome == "FAIL"
    assert heard[-1].state == held.state
    assert replay(held.records) == held.state


def test_the_answer_is_there_before_anybody_is_told(held):
    asked, had = [], []
    held.subscribe(lambda _: had.append(bool(asked) and asked[0].done()))
    asked.append(held.submit(cmd.WriteNote(text="a")))
    assert isinstance(asked[0].result(10), Decision)
    assert held.wait_idle(10)
    assert had[-1]


def test_what_is_asked_of_a_session_that_is_closed_is_refused(held):
    held.close()
    answer = held.submit(cmd.WriteNote(text="too late")).result(5)
    assert answer == Refusal("the session is closed")
    assert held.wait_idle(5)
