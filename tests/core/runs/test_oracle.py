"""PASS, FAIL and UNRESOLVED come from evidence, never from an exit code alone."""

import pytest

from coach.core.runs.failure import failing_set
from coach.core.runs.oracle import Judged, judge
from coach.core.runs.reference import Reference
from coach.core.runs.report import Ending
from tests.core.driving import failure, green, red


def test_a_complete_green_run_passes():
    assert judge(green(), ()).outcome == "PASS"


def test_the_expected_failure_fails():
    failing = failing_set(red())
    assert judge(red(), failing, Reference(run=1, failing=failing)) == Judged(outcome="FAIL")


def test_another_failure_is_unresolved_and_named():
    known = failing_set(red(failures=(failure(test="tests/test_cart.py::test_empty"),)))
    judged = judge(red(), failing_set(red()), Reference(run=1, failing=known))
    assert judged.outcome == "UNRESOLVED"
    assert "another failure" in judged.reason


@pytest.mark.parametrize(
    "kind",
    ["timeout", "silence", "output_limit", "signalled", "cancelled", "superseded", "ended_early", "contradiction", "no_tests",
     "usage_error", "internal_error", "no_pytest", "not_started", "interrupted"],
)  # fmt: skip
def test_no_other_ending_ever_passes_or_fails(kind):
    report = green(ending=Ending(kind=kind, sentence="it ended otherwise", exit_code=0))
    judged = judge(report, ())
    assert judged.outcome == "UNRESOLVED"
    assert judged.reason


def test_a_collection_error_with_its_failure_is_a_failure():
    report = red(ending=Ending(kind="collection_error", sentence="collection failed", exit_code=2))
    assert judge(report, failing_set(report)).outcome == "FAIL"


def test_a_run_of_the_wrong_code_says_nothing():
    report = green(foreign_modules=("shop/cart.py",))
    assert judge(report, ()).outcome == "UNRESOLVED"
