"""The sign test against exact arithmetic and published tables."""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.drill.sign_test import (
    LEVEL,
    MOST_PAIRS,
    SignTest,
    fewest_pairs,
    holm,
    median_difference,
    pairs_to_tell,
    sign_test,
    sign_test_p,
)

counts = st.integers(min_value=0, max_value=60)
differences = st.lists(st.integers(min_value=-100, max_value=100), max_size=40)


def exact(wins, losses):
    """Count every outcome of a fair coin that is at least as unequal."""
    of = wins + losses
    as_unequal = [
        outcome for outcome in product((0, 1), repeat=of) if abs(2 * sum(outcome) - of) >= abs(wins - losses)
    ]
    return Fraction(len(as_unequal), 2**of)


@pytest.mark.parametrize(("wins", "losses"), list(product(range(8), repeat=2)))
def test_p_is_the_share_of_outcomes_that_are_at_least_as_unequal(wins, losses):
    assert sign_test_p(wins, losses) == float(exact(wins, losses))


# Dixon and Mood 1946, table 1, two-sided 5 %: the most of the rarer sign that still tells, for this many pairs that differ.
TABLE = {
    6: 0,
    7: 0,
    8: 0,
    9: 1,
    10: 1,
    11: 1,
    12: 2,
    13: 2,
    14: 2,
    15: 3,
    16: 3,
    17: 4,
    18: 4,
    19: 4,
    20: 5,
    23: 6,
    25: 7,
}


@pytest.mark.parametrize(("pairs", "rarer"), TABLE.items())
def test_the_published_critical_values_are_met(pairs, rarer):
    assert sign_test_p(pairs - rarer, rarer) < LEVEL <= sign_test_p(pairs - rarer - 1, rarer + 1)


def test_fewer_than_six_pairs_never_tell():
    assert fewest_pairs() == 6
    assert sign_test_p(5, 0) == 0.0625


@given(counts, counts)
def test_p_is_a_probability_and_does_not_care_which_side_is_called_first(wins, losses):
    assert 0 < sign_test_p(wins, losses) == sign_test_p(losses, wins) <= 1


@given(counts, counts)
def test_one_more_win_of_the_better_side_never_makes_it_less_sure(wins, losses):
    more, fewer = max(wins, losses), min(wins, losses)
    assert sign_test_p(more + 1, fewer) <= sign_test_p(more, fewer)


@given(differences, st.integers(min_value=0, max_value=20))
def test_ties_are_counted_and_say_nothing(found, ties):
    plain, tied = sign_test(found), sign_test([*found, *[0] * ties])
    assert tied.p == plain.p
    assert (tied.wins, tied.losses, tied.ties) == (plain.wins, plain.losses, plain.ties + ties)
    assert tied.pairs == len(found) + ties


@given(differences)
def test_the_interval_holds_the_median_and_is_there_where_pairs_can_tell(found):
    middle = median_difference(found)
    assert (middle is None) == (len(found) < fewest_pairs())
    if middle:
        assert min(found) <= middle.low <= middle.middle <= middle.high <= max(found)


# Hollander and Wolfe, intervals of the median by order statistics: of 8 values the 1st to the 8th, of 9 and 10 the 2nd from
# either end, of 12 the 3rd, of 20 the 6th hold it with at least 95 %.
@pytest.mark.parametrize(("of", "place"), [(6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (20, 6)])
def test_the_interval_goes_between_the_published_order_statistics(of, place):
    found = median_difference(list(range(1, of + 1)))
    assert (found.low, found.high) == (place, of + 1 - place)


def test_the_interval_excludes_zero_exactly_where_the_test_tells():
    for wins, losses in ((6, 0), (8, 0), (5, 0), (7, 1), (9, 1), (12, 5), (15, 5)):
        found = median_difference([10] * wins + [-10] * losses)
        if found:
            assert (found.low > 0) == (sign_test_p(wins, losses) < LEVEL)


def test_many_questions_at_once_are_judged_by_holm():
    """Holm 1979: the smallest times the number of questions, the next times one fewer, and never less than the one before."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([]) == ()
    assert holm([0.5, 0.9]) == (1.0, 1.0)


@given(st.lists(st.floats(min_value=0, max_value=1), max_size=12))
def test_holm_keeps_the_order_and_never_makes_anything_surer(ps):
    adjusted = holm(ps)
    assert all(before <= after <= 1 for before, after in zip(ps, adjusted, strict=True))
    assert [after for _, after in sorted(zip(ps, adjusted, strict=True))] == sorted(adjusted)


def chance_by_counting(found, more):
    """Go through every way in which ``more`` pairs can come out, with its probability."""
    win, loss = Fraction(found.wins, found.pairs), Fraction(found.losses, found.pairs)
    chance = Fraction(0)
    for wins in range(more + 1):
        for losses in range(more + 1 - wins):
            ties = more - wins - losses
            ways = math.comb(more, wins) * math.comb(more - wins, losses)
            if sign_test_p(found.wins + wins, found.losses + losses) < LEVEL:
                chance += ways * win**wins * loss**losses * (1 - win - loss) ** ties
    return chance


@pytest.mark.parametrize(("wins", "losses", "ties"), [(5, 0, 3), (3, 0, 5), (4, 1, 3), (4, 0, 0), (1, 0, 7)])
def test_so_many_more_pairs_like_these_tell_in_four_of_five_cases_and_fewer_do_not(wins, losses, ties):
    found = SignTest(wins=wins, losses=losses, ties=ties, p=sign_test_p(wins, losses))
    more = pairs_to_tell(found)
    assert chance_by_counting(found, more) >= Fraction(4, 5) > chance_by_counting(found, more - 1)


def test_where_no_usual_number_tells_none_is_named():
    assert pairs_to_tell(sign_test([1] * 8)) == 0
    assert pairs_to_tell(sign_test([0] * 8)) is None
    assert pairs_to_tell(sign_test([1, 1, -1, -1])) is None
    assert pairs_to_tell(sign_test([1] * 11 + [-1] * 9)) is None  # some hundreds
    assert MOST_PAIRS == 100
