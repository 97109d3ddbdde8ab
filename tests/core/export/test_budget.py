"""The estimate against counts of real vocabularies, and cuts that say what they took."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.export import budget
from coach.core.export.budget import cut, estimate

CODE = '''def total(self) -> Money:
    """Return the sum of all lines after discounts."""
    subtotal = sum((line.amount for line in self.lines), Money.zero(self.currency))
    return subtotal - self.discount.apply(subtotal)
'''
TRACEBACK = """tests/test_cart.py:12: in test_total_of_three
    assert cart.total() == Decimal("29.97")
E   AssertionError: assert Decimal('29.98') == Decimal('29.97')
E    +  where Decimal('29.98') = total()
"""
PROSE = (
    "Text rules are obeyed about two thirds of the time, so the prompt states the rules and coach watches them. "
    * 4
)
DIFF = (
    "@@ -18,3 +18,3 @@ def share(amount, parts):\n-    return floor(amount / parts)\n+    return amount / parts\n"
    * 3
)
COUNTED = {CODE: 57, TRACEBACK: 66, PROSE: 97, DIFF: 105}


@pytest.mark.parametrize(("text", "real"), COUNTED.items())
def test_the_estimate_is_near_and_above_real_counts(text, real):
    """Against the largest of three vocabularies' counts: at most 8 % under it, at most a quarter above."""
    assert real * 0.92 <= estimate(text) <= real * 1.25


def test_nothing_costs_nothing():
    """The empty text has no tokens."""
    assert estimate("") == 0


@pytest.mark.parametrize("keep", ["head", "ends"])
@pytest.mark.parametrize("room", [14, 40, 200])
def test_a_cut_fits_and_says_what_is_missing(room, keep):
    """By lines where there are several, by characters else."""
    text = "\n".join(f"line {number} of the story" for number in range(500))
    shorter = cut(text, room, keep)
    assert estimate(shorter) <= room
    assert "lines left out" in shorter
    assert ("line 499" in shorter) == (keep == "ends" and room > 20)
    assert "characters left out" in cut("x" * 9_000, room, keep)


def test_what_fits_is_not_cut():
    """A text within the room stays as it is."""
    assert cut(CODE, 1_000) == CODE


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", "B1", "7", " ", "  ", "\n", "\n\n", " \n ", "é", "=", "x" * 13 + "1", "--"])
    )
)
def test_lines_cost_together_what_the_whole_text_costs(parts):
    """Lines are estimated one by one and remembered; that may not change any estimate."""
    text = "".join(parts)
    whole = (budget._cost(each.lastgroup, each.group()) for each in budget._PIECE.finditer(text))
    assert estimate(text) == math.ceil(budget._SAFETY * sum(whole))
