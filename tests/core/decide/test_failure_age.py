"""Whether a failure is old: one run in a copy of the commit checked out, when a notice hangs on it, and what follows."""

import pytest

from coach.core.decide import Decision, Refusal
from coach.core.decide.measurement_kinds import BY_NAME, why_not_now
from coach.core.decide.refusals import refusal
from coach.core.localize.measurement import Limits
from coach.core.log import events as ev
from coach.core.loops.attempt import SourcePair
from coach.core.loops.replay import would_say
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange
from coach.core.runs.report import Counts, Ending, NotRun, RunReport
from coach.core.runs.target import Target
from coach.core.search.request import SearchResult
from coach.core.session.fold import replay
from tests.core.driving import TEST, Drive, failure, green, opened, opening, red

PATH = "tests/test_cart.py"
SOURCE = "def test_total():\n    assert cart.total() == {}\n"
STOPPED = RunReport(ending=Ending(kind="superseded", sentence="superseded"))


def doubtful(limits=None, **changes) -> Drive:
    """A session that began with an edit, and in which a test that failed was then made to expect something else."""
    drive = opened(**changes)
    drive.record(ev.InvestigationLimited(limits=limits or Limits()))
    drive.send(cmd.Begin(reproduce=False))
    drive.send(obs.WatchSeen(watching=True))
    drive.saves("shop/cart.py")
    drive.ends(red(tree="s0"))
    expects(drive, 9)
    return drive


def expects(drive, value, tree="s1", report=None, *, is_paused=False):
    """Let the test expect another value, and be green by that."""
    drive.saves(PATH)
    drive.ends(report or green(tree=tree))
    if is_paused:
        drive.send(cmd.PauseInvestigation(paused=True))
    asked = [each for each in drive.effects if isinstance(each, eff.ReadAttempt)][-1]
    change = FileChange(path=PATH, before="a", after=tree, in_head=True)
    changes = Changes(base=asked.base, tree=asked.tree, files=(change,))
    pair = SourcePair(path=PATH, before=SOURCE.format(10), after=SOURCE.format(value))
    seen = {"changes": changes, "sources": (pair,)}
    drive.send(obs.AttemptSeen(run=asked.run, base_run=asked.base_run, **seen))
    while drive.state.under_way and drive.state.under_way[-1].request.purpose != "at-head":
        is_measured = drive.state.under_way[-1].request.only_looks
        drive.ends(STOPPED if is_measured else green(tree=tree))


def tampers(drive):
    return [each for each in drive.state.notices if each.loop.pattern == "tamper"]


def on_head(drive):
    return [each for each in drive.state.runs if each.request.purpose == "at-head"]


def test_the_test_runs_once_in_a_copy_of_the_commit_while_nothing_else_runs():
    drive = doubtful()
    (note,) = tampers(drive)
    assert (note.loop.level, note.loop.doubt, note.answer) == ("note", (TEST,), "")
    begun = [each for each in drive.effects if isinstance(each, eff.StartRun)][-1]
    request = begun.request
    assert (request.purpose, request.tree, request.target.words) == ("at-head", "c0ffee", (TEST,))
    assert (begun.is_idle_work, begun.within, request.hash_seed > 0) == (True, Limits().seconds, True)
    assert not drive.state.awaited_runs
    assert drive.state.last_run.request.purpose != "at-head"


def test_a_failure_there_makes_it_louder_and_the_next_time_it_is_known():
    drive = doubtful()
    drive.ends(red(tree="c0ffee"))
    note, banner = tampers(drive)
    assert f"{TEST} failed on HEAD too" in note.answer
    assert drive.state.standing_loop == banner.loop
    assert banner.loop.sentence.endswith(
        "It failed on HEAD too: the expectation changed after a red that is old."
    )
    assert (banner.loop.evidence, banner.loop.doubt) == (note.loop.evidence, ())
    assert [each.run for each in drive.state.history.trials if each.tree == "c0ffee"] == []
    drive.saves("shop/cart.py")
    drive.ends(red(tree="s2"))
    expects(drive, 8, "s3")
    assert len(on_head(drive)) == 1


def test_a_pass_there_answers_the_note():
    drive = doubtful()
    answer = drive.send(obs.RunEnded(number=drive.state.under_way[-1].number, report=green(tree="c0ffee")))
    (note,) = tampers(drive)
    assert note.answer.startswith(f"{TEST} passed on HEAD, in one run (#")
    assert answer.notice == note.answer
    assert drive.state.standing_loop is None
    drive.send(cmd.RunTarget())
    drive.ends(green(tree="s1"))
    assert len(on_head(drive)) == 1


UNKNOWN = [
    (RunReport(ending=Ending(kind="usage_error", sentence="no such test")), "HEAD has no such test"),
    (green(not_run=(NotRun(test=TEST, reason="not collected"),), passed=0), "HEAD has no such test"),
    (red(lacking=("the copy has no data.bin: git ignores it",)), "the copy has no data.bin: git ignores it"),
    (red(failures=(failure(phase="collect"),)), "cannot be loaded on HEAD"),
    (RunReport(ending=Ending(kind="timeout", sentence="its time was over")), "its time was over"),
    (RunReport(ending=Ending(kind="cancelled", sentence="stopped on request")), "stopped on request"),
    (green(skipped=(TEST,), counts=Counts(selected=1, skipped=1)), "the run on HEAD does not tell"),
]


@pytest.mark.parametrize(("report", "why"), UNKNOWN)
def test_what_cannot_be_told_stays_a_note_and_says_why(report, why):
    drive = doubtful()
    drive.ends(report)
    (note,) = tampers(drive)
    assert note.answer.startswith(f"whether {TEST} failed on HEAD is not known: ")
    assert why in note.answer
    drive.saves("shop/cart.py")
    drive.ends(red(tree="s2"))
    expects(drive, 8, "s3")
    assert len(on_head(drive)) == 1


