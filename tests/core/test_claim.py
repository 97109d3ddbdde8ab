"""A test that passes after an edit elsewhere supports another claim: the form of the end must not repeat the wrong one."""

import pytest

from coach.core import commands as cmd
from coach.core import effects as eff
from coach.core.changes import Changes, FileChange, Hunk
from coach.core.claim import edited_elsewhere, mended
from coach.core.filling import filled_closing
from coach.core.hypothesis import Prediction
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
    drive.send(eff.AttemptSeen(run=judged.runs[0], base_run=judged.runs[0] - 1, changes=EDIT))
    drive.send(eff.ChangesSeen(changes=EDIT))
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
    drive = supported("Cart.total at shop/cart.py:88 gives a wrong value")
    assert "not where" not in drive.state.hypotheses[0].reason
    assert filled_closing(drive.state).cause.what == "Cart.total at shop/cart.py:88 gives a wrong value"
