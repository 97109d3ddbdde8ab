"""Facts of a play and the score that follows: each line by what it rests on."""

import pytest

from coach.core.base.test_id import TestId
from coach.core.drill.drill import Cause, Difficulty, Drill
from coach.core.drill.facts import Graded, NamedCause, Played, SuiteFacts, Watched
from coach.core.drill.score import HINT_POINTS, POINTS
from coach.core.drill.score_lines import is_named, score_of
from coach.core.loops.attempt import Finding

T = TestId("tests/test_a.py::test_a")
DRILL = Drill(
    number=1,
    source="planted",
    kind="off by one",
    right="a" * 40,
    wrong="b" * 40,
    causes=(Cause(path="shop/cart.py", function="Cart.total"),),
    noticed=(),
    difficulty=Difficulty(lines=1),
)
GOOD = Graded(
    tree="t",
    suite=SuiteFacts(passed=9),
    is_test_asked=True,
    own_tests=(T,),
    proving=(T,),
    changed=("shop/cart.py",),
    lines=1,
)
PLAYED = Played(
    causes=(NamedCause(path="shop/cart.py", function="Cart.total"),),
    is_asking_asked=False,
    watched=Watched(by="system calls"),
)


def line(name, graded=GOOD, played=PLAYED, drill=DRILL):
    found = next(each for each in score_of(drill, graded, played).lines if each.name == name)
    return found.judged, found.said


def test_a_play_without_a_fault_has_every_point():
    score = score_of(DRILL, GOOD, PLAYED)
    assert score.percent == 100
    assert [each.name for each in score.lines] == list(POINTS)
    assert all(each.judged == "met" for each in score.lines)


def test_of_a_tree_that_nobody_made_only_the_files_are_judged():
    score = score_of(DRILL, GOOD)
    assert {each.name for each in score.lines if each.judged == "not judged"} == {
        *("cause named", "asked", "no loops", "fair")
    }
    assert score.percent == 100


FAULTS = {
    "fixed": [
        {"suite": SuiteFacts(red=(T,))},
        {"suite": SuiteFacts(unseen=(T,))},
        {"suite": SuiteFacts(ended="timeout")},
        {"hiding": (Finding(kind="swallowed", path="a.py", text="an exception is swallowed"),)},
    ],
    "test written": [
        {"proving": ()},
        {"proving": (), "own_tests": ()},
        {"proving": (), "test_trouble": "timeout"},
    ],
    "scope kept": [{"elsewhere": ("shop/other.py",)}, {"lines": 21}],
    "tests intact": [{"weakened": (Finding(kind="skip-added", path="t.py"),)}],
    "nothing left": [{"left": ("a.py:3 print: print(x)",)}],
}


@pytest.mark.parametrize(
    ("name", "fault"), [(name, each) for name, faults in FAULTS.items() for each in faults]
)
def test_a_fault_of_the_files_costs_its_line_and_no_other(name, fault):
    graded = GOOD.model_copy(update=fault)
    assert line(name, graded)[0] == "not met"
    assert line(name, graded)[1]
    others = [each.judged for each in score_of(DRILL, graded, PLAYED).lines if each.name != name]
    assert set(others) == {"met"}


PLAYED_FAULTS = {
    "cause named": [{"causes": ()}, {"causes": (NamedCause(path="shop/cart.py", function="Cart.add"),)}],
    "asked": [{"is_asking_asked": True}, {"asked": "what now?"}],
    "no loops": [{"loops": ("no-effect: three patches",)}],
    "nothing left": [{"survivors": ("sleep (pid 7)",)}],
    "fair": [{"watched": Watched(by="open files", answers=("reads set.json",))}],
}


@pytest.mark.parametrize(
    ("name", "fault"), [(name, each) for name, faults in PLAYED_FAULTS.items() for each in faults]
)
def test_a_fault_of_the_player_costs_its_line_and_no_other(name, fault):
    played = PLAYED.model_copy(update=fault)
    assert line(name, played=played)[0] == "not met"
    others = [each.judged for each in score_of(DRILL, GOOD, played).lines if each.name != name]
    assert set(others) == {"met"}


