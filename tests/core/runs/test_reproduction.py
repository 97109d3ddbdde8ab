"""How many cold runs are enough, and what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.runs.reproduction import MAX_RUNS, SeriesRun, measure, needs_more, repeats_for, wilson

FAIL, OTHER, PASS = ("aaaa",), ("bbbb",), ()


def series(*outcomes, resolved=True):
    return [
        SeriesRun(run=index + 1, strict=strict, resolved=resolved) for index, strict in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("outcomes", "more"),
    [
        ([], True),
        ([FAIL], True),
        ([FAIL, FAIL], True),
        ([FAIL, FAIL, FAIL], False),
        ([FAIL, PASS], True),
        ([FAIL, FAIL, PASS], True),
        ([PASS, PASS, PASS], True),
        ([PASS] * 5, False),
        ([FAIL, PASS] * 5, False),
    ],
)
def test_runs_go_on_until_the_answer_is_known(outcomes, more):
    assert needs_more(series(*outcomes), seconds=1, time_box=60) is more


def test_the_time_box_ends_a_slow_series():
    assert needs_more(series(FAIL, PASS), seconds=61, time_box=60) is False
    assert needs_more(series(FAIL), seconds=61, time_box=60) is True


def test_runs_that_cannot_answer_end_the_series():
    assert needs_more(series(PASS, PASS, resolved=False), seconds=1, time_box=60) is False


def test_three_equal_failures_are_stable():
    found = measure(series(FAIL, FAIL, FAIL))
    assert found.is_stable
    assert (found.failures, found.runs) == (3, 3)


def test_one_failure_is_an_anecdote():
    assert not measure(series(FAIL, PASS, PASS)).is_reproduced


def test_a_flaky_failure_has_a_rate_with_its_interval():
    found = measure(series(FAIL, PASS, FAIL, PASS, OTHER))
    assert found.strict == FAIL
    assert (found.failures, found.runs) == (2, 5)
    assert not found.is_stable
    assert found.low < 0.4 < found.high


@given(st.integers(min_value=0, max_value=MAX_RUNS), st.integers(min_value=1, max_value=MAX_RUNS))
def test_the_interval_holds_the_rate(failures, runs):
    failures = min(failures, runs)
    low, high = wilson(failures, runs)
    assert 0 <= low <= failures / runs + 1e-9
    assert failures / runs - 1e-9 <= high <= 1


def test_wilson_agrees_with_the_published_value():
    """Newcombe 1998, table I: 15 of 148 gives 0.0624 to 0.1605."""
    low, high = wilson(15, 148)
    assert low == pytest.approx(0.0624, abs=1e-4)
    assert high == pytest.approx(0.1605, abs=1e-4)


@pytest.mark.parametrize(("rate", "repeats"), [(1.0, 1), (0.5, 7), (0.3, 13), (0.0, 30), (0.01, 30)])
def test_a_flake_needs_enough_green_runs_to_be_believed(rate, repeats):
    assert repeats_for(rate) == repeats
