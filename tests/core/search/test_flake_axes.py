"""Axes: the condition that makes the difference is named, and how sure that is."""

import pytest

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