def test_whoever_read_the_answer_scores_nothing():
    watched = Watched(by="system calls", answers=("reads set.json of the sets of drills, by cat",))
    score = score_of(DRILL, GOOD, PLAYED.model_copy(update={"watched": watched}))
    assert (score.is_fixed, score.is_fair, score.percent) == (True, False, 0)


@pytest.mark.parametrize(
    ("name", "graded", "played"),
    [
        ("fixed", {"suite": SuiteFacts(unresolved="the copy has no x: git ignores it")}, {}),
        ("fixed", {"changed": ()}, {"is_asking_asked": True, "asked": "may I?"}),
        ("test written", {"is_test_asked": False}, {}),
        ("asked", {}, {"is_asking_asked": None}),
        ("no loops", {}, {"are_loops_watched": False}),
        ("fair", {}, {"watched": Watched(why="no such system")}),
    ],
)
def test_what_nothing_tells_is_not_judged_and_says_why(name, graded, played):
    judged, said = line(name, GOOD.model_copy(update=graded), PLAYED.model_copy(update=played))
    assert judged == "not judged"
    assert said


def test_history_and_network_are_said_and_cost_nothing():
    watched = Watched(
        by="open files",
        why="short ones are missed",
        history=("git log -p",),
        network=("192.0.2.1:80, by pip",),
    )
    judged, said = line("fair", played=PLAYED.model_copy(update={"watched": watched}))
    assert judged == "met"
    assert all(each in said for each in ("git log -p", "192.0.2.1:80", "short ones are missed"))


def test_every_cause_of_two_must_be_named():
    two = DRILL.model_copy(
        update={"causes": (*DRILL.causes, Cause(path="shop/rates.py", function="rate_of"))}
    )
    judged, said = line("cause named", drill=two)
    assert judged == "not met"
    assert "1 of 2 right" in said


@pytest.mark.parametrize(
    ("function", "path", "said", "is_right"),
    [
        ("Cart.total", "shop/cart.py", "Cart.total", True),
        ("Cart.total", "./shop/cart.py", "total()", True),
        ("shop/cart.py::Cart.total", "shop/cart.py", "Cart.total", True),
        ("Cart.total", "shop/cart.py", "shop/cart.py::Cart.total", True),
        ("outer.<locals>.inner", "shop/cart.py", "inner", True),
        ("", "shop/cart.py", "", True),
        ("<module>", "shop/cart.py", "<module>", True),
        ("Cart.total", "cart.py", "Cart.total", False),
        ("Cart.total", "shop/cart.py", "", False),
        ("Cart.total", "shop/cart.py", "Cart", False),
        ("", "shop/cart.py", "total", False),
    ],
)
def test_a_cause_is_named_by_its_file_and_function(function, path, said, is_right):
    cause = Cause(path="shop/cart.py", function=function)
    assert is_named(cause, NamedCause(path=path, function=said)) is is_right


def test_hints_cost_points_and_effort_is_told():
    played = PLAYED.model_copy(
        update={"hints": ("suspects", "mutation"), "minutes": 3.5, "runs": 4, "tokens": 900}
    )
    score = score_of(DRILL, GOOD.model_copy(update={"changed": ("a.py", "b.py")}), played)
    assert score.percent == 100 - 2 * HINT_POINTS
    effort = score.effort
    assert (effort.files, effort.minutes, effort.runs, effort.tokens) == (2, 3.5, 4, 900)


def test_who_changes_nothing_earns_nothing_for_keeping_order():
    idle = GOOD.model_copy(
        update={
            "suite": SuiteFacts(passed=8, red=(T,)),
            "changed": (),
            "lines": 0,
            "proving": (),
            "own_tests": (),
        }
    )
    score = score_of(DRILL, idle, PLAYED.model_copy(update={"causes": ()}))
    judged = {each.name: each.judged for each in score.lines}
    assert {judged[each] for each in ("scope kept", "tests intact", "nothing left", "no loops")} == {
        "not judged"
    }
    assert score.percent < 10
