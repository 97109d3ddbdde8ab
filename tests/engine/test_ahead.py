"""The next run is made ready while another one goes on: it loads nothing of the project before its turn, and goes unseen unused."""

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from coach.core.protocol.effects import ExpectRun, StartRun, StopRuns
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.ahead import Ready, RunAhead
from coach.engine.execute import set_up
from coach.engine.instrument.observer import PLAIN, ObserverContext
from coach.errors import ScratchError
from tests.engine.test_engine import PATIENCE, Trees

CONFTEST = "import os\nwith open({log!r}, 'a') as log:\n    log.write('%d\\n' % os.getpid())\n"
WAITS = "import pathlib, time\ndef test_waits():\n    while not pathlib.Path({go!r}).exists():\n        time.sleep(0.01)\n"
PLUGIN = "def pytest_configure(config):\n    pass\n"


class Project:
    """A target whose conftest tells of each process that loads it, and whose one slow test waits for a word."""

    def __init__(self, laid, place):
        self.laid, self.log, self.word = laid, place / "loaded", place / "word"
        (laid.root / "conftest.py").write_text(CONFTEST.format(log=str(self.log)))
        (laid.root / "test_waits.py").write_text(WAITS.format(go=str(self.word)))
        laid.settle()

    def has_own_plugin(self):
        (self.laid.root / "own_plugin.py").write_text(PLUGIN)
        (self.laid.root / "pytest.ini").write_text("[pytest]\naddopts = -p own_plugin\n")
        self.laid.settle()

    @property
    def loaded_by(self):
        return [int(each) for each in self.log.read_text().split()] if self.log.exists() else []


@pytest.fixture
def project(ground, tmp_path):
    return Project(ground("passing"), tmp_path)


def asked(number, *words, purpose="verify", **fields):
    return StartRun(request=RunRequest(number=number, purpose=purpose, target=Target(words=words), **fields))


NEXT = asked(2, "tests/test_pass.py", purpose="suite")


def until(holds):
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("it never came to that")


def begun(made, following=NEXT):
    """Begin a run that waits for its word, and return the process of the one that follows once it is at its barrier."""
    made.perform(ExpectRun(asked=following))
    made.perform(asked(1, "test_waits.py"))
    ahead = made._here.ahead
    until(lambda: ahead._ready and ahead._ready.waiting and ahead._ready.waiting.barrier.at)
    return ahead._ready.waiting


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_waits_in_front_of_the_project_until_it_is_asked_for(engine, project):
    made, seen = engine(project.laid)
    waiting = begun(made)
    assert waiting.barrier.at == "clean"
    until(lambda: len(project.loaded_by) == 1)
    project.word.touch()
    assert seen.get(timeout=PATIENCE).report.counts.passed == 1
    assert is_alive(waiting.leader.pid)
    assert waiting.leader.pid not in project.loaded_by
    made.perform(NEXT)
    report = seen.get(timeout=PATIENCE).report
    assert report.ending.is_complete
    assert project.loaded_by[1:] == [waiting.leader.pid], "the very process that waited"
    assert report.duration > waiting.seconds > 0, "its start counts, as of a run that did not wait"
    assert report.counts.passed > 0


def test_it_may_wait_in_a_copy(engine, project, ground):
    other = ground("failing")

    class Recorded(Trees):
        def record(self):
            return "tree-1"

    following = asked(2, purpose="baseline", tree="tree-9")
    made, seen = engine(project.laid, trees=Recorded(other.root))
    waiting = begun(made, following)
    project.word.touch()
    assert seen.get(timeout=PATIENCE).report.counts.passed == 1
    made.perform(following)
    report = seen.get(timeout=PATIENCE).report
    assert (report.tree, report.counts.failed) == ("tree-9", 2)
    assert not is_alive(waiting.leader.pid)


def test_another_run_than_the_expected_one_is_made_as_ever_and_the_ready_one_is_gone(engine, project):
    made, seen = engine(project.laid)
    waiting = begun(made)
    project.word.touch()
    seen.get(timeout=PATIENCE)
    made.perform(NEXT.model_copy(update={"within": 50.0}))
    assert seen.get(timeout=PATIENCE).report.ending.is_complete
    assert not is_alive(waiting.leader.pid)
    assert waiting.leader.pid not in project.loaded_by


