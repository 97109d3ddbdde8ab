"""From a run to what is said about it: reading, recording, standing, answering."""

import pytest

from coach.core.decide import Decision, Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.log import events as ev
from coach.core.loops.attempt import SourcePair
from coach.core.loops.replay import would_say
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange
from coach.core.runs.report import Ending, RunReport
from coach.core.runs.target import Target
from coach.core.session.fold import replay
from coach.core.spec.spec import Spec
from coach.core.workflow.advice import advise
from tests.core.driving import TEST, green, opened, red, reproduced

CODE = "def total(self):\n    return {}\n"


@pytest.fixture
def drive():
    """A session whose target failed once on tree t0, with saves watched."""
    session = opened()
    session.send(cmd.Begin(reproduce=False))
    session.send(obs.WatchSeen(watching=True))
    session.send(cmd.RunTarget())
    session.ends(red(tree="t0"))
    return session


def edit(session, report, *, before="1", after="2", path="shop/cart.py", **seen):
    """Save, let the run end, and let the engine read the edit."""
    session.saves(path)
    session.ends(report)
    asked = [each for each in session.effects if isinstance(each, eff.ReadAttempt)][-1]
    changes = Changes(
        base=asked.base, tree=asked.tree, files=(FileChange(path=path, before=before, after=after),)
    )
    pair = SourcePair(path=path, before=CODE.format(before), after=CODE.format(after))
    return session.send(
        obs.AttemptSeen(run=asked.run, base_run=asked.base_run, changes=changes, sources=(pair,), **seen)
    )


def patches(session, count, elsewhere=()):
    """Patch one function, run by run; those whose numbers are named, from 1, go to a file of their own."""
    for number in range(1, count + 1):
        path = f"shop/other{number}.py" if number in elsewhere else "shop/cart.py"
        edit(session, red(tree=f"t{number}"), before=str(number - 1), after=str(number), path=path)


def test_an_edit_between_two_runs_is_read_once(drive):
    drive.saves("shop/cart.py")
    drive.ends(red(tree="t1"))
    asked = [each for each in drive.effects if isinstance(each, eff.ReadAttempt)]
    assert [(each.run, each.base_run, each.base, each.tree) for each in asked] == [(2, 1, "t0", "t1")]


@pytest.mark.parametrize(
    "report",
    [
        red(tree="t0"),
        red(tree=""),
        red(tree="t1", changed_during=("a.py",)),
        RunReport(ending=Ending(kind="cancelled"), tree="t1"),
    ],
)
def test_a_rerun_and_runs_on_no_single_tree_have_nothing_to_read(drive, report):
    drive.saves("shop/cart.py")
    drive.ends(report)
    assert not [each for each in drive.effects if isinstance(each, eff.ReadAttempt)]


def test_suites_and_copies_are_no_trials(drive):
    drive.send(cmd.RunSuite())
    drive.ends(red(tree="t9"))
    assert [trial.run for trial in drive.state.history.trials] == [1]


def test_a_note_and_then_a_banner(drive):
    patches(drive, 2, elsewhere={2})
    assert [(each.loop.pattern, each.loop.level) for each in drive.state.notices] == [("no-effect", "note")]
    assert drive.state.standing_loop is None
    edit(drive, red(tree="t3"), path="shop/prices.py", after="9")
    banner = drive.state.standing_loop
    assert (banner.pattern, banner.level, banner.run, banner.evidence) == (
        "no-effect",
        "banner",
        4,
        (2, 3, 4),
    )
    assert (banner.step, banner.restore_run) == ("isolate", 1)
    assert advise(drive.state).text == banner.move
    assert advise(drive.state).action == "go-to-step"


def test_the_second_patch_of_one_function_is_a_banner_at_once(drive):
    patches(drive, 2)
    assert [(each.loop.run, each.loop.level) for each in drive.state.notices] == [(3, "banner")]


def test_attempts_are_kept_with_what_they_are(drive):
    patches(drive, 1)
    attempt = drive.state.attempts[-1]
    assert (attempt.run, attempt.base_run, attempt.nature, attempt.touched) == (
        2,
        1,
        "patch",
        ("shop/cart.py::total",),
    )
    assert drive.state.attempt(2) == attempt
    assert drive.state.attempt(1) is None


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (cmd.GoToStep(step="isolate", reason="look first"), "went to isolate"),
        (cmd.ProposeHypothesis(claim="the rate", prediction=Prediction(text="other value")), "wrote H1"),
        (cmd.DismissLoop(pattern="no-effect", reason="still typing"), "dismissed: still typing"),
    ],
)
def test_a_banner_stands_until_it_is_answered(drive, command, answer):
    patches(drive, 2)
    drive.send(cmd.RunTarget())
    drive.ends(red(tree="t2"))
    assert drive.state.standing_loop is not None
    assert isinstance(drive.send(command), Decision)
    assert drive.state.standing_loop is None
    assert drive.state.notices[-1].answer == answer


