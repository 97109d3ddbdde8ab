"""Tests that flake in the same runs are told together; coincidences and stable failures are not."""

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from coach.core.base.test_id import TestId
from coach.core.runs.co_failures import coincidence, flake_groups
from coach.core.runs.reproduction import SeriesRun, beside, measure

TESTS = [TestId(f"t.py::test_{letter}") for letter in "abcdef"]
A, B, C, D, E, F = TESTS


def test_two_causes_and_a_stable_failure_are_told_apart():
    runs = [{A, B, F}, {F}, {A, B, F}, {C, D, F}, {F}, {A, B, F}, {C, D, E, F}, {F}, {C, D, F}, {F}]
    groups = flake_groups([sorted(run) for run in runs])
    assert [each.tests for each in groups] == [(A, B), (C, D)]
    assert groups[0].together == groups[0].any == 3
    assert "always, in 3 of 10" in groups[0].sentence


def test_a_measurement_lists_them_together():
    series = [
        SeriesRun(
            run=number, strict=("s",), tests=(A, B, C) if number % 3 == 0 else (D,) if number == 4 else ()
        )
        for number in range(10)
    ]
    found = measure(series)
    said = beside(found)
    assert (
        f"red in the same runs (always, in 4 of 10), so one cause is likely: {A.name}, {B.name}, {C.name}"
        in said
    )
    assert f"{D}: 1 of 10" in said
    assert sum(B.name in each for each in said) == 1


@given(st.lists(st.sets(st.sampled_from(TESTS)), max_size=12))
def test_groups_hold_flaking_tests_once_each_and_count_right(runs):
    groups = flake_groups([sorted(run) for run in runs])
    named = [test for group in groups for test in group.tests]
    assert len(named) == len(set(named))
    for group in groups:
        assert len(group.tests) > 1
        assert group.together == sum(set(group.tests) <= run for run in runs)
        assert group.any == sum(not run.isdisjoint(group.tests) for run in runs)
        assert all(0 < sum(test in run for run in runs) < len(runs) for test in group.tests)
    assert flake_groups([sorted(run) for run in reversed(runs)]) == groups


@given(st.integers(2, 8), st.data())
def test_the_chance_of_a_coincidence_is_counted_right(runs, data):
    first, second = data.draw(st.integers(1, runs)), data.draw(st.integers(1, runs))
    common = data.draw(st.integers(0, min(first, second)))
    red = set(range(first))
    every = list(combinations(range(runs), second))
    by_hand = sum(len(red & set(each)) >= common for each in every) / len(every)
    assert abs(coincidence(first, second, common, runs) - by_hand) < 1e-9


def test_independent_flakes_are_rarely_told_together():
    wrong = 0
    for seed in range(200):
        chance = random.Random(seed)
        wrong += bool(flake_groups([[test for test in (A, B) if chance.random() < 0.3] for _ in range(10)]))
    assert wrong <= 0.06 * 200
