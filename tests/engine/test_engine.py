"""Every effect is answered, runs wait for each other, and closing leaves nothing behind."""

import contextlib
import sys
import threading

import pytest

from coach.core.protocol.effects import ReadChanges, ReadTest, StartRun, StopRuns, Watch
from coach.core.protocol.observations import (
    ChangesSeen,
    EffectFailed,
    FilesSaved,
    RunEnded,
    TestSeen,
    WatchSeen,
)
from coach.core.runs.changes import Changes
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.errors import CoachError, StoreError

PATIENCE = 60


class Trees:
    """Work trees that a test makes up."""

    def __init__(self, copy=None):
        self.copy = copy
        self.recorded = iter(["tree-1", "tree-2", "tree-2"])
        self.changed = ("app.py", "notes.txt", "sub/conftest.py")

    def record(self):
        return next(self.recorded)

    def changes(self, base, tree, label):
        return Changes(base=base, tree=tree, label=label)

    def changed_between(self, before, after):
        assert (before, after) == ("tree-1", "tree-2")
        return self.changed

    def names_between(self, before, after):
        return self.changed_between(before, after)

    def read_note(self, name):
        return None

    def write_note(self, name, value):
        pass

    def modes_of(self, tree):
        return ""

    def remember_used(self, paths):
        pass

    def materialise(self, tree):
        return contextlib.nullcontext(self.copy)


class Watcher:
    def __init__(self):
        self.stopped = 0

    def start(self, on_saved, on_note):
        on_note(True, "")
        on_saved(("app.py",))

    def stop(self):
        self.stopped += 1


def run(number, *words, **fields):
    return StartRun(
        request=RunRequest(number=number, purpose="reproduce", target=Target(words=words), **fields)
    )


def wait_for_test(engine):
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if engine.live.snapshot(0).current_test:
            return
        pause.wait(0.01)
    raise AssertionError("no test began")


def test_a_run_is_answered_with_its_trees(engine):
    """The tree before is the run's; source files that changed meanwhile are named."""
    made, seen = engine("passing", trees=Trees())
    made.perform(run(1))
    assert made.is_busy
    answer = seen.get(timeout=PATIENCE)
    assert isinstance(answer, RunEnded)
    assert (answer.number, answer.report.counts.passed, answer.report.tree) == (1, 3, "tree-1")
    assert answer.report.changed_during == ("app.py", "sub/conftest.py")


def test_stopping_answers_running_and_waiting_runs(engine):
    """Both end as superseded, and a run asked for afterwards is not touched."""
    made, seen = engine("hang")
    made.perform(run(1))
    made.perform(run(2))
    wait_for_test(made)
    made.perform(StopRuns(superseded=True))
    made.perform(run(3, "-x"))
    answers = [seen.get(timeout=PATIENCE) for _ in range(3)]
    assert [(each.number, each.report.ending.kind) for each in answers[:2]] == [
        (1, "superseded"),
        (2, "superseded"),
    ]
    assert isinstance(answers[2], EffectFailed)
    assert answers[2].run == 3
    assert "never options" in answers[2].message


def test_reads_are_answered_while_a_run_is_under_way(engine):
    """A diff or a test can be seen while the tests run."""
    made, seen = engine("hang", trees=Trees())
    made.perform(run(1))
    wait_for_test(made)
    made.perform(ReadTest(test="test_hang.py::test_deadlock", pin=True))
    found = seen.get(timeout=PATIENCE)
    assert isinstance(found, TestSeen)
    assert (found.path, found.line, found.pin, len(found.digest)) == ("test_hang.py", 13, True, 64)
    made.perform(ReadChanges(base="a", label="last pass"))
    changes = seen.get(timeout=PATIENCE)
    assert isinstance(changes, ChangesSeen)
    assert (changes.changes.base, changes.changes.tree, changes.changes.label) == ("a", "tree-2", "last pass")
    made.perform(StopRuns())
    assert seen.get(timeout=PATIENCE).report.ending.kind == "cancelled"


def test_closing_ends_the_run_and_answers_it(engine):
    """The last observation is posted before close returns; nothing starts afterwards."""
    made, seen = engine("ignores_signals")
    made.perform(run(1))
    wait_for_test(made)
    made.close()
    assert not made.is_busy
    assert seen.get_nowait().report.ending.kind == "interrupted"
    with pytest.raises(CoachError):
        made.perform(run(2))


