"""Axes: the condition that makes the difference is named, and how sure that is."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.search.flake_axes import CONDITIONS, measure_axes, runs_needed
from tests.core.search.asking import ask


def table(fails, rounds=3, width=1):
    found, asked, _ = ask(
        measure_axes(rounds, width=width), lambda question: "FAIL" if fails(*question) else "PASS"
    )
    assert len(asked) == len(set(asked)) == rounds * len(CONDITIONS)
    return found


@pytest.mark.parametrize(
    ("fails", "axis"),
    [
        (lambda _c, _n: True, "stable"),
        (lambda _c, _n: False, "not seen"),
        (lambda c, _n: c in {"whole order", "in its file"}, "order"),
        (lambda c, _n: c in {"alone", "new seed", "reversed"}, "order"),
        (lambda c, n: c == "new seed" and n % 2 == 0, "hash seed"),
        (lambda _c, n: n == 2, "chance"),
    ],
)
@pytest.mark.parametrize("width", [1, 2])
def test_the_axis_is_named(fails, axis, width):
    assert table(fails, width=width).axis == axis


def test_a_row_has_a_rate_an_interval_and_the_runs_it_takes_to_see_one():
    row = table(lambda _c, n: n == 1, rounds=10).rows[0]
    assert (row.failures, row.runs) == (1, 10)
    assert 0.01 < row.low < 0.1 < row.high < 0.5
    assert row.runs_needed == 29


def test_runs_needed():
    assert [runs_needed(rate) for rate in (0, 0.05, 0.5, 1)] == [0, 59, 5, 1]


def test_what_cannot_be_judged_counts_as_nothing():
    found, _, _ = ask(measure_axes(2), lambda _: "UNRESOLVED")
    assert found.axis == ""
    assert found.rows[0].runs == 0
    assert found.rows[0].unresolved == 2


def seeded(rates, seed):
    """Return an oracle with a rate for each condition: the same question always has the same answer."""

    def outcome(question):
        condition, number = question
        return "FAIL" if random.Random(f"{seed} {condition} {number}").random() < rates[condition] else "PASS"

    return outcome


def rates(alone, others=None, **more):
    """Return the rate of every condition; ``more`` names some by their words with underscores."""
    usual = dict.fromkeys(CONDITIONS, alone if others is None else others) | {"alone": alone}
    return usual | {name.replace("_", " "): rate for name, rate in more.items()}


A_RATE = st.sampled_from([0.0, 0.002, 0.05, 0.3, 0.5, 0.9, 1.0])
ANY_RATES = st.fixed_dictionaries(dict.fromkeys(CONDITIONS, A_RATE))


@given(rates=ANY_RATES, seed=st.integers(0, 99), rounds=st.integers(1, 300), width=st.integers(2, 70))
@settings(deadline=None, max_examples=60)
def test_the_answer_does_not_depend_on_how_many_are_asked_at_a_time(rates, seed, rounds, width):
    oracle = seeded(rates, seed)
    one, asked, _ = ask(measure_axes(rounds), oracle)
    many, more, batches = ask(measure_axes(rounds, width=width), oracle)
    assert many == one
    assert len(set(more)) == len(more) <= rounds * len(CONDITIONS)
    assert set(asked) <= set(more)
    assert len(more) < len(asked) + width * len(CONDITIONS)  # what is under way when one is decided
    assert batches < math.ceil(len(more) / width) + len(CONDITIONS)


@given(rates=ANY_RATES, seed=st.integers(0, 99), rounds=st.integers(1, 120))
@settings(deadline=None, max_examples=60)
def test_every_condition_is_asked_once_before_any_again_until_it_is_decided(rates, seed, rounds):
    _, asked, _ = ask(measure_axes(rounds), seeded(rates, seed))
    assert asked[: min(rounds, 10) * 5] == [
        (condition, number) for number in range(1, min(rounds, 10) + 1) for condition in CONDITIONS
    ]
    for condition in CONDITIONS:
        numbers = [number for each, number in asked if each == condition]
        assert numbers == list(range(1, len(numbers) + 1))  # none is left out, and none is asked again later
    last = dict(asked)
    assert last["alone"] == max(last.values())


@pytest.mark.parametrize("rounds", [1, 3, 10])
@given(rates=ANY_RATES, seed=st.integers(0, 99), width=st.integers(1, 20))
@settings(deadline=None, max_examples=20)
def test_few_runs_are_all_made_in_the_order_they_always_were(rates, seed, width, rounds):
    _, asked, batches = ask(measure_axes(rounds, width=width), seeded(rates, seed))
    assert asked == [(condition, number) for number in range(1, rounds + 1) for condition in CONDITIONS]
    assert batches == math.ceil(len(asked) / width)


@pytest.mark.parametrize(
    ("of", "axis", "at_most"),
    [
        (rates(0.0, 1.0, new_seed=0.0), "order", 500),
        (rates(1.0), "stable", 500),
        (rates(0.0, new_seed=0.5), "hash seed", 500),
        (rates(0.02, whole_order=0.5), "order", 1_000),
        (rates(0.5), "chance", 6_000),
    ],
)
def test_thousands_are_asked_for_and_few_are_needed(of, axis, at_most):
    for seed in range(3):
        found, asked, _ = ask(measure_axes(4_000), seeded(of, seed))
        assert found.axis == axis, found
        assert len(asked) <= at_most < 20_000
        assert sum(row.runs for row in found.rows) == len(asked)


def test_what_differs_is_asked_no_more_and_the_rest_goes_on():
    found, _, _ = ask(measure_axes(2_000), seeded(rates(0.01, whole_order=1.0), 1))
    runs = {row.condition: row.runs for row in found.rows}
    assert runs["whole order"] <= 16
    assert 100 <= min(runs[each] for each in CONDITIONS if each != "whole order") <= runs["alone"] <= 300


def test_a_failure_of_one_in_five_hundred_is_not_given_up():
    never, asked, _ = ask(measure_axes(1_500), lambda _: "PASS")
    assert (never.axis, len(asked)) == ("not seen", 1_500 * 5)
    found, asked, _ = ask(measure_axes(1_500), seeded(rates(0.002), 7))
    assert found.axis == "chance"
    assert len(asked) == 1_500 * 5


def test_a_rate_that_changes_is_an_axis_and_says_both():
    found, _, _ = ask(
        measure_axes(1_000), seeded(rates(0.1, in_its_file=0.1, whole_order=0.6, reversed=0.1), 3)
    )
    assert found.axis == "order"
    assert "whole order" in found.sentence
    assert "alone" in found.sentence
    seeds, _, _ = ask(measure_axes(1_000), seeded(rates(0.1, new_seed=0.5), 3))
    assert seeds.axis == "hash seed"


def test_one_failure_among_many_does_not_prove_the_seed():
    def outcome(question):
        return "FAIL" if question == ("new seed", 40) else "PASS"

    assert ask(measure_axes(100), outcome)[0].axis == "chance"


def test_a_condition_that_cannot_be_judged_is_given_up():
    def outcome(question):
        return "UNRESOLVED" if question[0] == "reversed" else "FAIL"

    found, asked, _ = ask(measure_axes(1_000), outcome)
    assert found.axis == "stable"
    assert sum(condition == "reversed" for condition, _ in asked) == 20


def test_equal_rates_are_hardly_ever_taken_for_different_ones():
    """However often it is looked at: the wrong answers of 60 searches over what is chance and nothing else."""
    wrong = 0
    for seed in range(60):
        found, _, _ = ask(measure_axes(100), seeded(rates(0.3), seed))
        wrong += found.axis != "chance"
    assert wrong <= 1
