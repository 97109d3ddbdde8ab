"""A drill is played with its own answer before anybody plays: real trees, real runs, the grading of all others."""

import sys
from dataclasses import replace

import pytest

from coach.core.base.test_id import TestId
from coach.core.drill.drill import Noticed
from coach.core.localize.spectrum import Coverage
from coach.core.log.events import Interpreter
from coach.engine.drill.baseline import Baseline, measured
from coach.engine.drill.oracle_run import COUNTS_AS_FIXED, Oracle
from coach.engine.drill.tree_runs import TreeRuns
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import SearchContext
from coach.errors import CoachError
from tests.drill.planted import CART, FOOD, RIGHT, TESTS, plant

GREEN = "tests/test_cart.py::test_label"


@pytest.fixture
def planted(tmp_path, state_home):
    return plant(tmp_path / "shop")


@pytest.fixture(params=[False, True], ids=["shown", "held"])
def either(request, tmp_path, state_home):
    return plant(tmp_path / "shop", held=request.param)


def runs_of(planted):
    home = planted.trees.scratch.parent
    context = SearchContext(
        planted.root, home, Interpreter(path=sys.executable), Limits(wall=60), planted.env
    )
    return TreeRuns(planted.trees, context)


def oracle(planted, runs=None):
    tests = (*(each.test for each in planted.drill.noticed), TestId(GREEN))
    baseline = Baseline(planted.drill.right, (), 1.0, Coverage({each: {} for each in tests}))
    return Oracle(runs or runs_of(planted), baseline, planted.made)


def test_a_bug_that_no_test_notices_counts_as_fixed_and_is_thrown_away(planted):
    drill = planted.drill.model_copy(update={"wrong": planted.tree(shop__rates=RIGHT + "\n# more\n")})
    assert oracle(planted)(drill) == COUNTS_AS_FIXED


def test_a_true_fix_that_leaves_a_test_red_is_none(either):
    broken = either.tree(shop__rates=RIGHT, shop__cart=CART.replace(".title()", ""))
    drill = either.drill.model_copy(update={"right": broken})
    assert oracle(either)(drill) == "the true fix does not get the full score: fixed"


def test_a_test_that_is_not_there_with_the_true_fix_throws_the_drill_away(planted):
    gone = Noticed(test=TestId("tests/test_cart.py::test_gone"))
    drill = planted.drill.model_copy(update={"noticed": (*planted.drill.noticed, gone)})
    assert oracle(planted)(drill).startswith("the true fix does not get the full score")


def test_a_bug_that_tests_notice_and_its_true_fix_hold_and_what_was_run_is_not_run_again(either):
    seen = []

    class Counted(TreeRuns):
        def carried_out(self, request):
            seen.append((request.tree, request.target.words))
            return super().carried_out(request)

    plain = runs_of(either)
    judge = oracle(either, Counted(plain.trees, plain.context))
    assert [judge(either.drill), judge(either.drill)] == ["", ""]
    assert seen.count((either.drill.right, ())) == 1, "the suite of the right tree, for all drills"
    own = (FOOD.file,)
    once_a_drill = [
        (either.drill.wrong, ()),
        *([(either.drill.wrong, own), (either.drill.right, own)] * bool(either.drill.held)),
    ]
    assert {each: seen.count(each) for each in set(seen) - {(either.drill.right, ())}} == dict.fromkeys(
        once_a_drill, 2
    )


def test_tests_that_are_not_green_three_times_are_left_out(tmp_path, state_home):
    sometimes = TESTS + (
        "\n\ndef test_sometimes():\n    import os\n    assert int(os.environ['PYTHONHASHSEED']) % 2\n"
        "\n\ndef test_old():\n    assert False\n"
    )
    planted = plant(tmp_path / "shop", tests=sometimes)
    runs = runs_of(planted)
    found = measured(runs, planted.drill.right, 1)
    assert "tests/test_cart.py::test_old" in found.red
    assert GREEN in found.tests
    assert set(found.red).isdisjoint(found.tests)
    assert found.narrowest_first([planted.drill.noticed[0].test, TestId(GREEN)])[0] == GREEN
    assert found.seconds > 0


def test_a_suite_that_does_not_end_is_refused(tmp_path, state_home):
    planted = plant(tmp_path / "shop", tests="import nothing_like_it\n")
    with pytest.raises(CoachError, match="do not run here"):
        measured(runs_of(planted), planted.drill.right, 1)


def test_a_bug_may_take_a_few_times_what_the_suite_takes(planted):
    runs = replace(runs_of(planted))
    assert runs.for_bugs(10.0, None).context.limits.wall == 55.0
    assert runs.context.limits.wall == 60