def test_a_banner_stands_while_further_patches_leave_the_same_failure(drive):
    """It is not said again so soon, and would be gone just where the circle goes on."""
    patches(drive, 3)
    assert len(drive.state.notices) == 1
    assert drive.state.standing_loop.run == 3


def test_the_next_edit_overtakes_a_banner(drive):
    patches(drive, 2)
    edit(drive, green(tree="t9"))
    assert drive.state.standing_loop is None


def test_dismissed_is_remembered_for_this_pattern_and_place_only(drive):
    drive.record(ev.LoopsSwitched(off=("guess",)))
    patches(drive, 3)
    drive.send(cmd.DismissLoop(pattern="no-effect", reason="it needs all three"))
    for number in range(4, 9):
        edit(drive, red(tree=f"t{number}"), after=f"x{number}")
    assert [each.loop.level for each in drive.state.notices] == ["banner"]
    for number in range(10, 14):
        edit(drive, red("assert 1 == 2", tree=f"t{number}"), after=f"y{number}")
    # another failure at the same test is another loop
    assert [each.loop.level for each in drive.state.notices][1:] == ["banner"]


def test_what_can_be_dismissed(drive):
    assert isinstance(drive.send(cmd.DismissLoop(pattern="guess", reason="x")), Refusal)
    patches(drive, 3)
    assert isinstance(drive.send(cmd.DismissLoop(pattern="no-effect", reason=" ")), Refusal)
    drive.send(cmd.DismissLoop(pattern="no-effect", reason="x"))
    assert isinstance(drive.send(cmd.DismissLoop(pattern="no-effect", reason="x")), Refusal)


def test_it_goes_on_and_the_card_comes(drive):
    patches(drive, 7)
    assert [(each.loop.run, each.loop.level) for each in drive.state.notices] == [(3, "banner"), (7, "card")]


def test_a_switched_off_detector_is_silent(drive):
    drive.record(ev.LoopsSwitched(off=("no-effect", "guess")))
    assert drive.state.loops_off == ("no-effect", "guess")
    patches(drive, 4)
    assert drive.state.notices == ()


def test_a_revert_by_hand_is_heard_and_one_by_git_is_not(drive):
    edit(drive, red("assert 1 == 2", tree="t1"), before="1", after="2")
    edit(drive, red(tree="t2"), before="2", after="3")
    edit(drive, red("assert 1 == 2", tree="t1"), before="3", after="2")
    assert drive.state.standing_loop.pattern == "revert"
    edit(drive, red(tree="t2"), before="2", after="3", head_moved=True)
    assert drive.state.standing_loop is None


def test_a_slow_reading_blames_its_own_run(drive):
    """Two runs may end before the first edit was read."""
    drive.saves("shop/cart.py")
    drive.ends(red(tree="t1"))
    drive.saves("shop/cart.py")
    drive.ends(red(tree="t2"))
    drive.saves("shop/cart.py")
    drive.ends(green(tree="t3"))
    for asked in [each for each in drive.effects if isinstance(each, eff.ReadAttempt)]:
        changes = Changes(
            base=asked.base,
            tree=asked.tree,
            files=(FileChange(path="shop/cart.py", before="a", after=asked.tree),),
        )
        drive.send(obs.AttemptSeen(run=asked.run, base_run=asked.base_run, changes=changes))
    assert [(each.loop.run, each.loop.level) for each in drive.state.notices] == [(3, "note")]


def test_the_scope_counts_from_when_it_is_written(drive):
    drive.send(cmd.WriteSpec(spec=Spec(scope=("shop/pricing.py",))))
    edit(drive, red(tree="t1"))
    assert drive.state.standing_loop.pattern == "spread"
    drive.send(cmd.WriteSpec(spec=Spec(scope=("shop",))))
    assert drive.state.standing_loop is None


def test_the_pinned_test_weakened_is_a_card(drive):
    drive.send(obs.TestSeen(test=TEST, path="tests/test_cart.py", digest="d", source="x", pin=True))
    before = "def test_total():\n    assert cart.total() == 10\n"
    drive.saves("tests/test_cart.py")
    drive.ends(green(tree="t1"))
    changes = Changes(base="t0", tree="t1", files=(FileChange(path="tests/test_cart.py"),))
    pair = SourcePair(path="tests/test_cart.py", before=before, after=before.replace("10", "9"))
    drive.send(obs.AttemptSeen(run=2, base_run=1, changes=changes, sources=(pair,)))
    assert (drive.state.standing_loop.pattern, drive.state.standing_loop.level) == ("tamper", "card")
    drive.send(cmd.UnpinTest(reason="the old value was wrong"))
    assert drive.state.standing_loop is None


