"""Red tests that fail for the same cause stand on the failing side of the spectrum, others on neither."""

import pytest

from coach.core.base.test_id import TestId
from coach.core.localize.ranking import rank
from coach.core.localize.same_cause import of_same_cause
from coach.core.localize.spectrum import Coverage
from coach.core.localize.spectrum_measurement import Traced, measure
from coach.core.runs.report import Failure, Frame

SOURCE = """\
def spread(total, parts):
    share = total / parts
    return [share] * parts


def shown(parts):
    return ", ".join(map(str, parts))


def read(text):
    return text.split()
"""
ASKED = TestId("tests/test_a.py::test_asked")
SPREAD, SHOWN, READ = {2, 3}, {7}, {11}


def failure(test, message="assert 3 == 4", exception="AssertionError", raised=0):
    frames = [Frame(path="tests/test_a.py", line=3, function="test", own=True)]
    if raised:
        frames.append(Frame(path="shop.py", line=raised, function="f", own=True))
    return Failure(test=test, message=message, exception=exception, frames=tuple(frames))


def lines(*sets):
    return {"shop.py": frozenset().union(*sets), "tests/test_a.py": frozenset({3})}


@pytest.mark.parametrize(
    ("other", "ran", "is_same"),
    [
        (failure("t::b", "assert [1] == [2]"), lines(SPREAD), True),
        (failure("t::b", "assert [1] == [2]"), lines(READ), False),
        (failure("t::b", "no module named x", "ImportError"), lines(SPREAD), False),
        (failure("t::b", raised=3), lines(READ, {3}), True),
        (failure("t::b", "assert [1] == [2]"), {}, False),
    ],
)
def test_red_tests_of_the_same_cause_share_what_passing_ones_do_not_run(other, ran, is_same):
    asked = failure(ASKED, raised=3)
    passing = [lines(READ, SHOWN)] * 5
    found = of_same_cause(asked, [asked, other], {ASKED: lines(SPREAD, SHOWN), "t::b": ran}, passing)
    assert found == ((ASKED, "t::b") if is_same else (ASKED,))


def test_what_all_of_them_ran_comes_before_what_one_did():
    tests = {
        ASKED: lines(SPREAD, SHOWN),
        "t::b": lines(SPREAD, READ),
        "t::c": lines(SPREAD),
        "t::d": lines(READ),
    }
    traced = Traced(
        Coverage(tests), {"shop.py": SOURCE}, "", {"t::b", "t::c"}, (ASKED, TestId("t::b"), TestId("t::c"))
    )
    found = measure(ASKED, traced)
    assert {each.function: each.failing for each in found.functions if each.path == "shop.py"} == {
        "spread": 3,
        "shown": 1,
    }
    first, second, *_ = rank([failure(ASKED)], None, found)
    assert (first.function, second.function) == ("spread", "shown")
    assert first.reasons[0] == (
        "run by the failing test and by none of 1 passing ones, and by 3 of 3 that fail together"
    )