def test_what_goes_wrong_is_answered(engine):
    """No git, a failing store, a defect: each effect still gets its word."""
    made, seen = engine("passing")
    made.perform(run(1, tree="abc"))
    assert "git" in seen.get(timeout=PATIENCE).message
    made.perform(ReadChanges(base="a"))
    assert "git" in seen.get(timeout=PATIENCE).message

    def keep(_text):
        raise StoreError("the disk is full")

    broken, seen = engine("failing", trees=Trees())
    object.__setattr__(broken._around, "keep", keep)
    broken.perform(run(4))
    answer = seen.get(timeout=PATIENCE)
    assert (answer.effect, answer.run, answer.message) == ("StartRun", 4, "the disk is full")


def test_a_run_in_a_copy_carries_its_tree(engine, ground):
    """What ran in the copy is evidence about that tree."""
    copy = ground("failing").root
    made, seen = engine("passing", trees=Trees(copy))
    made.perform(run(1, tree="tree-9"))
    report = seen.get(timeout=PATIENCE).report
    assert (report.tree, report.counts.failed, report.changed_during) == ("tree-9", 2, ())


def test_watching_is_told_and_owes_nothing(engine):
    """The watcher says that it began; stopping is said by the engine."""
    watcher = Watcher()
    made, seen = engine("passing", watcher=watcher)
    made.perform(Watch(on=True))
    assert seen.get(timeout=PATIENCE) == WatchSeen(watching=True)
    assert seen.get(timeout=PATIENCE) == FilesSaved(paths=("app.py",))
    made.perform(Watch(on=False))
    assert seen.get(timeout=PATIENCE) == WatchSeen(watching=False)
    assert watcher.stopped == 1


def test_without_a_watcher_that_is_said(engine):
    """Runs on save are not promised where nothing watches."""
    made, seen = engine("passing")
    made.perform(Watch(on=True))
    assert not seen.get(timeout=PATIENCE).watching


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")
def test_a_warm_server_is_started_only_where_saves_begin_runs(engine):
    """A command that runs once, or an assistant, has no use for it: it would import pytest for nothing."""
    made, seen = engine("passing", warm=True, watcher=Watcher())
    made.perform(run(1))
    assert seen.get(timeout=PATIENCE).report.counts.passed == 3
    made._prepare_warm()  # what the thread does when no run is wanted for a moment
    assert made._around.warm.why_cold == "the warm server starts after the first run"
    made.perform(Watch(on=True))
    assert seen.get(timeout=PATIENCE) == WatchSeen(watching=True)
    made._prepare_warm()
    assert made._around.warm.wait_until_settled(PATIENCE)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")
def test_the_warm_server_is_made_ready_also_where_measurements_follow_a_run_at_once(engine, tmp_path):
    """An investigation leaves no idle moment; every save during it was cold, three times as long."""
    made, seen = engine("passing", warm=True, watcher=Watcher())
    made.perform(Watch(on=True))
    made.perform(run(1))
    made.perform(waiting(2, tmp_path / "never", is_idle_work=True))
    assert any(isinstance(seen.get(timeout=PATIENCE), RunEnded) for _ in range(5))
    for _ in range(int(PATIENCE / 0.01)):
        if made._around.warm.why_cold != "the warm server starts after the first run":
            break
        threading.Event().wait(0.01)
    assert made._around.warm.wait_until_settled(PATIENCE)
    assert made._jobs, "the measurement is under way"
    made.perform(StopRuns(superseded=True))


WAITS = "import pathlib, time\nwhile not pathlib.Path({!r}).exists():\n    time.sleep(0.01)"


def waiting(number, file, **fields):
    """A run that ends once a file is there."""
    words = (sys.executable, "-c", WAITS.format(str(file)))
    asked = RunRequest(number=number, purpose="reproduce", target=Target(kind="command", words=words))
    return StartRun(request=asked, **fields)


def test_work_that_nobody_waits_for_leaves_the_session_idle_makes_room_and_ends_with_its_seconds(
    engine, tmp_path
):
    made, seen = engine("passing")
    made.perform(waiting(1, tmp_path / "never", is_idle_work=True))
    assert not made.is_busy, "it runs, and nobody waits for it"
    made.perform(StopRuns(superseded=True))
    made.perform(waiting(2, tmp_path / "there"))
    assert made.is_busy
    assert seen.get(timeout=PATIENCE).report.ending.kind == "superseded"
    (tmp_path / "there").touch()
    assert seen.get(timeout=PATIENCE).report.ending.kind == "completed"
    made.perform(waiting(3, tmp_path / "never", is_idle_work=True, within=0.05))
    ending = seen.get(timeout=PATIENCE).report.ending
    assert (ending.kind, ending.sentence) == ("timeout", "its time in the investigation was over")
    assert not made.is_busy
