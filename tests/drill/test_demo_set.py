"""The demo set needs nothing of anybody's, and each of its drills keeps what is said of drills."""

import sys
import threading

import pytest

from coach.core.drill.score_lines import score_of
from coach.drills.demo_set import make_demo_set, read_set_or_demo
from coach.drills.evidence import measured_paths
from coach.drills.ground import open_ground
from coach.drills.kept import read_set, set_folder, set_names
from coach.engine.drill.grading import graded
from coach.errors import UsageError


def test_it_is_made_when_it_is_named_first_and_read_then(state_home):
    made = read_set_or_demo("demo")
    assert set_names() == ("demo",)
    assert read_set_or_demo("demo") == read_set("demo") == made
    assert (len(made.drills), made.python) == (3, sys.executable)
    assert made.root == str(set_folder("demo") / "shop")
    with pytest.raises(UsageError, match="no set of drills is called other"):
        read_set_or_demo("other")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_bug_is_not_fixed_the_true_fix_is_and_exactly_the_named_tests_notice(
    number, tmp_path, state_home
):
    made = make_demo_set(tmp_path / "shop")
    ground, drill = open_ground(made), made.drills[number - 1]
    with ground.runs(drill) as runs:
        wrong, right = (graded(made, drill, tree, ground.trees, runs) for tree in (drill.wrong, drill.right))
    assert set(wrong.suite.red) == {each.test for each in drill.noticed}
    assert not score_of(drill, wrong).is_fixed
    assert score_of(drill, right).percent == 100
    shown = {each.path for each in drill.noticed}
    assert drill.causes[0].path not in shown, "nobody sees it where it shows"
    assert drill.difficulty.tests == len(drill.noticed) <= 10


def test_lines_alone_put_no_cause_first_and_more_evidence_does(state_home):
    """What the set says of the hardest one is what is measured, and mutations find it."""
    made = read_set_or_demo("demo")
    found = measured_paths(open_ground(made), made.drills[2], threading.Event(), seconds=8)
    paths = {each.hints: each for each in found}
    assert paths["suspects",].rank > 1
    assert [each.difficulty.rank for each in made.drills] == [3, 4, 5]
    assert paths["suspects", "mutations"].names_it
    assert paths["suspects", "mutations"].first == "shop/money.py:46 Money.allocate"
    assert paths[()].rank == 0
