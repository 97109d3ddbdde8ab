"""The demo set needs nothing of anybody's, and each of its drills keeps what is said of drills."""

import sys
import threading

import pytest

from coach.core.drill.score_lines import score_of
from coach.drills.demo_set import make_demo_set, read_set_or_demo
from coach.drills.evidence import SECONDS_EACH, measured_paths
from coach.drills.ground import open_ground
from coach.drills.kept import read_set, set_folder, set_names
from coach.engine.drill.grading import graded
from coach.errors import UsageError
from tests.drill.workplace import working_in

CAUSE = "shop/money.py:46 Money.allocate"
"""Of the third drill."""


def test_it_is_made_when_it_is_named_first_and_read_then(state_home):
    made = read_set_or_demo("demo")
    assert set_names() == ("demo",)
    assert read_set_or_demo("demo") == read_set("demo") == made
    assert (len(made.drills), made.python) == (3, sys.executable)
    assert made.root == str(set_folder("demo") / "shop")
    with pytest.raises(UsageError, match="no set of drills is called other"):
        read_set_or_demo("other")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with working_in(folder):
        return folder, make_demo_set(folder / "shop")


@pytest.fixture
def demo(made_once):
    folder, made = made_once
    with working_in(folder):
        yield made


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_bug_is_not_fixed_the_true_fix_is_and_exactly_the_named_tests_notice(number, demo):
    ground, drill = open_ground(demo), demo.drills[number - 1]
    with ground.runs(drill) as runs:
        wrong, right = (graded(demo, drill, tree, ground.trees, runs) for tree in (drill.wrong, drill.right))
    assert set(wrong.suite.red) == {each.test for each in drill.noticed}
    assert not score_of(drill, wrong).is_fixed
    assert score_of(drill, right).percent == 100
    shown = {each.path for each in drill.noticed}
    assert drill.causes[0].path not in shown, "nobody sees it where it shows"
    assert drill.difficulty.tests == len(drill.noticed) <= 10


def test_lines_alone_put_no_cause_first_and_more_evidence_does(demo):
    """What the set says of the hardest one is what is measured, and mutations find it."""
    for seconds in (5, SECONDS_EACH):  # a part of the time is enough unless the machine is busy
        found = measured_paths(open_ground(demo), demo.drills[2], threading.Event(), seconds)
        paths = {each.hints: each for each in found}
        if paths["suspects", "mutations"].first == CAUSE:
            break
    assert paths["suspects",].rank > 1
    assert [each.difficulty.rank for each in demo.drills] == [3, 4, 5]
    assert paths["suspects", "mutations"].names_it
    assert paths["suspects", "mutations"].first == CAUSE
    assert paths[()].rank == 0