def test_another_target_begins_anew(drive):
    patches(drive, 2)
    drive.send(cmd.Retarget(target=Target(words=("tests/test_cart.py::test_other",))))
    assert drive.state.history.trials == ()


# --- who did it -------------------------------------------------------------------------------------------------------


def test_edits_after_a_hand_off_are_the_assistants_until_it_hands_back(drive):
    patches(drive, 1)
    drive.send(cmd.NoteExport(format="markdown", budget=4000, digest="abc", way="clipboard"))
    edit(drive, red(tree="t5"))
    drive.send(cmd.HandBack())
    edit(drive, red(tree="t6"))
    drive.send(cmd.HandOver(to="mcp: claude"))
    edit(drive, red(tree="t7"))
    assert [each.by for each in drive.state.attempts] == ["", "assistant", "", "mcp: claude"]


def test_two_hands_in_one_attempt_are_both_named(drive):
    drive.saves("a.py")
    drive.send(cmd.HandOver())
    drive.saves("b.py")
    drive.ends(red(tree="t1"))
    drive.send(obs.AttemptSeen(run=3, base_run=1, changes=Changes(base="t0", tree="t1")))
    assert drive.state.attempts[-1].by == "the engineer and assistant"


def test_hand_off_marks_that_make_no_sense_are_refused(drive):
    assert isinstance(drive.send(cmd.HandBack()), Refusal)
    drive.send(cmd.HandOver(to="codex"))
    assert isinstance(drive.send(cmd.HandOver(to="codex")), Refusal)
    assert isinstance(drive.send(cmd.HandOver(to=" ")), Refusal)


# --- putting files back -----------------------------------------------------------------------------------------------


def test_an_earlier_run_can_be_restored_and_that_undone(drive):
    patches(drive, 2)
    answer = drive.send(cmd.RestoreTree(run=1))
    assert answer.effects == (eff.RestoreTree(tree="t0", why="as in #1"),)
    drive.send(obs.TreePutBack(tree="t0", before="t2", why="as in #1", paths=("shop/cart.py",)))
    assert drive.state.restores[-1].before == "t2"
    undo = drive.send(cmd.RestoreTree(tree="t2"))
    assert undo.effects == (eff.RestoreTree(tree="t2", why="undo", written=("shop/cart.py",)),)


def test_what_coach_put_back_is_nobodys_revert(drive):
    edit(drive, red("assert 1 == 2", tree="t1"), before="1", after="2")
    drive.send(obs.TreePutBack(tree="t0", before="t1", paths=("shop/cart.py",)))
    edit(drive, red(tree="t0"), before="2", after="1")
    assert drive.state.attempts[-1].restored
    assert drive.state.notices == ()


@pytest.mark.parametrize("command", [cmd.RestoreTree(), cmd.RestoreTree(run=9), cmd.RestoreTree(tree="f00")])
def test_only_recorded_trees_can_be_restored(drive, command):
    assert isinstance(drive.send(command), Refusal)


def test_not_while_a_run_is_under_way(drive):
    drive.send(cmd.RunTarget())
    assert isinstance(drive.send(cmd.RestoreTree(run=1)), Refusal)


def test_without_a_watcher_the_restore_itself_is_the_edit():
    session = opened()
    session.send(cmd.Begin(reproduce=False))
    session.send(cmd.RunTarget())
    session.ends(red(tree="t0"))
    session.send(obs.TreePutBack(tree="t0", before="t1", paths=("shop/cart.py",)))
    assert session.state.last_edit.paths == ("shop/cart.py",)


# --- logs -------------------------------------------------------------------------------------------------------------


def test_the_log_says_what_was_said_and_the_replay_says_the_same(drive):
    patches(drive, 7)
    edit(drive, red("assert 1 == 2", tree="u1"), after="a")
    edit(drive, red(tree="t7"), after="b")
    assert replay(drive.records) == drive.state
    live = [(each.loop.run, each.loop.pattern, each.loop.level) for each in drive.state.notices]
    again = [(each.run, each.detection.pattern, each.detection.level) for each in would_say(drive.records)]
    assert again == live
    assert [
        each
        for each in would_say(drive.records, off={"no-effect", "revert"})
        if each.detection.pattern == "no-effect"
    ] == []


def test_events_of_this_kind_survive_a_round_trip(drive):
    patches(drive, 3)
    drive.send(cmd.DismissLoop(pattern="no-effect", reason="x"))
    for record in drive.records:
        raw = record.event.model_dump(mode="json")
        assert ev.event_from(raw) == record.event


def test_an_old_log_without_any_of_it_reads_as_before():
    session = reproduced()
    assert session.state.attempts == ()
    assert session.state.held_by == ""
    raw = {"path": "a.py", "change": "modified", "hunks": []}
    assert FileChange.model_validate(raw) == FileChange(path="a.py")
