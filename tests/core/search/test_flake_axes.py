"""Axes: the condition that makes the difference is named, and how sure that is."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.search.flake_axes import CONDITIONS, measure_axes, runs_needed, undecided
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


# Thousands of runs


def measured(rates, rounds, width, seed):
    """Measure a test that fails under each condition at a rate; returns the table and what was asked."""
    chance = random.Random(seed)
    by = {each: rates.get(each, rates["alone"]) for each in CONDITIONS}
    search = measure_axes(rounds, width=width)
    found, asked, _ = ask(search, lambda each: "FAIL" if chance.random() < by[each[0]] else "PASS")
    return found, asked


@given(st.integers(1, 10), st.integers(1, 40), st.randoms(use_true_random=False))
def test_up_to_ten_rounds_everything_is_asked_in_its_order(rounds, width, chance):
    search = measure_axes(rounds, width=width)
    _, asked, batches = ask(search, lambda _: chance.choice(["FAIL", "PASS", "UNRESOLVED"]))
    assert asked == [(each, number) for number in range(1, rounds + 1) for each in CONDITIONS]
    assert batches == -(-len(asked) // width)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 0.02, 0.3, 0.5, 1.0]), min_size=5, max_size=5),
    st.sampled_from([1, 8, 200]),
    st.integers(0, 10_000),
)
def test_it_ends_when_all_is_asked_or_all_is_decided(rates, width, seed):
    rounds = 400
    found, asked = measured(dict(zip(CONDITIONS, rates, strict=True)), rounds, width, seed)
    assert len(asked) == len(set(asked)) <= rounds * len(CONDITIONS)
    seen = {
        row.condition: ["FAIL"] * row.failures + ["PASS"] * (row.runs - row.failures) for row in found.rows
    }
    if ("alone", rounds) not in asked:
        assert not undecided(seen)
        assert any(row.failures for row in found.rows)
    for condition in undecided(seen):
        assert (condition, rounds) in asked


@pytest.mark.parametrize(
    ("rates", "axis", "most"),
    [
        ({"alone": 0.0, "whole order": 1.0}, "order", 0.10),
        ({"alone": 0.02, "whole order": 0.4}, "order", 0.25),
        ({"alone": 0.0, "new seed": 0.5}, "hash seed", 0.10),
        ({"alone": 0.05}, "chance", 0.35),
    ],
)
@pytest.mark.parametrize("width", [1, 64])
def test_of_thousands_of_runs_most_are_saved_and_the_axis_is_the_same(rates, axis, most, width):
    for seed in range(5):
        found, asked = measured(rates, 2_000, width, seed)
        assert found.axis == axis
        assert len(asked) < most * 2_000 * len(CONDITIONS)


def test_while_nothing_failed_it_goes_on():
    found, asked = measured({"alone": 0.0}, 600, 8, 0)
    assert (found.axis, len(asked)) == ("not seen", 3_000)
    seen = sum(measured({"alone": 0.002}, 1_500, 8, seed)[0].axis == "chance" for seed in range(8))
    assert seen == 8


def test_equal_rates_that_are_looked_at_after_every_run_are_not_called_different():
    for seed in range(60):
        found, _ = measured({"alone": 0.3}, 300, 1, seed)
        assert found.axis == "chance"


def test_a_difference_of_rates_is_named_with_both():
    found, _ = measured({"alone": 0.02, "whole order": 0.4}, 2_000, 8, 1)
    assert "alone it fails" in found.sentence
    assert "in the whole order" in found.sentence
