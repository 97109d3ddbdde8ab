"""Whether a bug makes a drill, judged from what its runs showed."""

import pytest

from coach.core.base.test_id import TestId
from coach.core.drill.bug import Bug, ChangedFile, near_tests, running_by_line
from coach.core.drill.changed_places import changed_lines
from coach.core.drill.validity import (
    MAX_NOTICING,
    UNNOTICED,
    distance,
    noticing,
    rank_of,
    why_dropped,
    why_no_evidence,
)
from coach.core.localize.call_trace import Call, CallTrace
from coach.core.localize.spectrum import Coverage
from coach.core.localize.suspect import Suspect
from coach.core.runs.report import Ending, Failure, Frame, RunReport

TEST = TestId("tests/test_shop.py::test_total")
RIGHT = "def rate(x):\n    return x\n\n\ndef total(x):\n    y = rate(x)\n    return y\n"
WRONG = RIGHT.replace("    return x\n", "    return x + 1\n")
BUG = Bug("planted", "wrong", "tree", (ChangedFile("shop.py", RIGHT, WRONG),))


def frame(path, line, function):
    return Frame(path=path, line=line, function=function, own=True)


IN_TEST, IN_TOTAL, IN_RATE = (
    frame("tests/test_shop.py", 4, "test_total"),
    frame("shop.py", 7, "total"),
    frame("shop.py", 2, "rate"),
)


def failed(*frames, test=TEST, exception="AssertionError"):
    return Failure(test=test, exception=exception, frames=frames or (IN_TEST,))


def report(*failures, ending="completed", **more):
    return RunReport(ending=Ending(kind=ending), failures=failures, **more)


def test_the_places_of_a_bug_are_those_the_fix_changes():
    assert [(each.path, each.function, each.lines) for each in BUG.causes] == [("shop.py", "rate", (2,))]
    assert BUG.lines == 1
    assert changed_lines(WRONG + "# a remark\n", RIGHT) == 1
    commented = Bug("planted", "none", "tree", (ChangedFile("shop.py", RIGHT, RIGHT + "# more\n"),))
    assert commented.places == ()


def test_one_to_ten_tests_notice_and_those_that_are_red_anyway_do_not_count():
    assert why_dropped(report(failed()), (), BUG.places) == ""
    assert why_dropped(report(failed()), (TEST,), BUG.places) == UNNOTICED
    assert why_dropped(report(), (), BUG.places) == UNNOTICED
    many = [failed(test=TestId(f"tests/test_shop.py::test_{number}")) for number in range(MAX_NOTICING + 1)]
    assert why_dropped(report(*many[1:]), (), BUG.places) == ""
    assert "more than 10" in why_dropped(report(*many), (), BUG.places)


def test_subtests_that_fail_under_one_id_are_one_test():
    twice = [failed()] * (MAX_NOTICING + 5)
    assert len(noticing(report(*twice), ())) == 1
    assert why_dropped(report(*twice), (), BUG.places) == ""


def test_nobody_sees_it_in_the_last_line_of_a_traceback():
    assert "last line" in why_dropped(report(failed(IN_TEST, IN_TOTAL, IN_RATE)), (), BUG.places)
    assert why_dropped(report(failed(IN_TEST, IN_TOTAL)), (), BUG.places) == ""


@pytest.mark.parametrize(
    ("ending", "said"),
    [("timeout", "hang"), ("signalled", "crash"), ("collection_error", "import"), ("no_tests", "end")],
)
def test_a_run_that_does_not_end_drops_a_bug(ending, said):
    assert said in why_no_evidence(report(ending=ending), ())


def test_what_only_the_bug_tries_outside_of_its_copy_drops_it():
    tried = report(refused=("writes /home/ada/notes",))
    assert "confined" in why_no_evidence(tried, ())
    assert why_no_evidence(tried, ("writes /home/ada/other",)) == ""
    assert why_no_evidence(report(lacking=("the copy has no x",)), ()) == "the copy has no x"


def test_the_rank_of_a_cause_is_that_of_the_first_suspect_that_names_it():
    suspects = [
        Suspect(path="shop.py", function="total", line=6, rank=1),
        Suspect(path="shop.py", function="rate", line=1, rank=2),
    ]
    assert rank_of(suspects, BUG.places) == 2
    assert rank_of(suspects[:1], BUG.places) == 0


def call(depth, function, path="shop.py"):
    return Call(depth=depth, path=path, line=1, function=function)


@pytest.mark.parametrize(
    ("calls", "frames", "far"),
    [
        ([call(0, "test_total", "tests/test_shop.py"), call(1, "total"), call(2, "rate")], (IN_TEST,), 2),
        ([call(0, "total"), call(1, "rate")], (IN_TEST,), 2),
        ([call(0, "total"), call(1, "rate"), call(1, "check")], (IN_TEST, frame("shop.py", 9, "check")), 2),
        ([call(0, "total"), call(1, "other"), call(2, "rate")], (IN_TEST, IN_TOTAL), 2),
        ([call(0, "rate")], (IN_TEST, frame("shop.py", 3, "rate")), 0),
    ],
)
def test_how_far_a_cause_is_from_where_it_shows_counts_calls_up_and_down(calls, frames, far):
    assert distance(CallTrace(test=TEST, calls=tuple(calls)), failed(*frames), BUG.places) == far


def test_without_calls_the_frames_of_the_traceback_say_how_far_it_is():
    raised = failed(IN_TEST, IN_TOTAL, IN_RATE, frame("shop.py", 9, "check"))
    assert distance(None, raised, BUG.places) == 1
    assert distance(None, failed(IN_TEST), BUG.places) == 1


def test_tests_near_a_change_are_the_green_ones_that_run_its_lines_or_those_beside():
    other, red = TestId("tests/test_shop.py::test_other"), TestId("tests/test_shop.py::test_red")
    lines = {TEST: {"shop.py": frozenset({7}), "tests/test_shop.py": frozenset({4})}}
    lines |= {other: {"shop.py": frozenset({2})}, red: {"shop.py": frozenset({2, 7})}}
    running = running_by_line(Coverage(lines), frozenset({red}))
    assert "tests/test_shop.py" not in running
    assert near_tests(running, "shop.py", 7, 7) == (TEST,)
    assert near_tests(running, "shop.py", 4, 4) == (other,)
    assert near_tests(running, "shop.py", 5, 6) == (TEST,)
    assert near_tests(running, "nothing.py", 1, 9) == ()
