"""A stop card stops an assistant, never a person, until it is answered; what an assistant puts back is its own work."""

import pytest

from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.loops.attempt import SourcePair
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange
from tests.core.driving import TEST, green, red, reproduced

BEFORE = "def test_total():\n    assert cart.total() == 10\n"


@pytest.fixture
def carded():
    """A session that robin holds, in which the pinned test was weakened until it passed."""
    drive = reproduced()
    drive.looked()
    drive.send(obs.TestSeen(test=TEST, path="tests/test_cart.py", digest="d", source="x", pin=True))
    drive.send(cmd.HandOver(to="robin"))
    base = drive.state.last_number
    drive.saves("tests/test_cart.py")
    drive.ends(green(tree="t1"))
    run = drive.state.last_number
    changes = Changes(base="t0", tree="t1", files=(FileChange(path="tests/test_cart.py"),))
    pair = SourcePair(path="tests/test_cart.py", before=BEFORE, after=BEFORE.replace("10", "9"))
    drive.send(obs.AttemptSeen(run=run, base_run=base, changes=changes, sources=(pair,)))
    assert drive.state.standing_loop.level == "card"
    return drive


def is_refused(drive, message):
    return isinstance(drive.send(message), Refusal)


@pytest.mark.parametrize("message", [cmd.RunTarget(by="robin"), cmd.Verify(by="robin")])
def test_no_run_for_an_assistant_while_a_card_stands(carded, message):
    refused = carded.send(message)
    assert isinstance(refused, Refusal)
    assert "‹hypothesis›" in refused.reason
    assert "‹restore›" in refused.reason
    assert carded.state.standing_loop.sentence in refused.reason


@pytest.mark.parametrize(
    "answer",
    [
        cmd.ProposeHypothesis(claim="the total is off by one", prediction=Prediction(text="it passes")),
        cmd.DismissLoop(pattern="tamper", reason="the price list changed"),
        cmd.UnpinTest(reason="the old value was wrong"),
        obs.TreePutBack(tree="t0", before="t1", why="as in #1", paths=("tests/test_cart.py",)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_an_answer_lets_it_run_again(carded, answer):
    assert not is_refused(carded, answer)
    assert not is_refused(carded, cmd.RunTarget(by="robin"))


def test_a_person_is_never_stopped(carded):
    assert not is_refused(carded, cmd.RunTarget())


def test_a_banner_stops_nobody():
    drive = reproduced()
    drive.looked()
    drive.send(cmd.HandOver(to="robin"))
    assert not is_refused(drive, cmd.RunTarget(by="robin"))


def test_an_assistant_puts_back_its_own_edits_only(carded):
    assert not is_refused(carded, cmd.RestoreTree(run=1, by="robin"))
    carded.send(cmd.HandBack())
    carded.saves("shop/cart.py")
    carded.ends(red(tree="t2"))
    assert "engineer edited" in carded.send(cmd.RestoreTree(run=1, by="robin")).reason
    assert not is_refused(carded, cmd.RestoreTree(run=1))