def test_one_that_ended_while_it_waited_is_started_anew(engine, project):
    """A test beside it may end what it finds: that says nothing of the run that waited."""
    made, seen = engine(project.laid)
    waiting = begun(made)
    os.kill(waiting.leader.pid, signal.SIGKILL)
    project.word.touch()
    seen.get(timeout=PATIENCE)
    made.perform(NEXT)
    report = seen.get(timeout=PATIENCE).report
    assert report.ending.is_complete, report.ending
    assert report.counts.passed > 0


@pytest.mark.parametrize("word", [ExpectRun(), StopRuns()], ids=["a new verification", "stop"])
def test_what_nobody_wants_any_more_is_gone_with_the_run_that_is_under_way(engine, project, word):
    made, seen = engine(project.laid)
    waiting = begun(made)
    made.perform(word)
    project.word.touch()
    seen.get(timeout=PATIENCE)
    assert not is_alive(waiting.leader.pid)
    made.perform(NEXT)
    assert seen.get(timeout=PATIENCE).report.ending.is_complete
    assert waiting.leader.pid not in project.loaded_by


def test_closing_leaves_none_behind(engine, project):
    made, seen = engine(project.laid)
    waiting = begun(made)
    made.close()
    assert seen.get_nowait().report.ending.kind == "interrupted"
    assert not is_alive(waiting.leader.pid)


def test_where_a_plugin_of_the_project_is_loaded_first_nothing_starts_beside(engine, project):
    """Its own code would be under way beside the tests of another run."""
    project.has_own_plugin()
    made, seen = engine(project.laid)
    made.perform(ExpectRun(asked=NEXT))
    made.perform(asked(1, "test_waits.py"))
    until(lambda: project.loaded_by)
    ready = made._here.ahead._ready
    assert ready is not None
    assert ready.waiting is None
    project.word.touch()
    assert seen.get(timeout=PATIENCE).report.counts.passed == 1
    made.perform(NEXT)
    assert seen.get(timeout=PATIENCE).report.counts.passed > 0


def test_what_waits_ends_with_coach(project):
    """The kernel takes the lock of a process that is killed; what waited then finds no word, and loads nothing."""
    with set_up(asked(1).request, project.laid.surroundings()) as execution:
        waiting = execution.start()
        until(lambda: waiting.barrier.at)
        waiting.barrier.close()
        until(waiting.leader.is_over)
    assert not project.loaded_by


def test_a_target_that_cannot_be_laid_out_is_refused_in_its_own_turn(engine, project):
    made, seen = engine(project.laid)
    wrong = asked(2, "-x", purpose="suite")
    made.perform(ExpectRun(asked=wrong))
    made.perform(asked(1, "tests/test_pass.py"))
    assert seen.get(timeout=PATIENCE).report.ending.is_complete
    made.perform(wrong)
    assert "never options" in seen.get(timeout=PATIENCE).message


def test_a_process_that_could_not_be_started_beside_others_is_started_in_its_turn(project, tmp_path):
    """Its barrier is open by then: nobody is left who would say the word."""
    python = tmp_path / "python"
    with set_up(asked(1, "tests/test_pass.py").request, project.laid.surroundings(python=str(python))) as run:
        assert run.start() is None
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o700)
        report = run.report(threading.Event())
    assert report.ending.is_complete, report.ending
    assert report.counts.passed > 0


def refuse_files(execution):
    """Let nobody write what its process reads."""
    execution._setup.files.settings.mkdir()


def open_files():
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            yield each.readlink()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux says which files are open")
def test_a_start_that_fails_leaves_its_barrier_to_nobody(project):
    with set_up(asked(1).request, project.laid.surroundings()) as run:
        refuse_files(run)
        with pytest.raises(ScratchError):
            run.start()
        assert run._setup.files.barrier not in {*open_files()}


def test_a_run_is_made_though_the_next_one_cannot_be_started(project):
    around = project.laid.surroundings()
    ahead = RunAhead(None, ObserverContext(around))
    with (
        set_up(asked(1, "tests/test_pass.py").request, around) as first,
        contextlib.ExitStack() as kept,
    ):
        following = kept.enter_context(set_up(NEXT.request, around))
        refuse_files(following)
        ahead._ready = Ready(NEXT, PLAIN, following, kept.pop_all())
        ahead.begin(asked(1, "tests/test_pass.py"), first, None, threading.Event())
        assert ahead.take(NEXT) is None
        assert first.report(threading.Event()).ending.is_complete
