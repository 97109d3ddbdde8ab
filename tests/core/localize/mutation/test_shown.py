"""What a change is shown as: short, and never two equal texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.localize.mutation.mutants import Place, mutants
from coach.core.localize.mutation.results import Flip, best_first
from coach.core.localize.mutation.shown import MAX_TEXT, one_line, shown_pair

LONG = "self.repository.find_all_orders_of_customers_that_pay_late(customer, first_day, last_day)"


def test_short_sides_are_shown_whole():
    assert shown_pair("a < b", "a <=\n   b") == ("a < b", "a <= b")


def test_a_difference_far_behind_is_shown_with_what_stands_before_it():
    one, other = shown_pair(f"{LONG} < limit", f"{LONG} <= limit")
    assert (one, other) == ("…first_day, last_day) < limit", "…first_day, last_day) <= limit")


@pytest.mark.parametrize("middle", [("a", "b"), ("", "more"), ("x" * 90, "x" * 91), ("more", "")])
@pytest.mark.parametrize("around", ["", "short ", LONG + "."])
def test_the_two_sides_never_read_the_same(middle, around):
    before, after = (f"{around}{each}{around}" for each in middle)
    one, other = shown_pair(before, after)
    assert one != other
    assert max(len(one), len(other)) <= MAX_TEXT


@given(st.text("ab_ .(", max_size=200), st.text("ab_ .(", max_size=200))
def test_whatever_differs_is_seen_to_differ(before, after):
    one, other = shown_pair(before, after)
    assert (one == other) == (one_line(before) == one_line(after))
    assert max(len(one), len(other)) <= MAX_TEXT


def test_mutants_of_a_long_line_are_told_apart():
    source = f"def f(self, customer, first_day, last_day):\n    return {LONG} > {LONG} + 3\n"
    found = mutants([Place("m.py", "f", (2,))], {"m.py": source})
    assert found
    assert not [each for each in found if each.before == each.after]


def flip(**changes):
    return Flip.model_validate(
        {"path": "a.py", "function": "f", "line": 3, "kind": "constant", "before": "1", "after": "2"}
        | changes
    )


def test_other_red_tests_stand_in_the_sentence():
    assert flip(siblings=14, mended=13, neighbours=2, green=2).sentence == (
        "with 2 instead of 1 at a.py:3 the failing test passes and 13 of 14 other red tests with it "
        "and 2 of 2 neighbours stay green"
    )


def test_a_flip_that_leaves_other_red_tests_red_comes_after_one_that_mends_them():
    dodge, fix = flip(siblings=3, mended=0), flip(after="99", siblings=3, mended=3)
    assert best_first((dodge, fix)) == (fix, dodge)
