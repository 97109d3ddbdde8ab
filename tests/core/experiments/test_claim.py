"""A test that passes after an edit elsewhere supports another claim: the form of the end must not repeat the wrong one."""

import pytest

from coach.core.experiments.claim import edited_elsewhere, mended
from coach.core.experiments.hypothesis import Prediction
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.session.form_defaults import filled_closing
from tests.core.driving import green, pinned

EDIT = Changes(
    base="t0",
    tree="t1",
    files=(
        FileChange(
            path="shop/cart.py",
            hunks=(
                Hunk(
                    old_start=90,
                    old_lines=3,
                    new_start=90,
                    new_lines=3,
                    heading="def total(self):",
                    text="     lines = self.lines\n-    return all(lines)\n+    return any(lines)\n",
                ),
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    ("claim", "where"),
    [
        ("share at shop/money.py:19 gives a wrong value", "shop/cart.py:91"),
        ("Cart.empty at shop/cart.py:12 gives a wrong value", "shop/cart.py:91"),
        ("something at shop/cart.py:85 is wrong", ""),
        ("Cart.total at shop/cart.py:300 gives a wrong value", ""),
        ("the rounding is wrong", ""),
    ],
)
def test_a_claim_that_names_another_place_is_told_from_one_that_names_none(claim, where):
    assert edited_elsewhere(claim, EDIT) == where


def test_nothing_read_is_nothing_said():
    assert edited_elsewhere("share at shop/money.py:19", None) == ""
    assert mended(None) == ""


def supported(claim):
    drive = pinned()
    drive.send(cmd.ProposeHypothesis(claim=claim, prediction=Prediction(text="p", expects="pass")))
    drive.saves("shop/cart.py")
    drive.ends(green())
    while not drive.state.hypotheses[0].verdict:
        drive.ends(green())
    (judged,) = drive.state.hypotheses
    drive.send(obs.AttemptSeen(run=judged.runs[0], base_run=judged.runs[0] - 1, changes=EDIT))
    drive.send(obs.ChangesSeen(changes=EDIT))
    return drive


def test_the_cause_is_read_from_the_fix_where_the_claim_was_about_another_place():
    drive = supported("share at shop/money.py:19 gives a wrong value")
    (judged,) = drive.state.hypotheses
    assert judged.verdict == "SUPPORTED"
    assert judged.reason.endswith("the edit was at shop/cart.py:91, not where the claim says")
    assert judged.overruled == ()
    cause = filled_closing(drive.state).cause
    assert cause.what == "shop/cart.py:91 said return all(lines), and must say return any(lines)"


def test_a_claim_about_the_changed_place_is_the_cause():
    claim = "Cart.total at shop/cart.py:88 asks for all lines where one is enough"
    drive = supported(claim)
    assert "not where" not in drive.state.hypotheses[0].reason
    assert filled_closing(drive.state).cause.what == claim


@pytest.mark.parametrize(
    "claim",
    [
        "Cart.total at shop/cart.py:88 gives a wrong value",
        "the module at shop/cart.py:88 gets or gives a wrong value",
        "the last change to what make check runs broke it",
    ],
)
def test_a_claim_that_was_offered_and_names_a_place_alone_tells_less_than_the_change(claim):
    cause = filled_closing(supported(claim).state).cause
    assert cause.what == "shop/cart.py:91 said return all(lines), and must say return any(lines)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("     lines = self.lines\n+    lines = list(lines)\n", "shop/cart.py:91 lacked lines = list(lines)"),
        ("-    lines.pop()\n", "shop/cart.py:90 had lines.pop(), and must not"),
        ("+    # why\n", ""),
    ],
    ids=["put in", "taken away", "a comment"],
)
def test_what_an_edit_mended_is_told_of_lines_put_in_or_taken_away(text, said):
    (file,) = EDIT.files
    hunk = file.hunks[0].model_copy(update={"text": text})
    assert mended(EDIT.model_copy(update={"files": (file.model_copy(update={"hunks": (hunk,)}),)})) == said
