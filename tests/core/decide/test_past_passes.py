"""A pass in a past session is asked for where this one has none, counts for the failure it was asked for, and leads to the history."""

import pytest

from coach.core.decide import Decision
from coach.core.decide.measurement_kinds import BY_NAME
from coach.core.history.past_pass import PastChanges, PastPass
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from tests.core.driving import CHANGES, TEST, green, opened, red

PASSED = PastPass(
    session="efgh6789", run=2, at=-3 * 86_400.0, tree="t9", commit="abc1234f", is_of_commit=True
)


def _asked(drive):
    return [each for each in drive.effects if isinstance(each, eff.ReadPastPass)]


def _run(drive, report):
    drive.send(cmd.RunTarget())
    drive.ends(report)


def _seen(**changes):
    found = CHANGES.model_copy(update={"base": "t9", "tree": "t0", "label": "", **changes})
    return obs.PastPassSeen(past=PastChanges(test=TEST, passed=PASSED, changes=found))


def _reasons(drive):
    return [why for each in drive.state.suspects for why in each.reasons if "changed since" in why]


@pytest.fixture
def drive():
    made = opened()
    _run(made, red())
    return made


def test_it_is_asked_for_once_a_tree_and_not_where_the_session_has_a_pass_of_its_own(drive):
    assert _asked(drive) == [eff.ReadPastPass(test=TEST, tree="t0")]
    drive.send(_seen())
    _run(drive, red())
    assert len(_asked(drive)) == 1, "the answer is known"
    _run(drive, red(tree="t2"))
    assert _asked(drive)[-1].tree == "t2"
    _run(drive, green())
    _run(drive, red(tree="t3"))
    assert len(_asked(drive)) == 2


def test_its_changes_take_the_place_of_those_since_the_commit_until_the_session_has_a_pass(drive):
    drive.send(obs.ChangesSeen(changes=CHANGES.model_copy(update={"label": "the last commit"})))
    assert _reasons(drive) == ["1 line changed since the last commit"]
    answer = drive.send(_seen())
    assert isinstance(answer, Decision)
    words = "it passed 3 days ago in session efgh6789 at abc1234"
    assert answer.notice == f"{words}; 1 hunk in 1 file changed since"
    assert _reasons(drive) == [f"1 line changed since {words}"]
    assert BY_NAME["regression"].tells(drive.state) == (0.5, f"{words}: which commit since broke it?")
    _run(drive, green())
    _run(drive, red(tree="t3"))
    drive.send(obs.ChangesSeen(changes=CHANGES))
    assert _reasons(drive) == ["1 line changed since it passed"]


def test_of_another_tree_or_without_any_change_it_blames_nothing(drive):
    drive.send(_seen(tree="t7"))
    assert not _reasons(drive)
    answer = drive.send(_seen(files=()))
    assert "on the same files: it fails only sometimes" in answer.notice
    assert not _reasons(drive)
    assert drive.send(obs.PastPassSeen()) == Decision()
    drive.record(ev.SessionClosed(ending="abandoned"))
    assert drive.send(_seen()) == Decision()