def test_a_runner_that_cannot_run_one_test_alone_tells_failures_and_no_passes():
    """Its whole target is green on HEAD: whether the test was there is not known."""
    target = Target(kind="command", words=("make", "check"))
    for report, outcome in ((green(passed=30), "unknown"), (red(), "failed")):
        drive = doubtful(target=target)
        stopped = SearchResult(how="stopped", sentence="stopped")  # the search of the investigation gave way
        drive.send(obs.SearchOver(number=drive.state.search.request.number, result=stopped))
        assert tampers(drive)[0].answer == ""
        assert on_head(drive)[0].request.target == target
        drive.ends(report)
        assert drive.state.history.dated[TEST].outcome == outcome


def test_a_run_that_told_how_old_a_failure_is_counts_as_one_by_itself():
    drive = doubtful(Limits(runs=2))
    drive.ends(red(tree="c0ffee"))
    drive.saves("shop/cart.py")
    drive.ends(red(tree="s2"))
    lines = BY_NAME["lines"]
    assert drive.started()[-1] == "trace"
    drive.ends(STOPPED)
    assert "may be run 2 times" in why_not_now(drive.state, lines)


def test_a_copy_that_cannot_be_made_is_said():
    drive = doubtful()
    drive.send(obs.EffectFailed(effect="StartRun", message="git is gone", run=drive.state.last_number))
    assert tampers(drive)[0].answer.endswith("is not known: git is gone")


def test_without_a_commit_it_is_said_at_once():
    checkout = opening().checkout.model_copy(update={"commit": ""})
    drive = doubtful(checkout=checkout)
    (note,) = tampers(drive)
    assert "before any edit is not known: no commit is checked out." in note.loop.sentence
    assert (note.loop.doubt, on_head(drive)) == ((), [])


def test_any_other_run_comes_first_and_then_it_is_made_again():
    drive = doubtful()
    first = drive.state.under_way[-1].number
    drive.send(cmd.RunTarget())
    assert any(isinstance(each, eff.StopRuns) and each.superseded for each in drive.effects)
    drive.send(obs.RunEnded(number=first, report=STOPPED))
    assert len(on_head(drive)) == 1
    drive.ends(green(tree="s1"))
    while drive.state.under_way[-1].request.purpose != "at-head":
        drive.ends(green(tree="s1"))
    drive.ends(red(tree="c0ffee"))
    assert (len(on_head(drive)), tampers(drive)[-1].loop.level) == (2, "banner")


@pytest.mark.parametrize("limits", [Limits(auto=False), Limits(runs=0)])
def test_where_coach_measures_nothing_by_itself_it_is_offered(limits):
    drive = doubtful(limits)
    assert on_head(drive) == []
    (note,) = tampers(drive)
    way = next(each for each in note.loop.ways if each.kind == "measure")
    assert (way.action, way.sentence) == (
        "investigate",
        f"Run {TEST} once in a copy of HEAD: did it fail before any edit?",
    )
    assert refusal(drive.state, "investigate") == ""
    assert isinstance(drive.send(cmd.Investigate()), Decision)
    (asked,) = on_head(drive)
    assert (asked.request.by_itself, drive.state.awaited_runs) == (False, (asked,))
    assert isinstance(drive.send(cmd.Investigate()), Refusal)
    drive.ends(red(tree="c0ffee"))
    assert drive.state.standing_loop.pattern == "tamper"


@pytest.mark.parametrize("message", [cmd.HandOver(to="an assistant"), obs.WatchSeen(watching=False)])
def test_nothing_is_run_while_coach_does_nothing_by_itself(message):
    drive = doubtful()
    drive.send(message)
    before = len(on_head(drive))
    drive.send(obs.RunEnded(number=drive.state.last_number, report=STOPPED))
    assert (before, len(on_head(drive))) == (1, 1)


def test_what_a_log_holds_is_judged_alike_and_old_notices_ask_for_nothing():
    drive = doubtful()
    drive.ends(red(tree="c0ffee"))
    assert replay(drive.records) == drive.state
    said = [(each.run, each.detection.level) for each in would_say(drive.records)]
    assert said == [(each.loop.run, each.loop.level) for each in drive.state.notices]
    old = [
        each.event.model_copy(update={"doubt": ()})
        for each in drive.records
        if each.event.kind == "loop_noticed"
    ]
    quiet = opened()
    quiet.record(ev.InvestigationLimited(limits=Limits()))
    for event in old:
        quiet.record(event)
    quiet.send(obs.WatchSeen(watching=True))
    assert quiet.started() == []


def test_while_something_else_is_red_it_comes_before_the_next_measurement_unless_that_is_paused():
    """Another test stays red: its investigation measures on behind it; paused, nothing is run."""
    other = failure(test="tests/test_cart.py::test_count")
    still_red = red(failures=(other,), tree="s1")
    drives = []
    for is_paused in (False, True):
        drive = opened(target=Target(words=(PATH,)))
        drive.record(ev.InvestigationLimited(limits=Limits()))
        drive.send(cmd.Begin(reproduce=False))
        drive.send(obs.WatchSeen(watching=True))
        drive.saves("shop/cart.py")
        drive.ends(red(failures=(failure(), other), tree="s0"))
        expects(drive, 9, report=still_red, is_paused=is_paused)
        drives.append(drive)
    asked, paused = drives
    assert (len(on_head(asked)), on_head(paused)) == (1, [])
    asked.ends(green(tree="c0ffee"))
    assert asked.started()[-1] == "trace"
    paused.send(cmd.PauseInvestigation(paused=False))
    assert len(on_head(paused)) == 1
