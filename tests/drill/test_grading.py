"""What somebody left, graded: real trees, real runs in copies, cold."""

import pytest

from coach.core.drill.score import POINTS, Score
from coach.core.drill.score_lines import score_of
from coach.engine.drill.grading import graded
from coach.engine.drill.left import given_tree
from coach.engine.trees.compose import composing
from tests.drill.planted import CART, FOOD, RIGHT, TESTS, WRONG, plant
from tests.engine.histories import fingerprint

OWN_TEST = '\n\ndef test_food():\n    assert total([("food", 200)]) == 214\n'


def judged(score: Score) -> dict[str, str]:
    return {each.name: each.judged for each in score.lines}


@pytest.fixture
def planted(tmp_path, state_home):
    return plant(tmp_path / "shop")


@pytest.fixture
def held(tmp_path, state_home):
    return plant(tmp_path / "shop", held=True)


def grade(planted, left):
    found = graded(planted.made, planted.drill, left, planted.trees, planted.runs)
    return found, score_of(planted.drill, found)


def test_the_bug_is_not_fixed_and_the_true_fix_has_the_full_score(planted):
    before = fingerprint(planted.root)
    found, score = grade(planted, planted.drill.wrong)
    assert found.suite.red == (FOOD,)
    assert not score.is_fixed
    found, score = grade(planted, planted.drill.right)
    assert (score.is_fixed, score.percent) == (True, 100)
    assert found.suite.passed == 3
    assert fingerprint(planted.root) == before


def test_a_held_test_is_not_given_and_counts_as_written_by_the_true_fix(held):
    with composing(held.trees) as composer:
        given = given_tree(held.drill, composer)
        text = composer.content(composer.entries(given)["tests/test_cart.py"].blob).decode()
    assert "TestFood:\n    pass\n" in text
    assert "test_book" in text
    _, score = grade(held, held.drill.wrong)
    assert not score.is_fixed
    found, score = grade(held, held.drill.right)
    assert (score.percent, judged(score)["test written"], found.proving) == (100, "met", (FOOD,))


def test_a_folder_is_graded_like_its_tree(planted, tmp_path):
    with planted.trees.materialise(planted.drill.wrong) as copy:
        (copy / "shop/rates.py").write_text(RIGHT)
        (copy / "build").mkdir()
        (copy / "build/rates.py").write_text(RIGHT)
        (copy / "notes").symlink_to("/dev/zero")
        found, score = grade(planted, copy)
    assert score.is_fixed
    assert found.changed == ("notes", "shop/rates.py")
    assert judged(score)["nothing left"] == "not met"


def test_a_weakened_test_fixes_nothing(planted):
    weak = TESTS.replace('assert total([("food", 100)]) == 107', 'total([("food", 100)])')
    found, score = grade(planted, planted.tree(tests__test_cart=weak))
    assert found.suite.red == (FOOD,)
    assert judged(score) | {"fixed": "not met", "tests intact": "not met"} == judged(score)


def test_what_keeps_tests_from_running_is_put_back(planted):
    tricks = {
        "conftest": "def pytest_collection_modifyitems(items):\n    items.clear()\n",
        "tests__test_cart": None,
        "tests__conftest": "import pytest\n\n@pytest.fixture(autouse=True)\ndef skipped():\n    pytest.skip('')\n",
    }
    found, score = grade(planted, planted.tree(**tricks))
    assert found.suite.red == (FOOD,)
    assert (found.suite.passed, score.is_fixed) == (2, False)


def test_a_suite_that_is_ended_by_the_code_is_not_fixed(planted):
    ends = "import os\n\n\ndef rate_of(kind):\n    os._exit(0)\n"
    found, score = grade(planted, planted.tree(shop__rates=ends))
    assert found.suite.ended
    assert judged(score)["fixed"] == "not met"


def test_an_own_test_must_tell_the_bug_from_the_fix(held):
    given = TESTS.replace(
        '    def test_total(self):\n        assert total([("food", 100)]) == 107\n', "    pass\n"
    )
    found, score = grade(held, held.tree(shop__rates=RIGHT, tests__test_cart=given + OWN_TEST))
    assert [each.inside for each in found.proving] == ["test_food"]
    assert score.percent == 100
    idle = OWN_TEST.replace('"food", 200)]) == 214', '"book", 200)]) == 214')
    found, score = grade(held, held.tree(shop__rates=RIGHT, tests__test_cart=given + idle))
    assert judged(score) | {"fixed": "met", "test written": "not met"} == judged(score)
    assert score.percent == round(100 * (1 - POINTS["test written"] / 75))


def test_unrelated_files_and_what_is_left_behind_are_named(planted):
    noisy = RIGHT.replace("    return STANDARD", "    print(kind)\n    return STANDARD")
    cart = CART.replace("name.strip()", "str(name).strip()")
    found, score = grade(planted, planted.tree(shop__rates=noisy, shop__cart=cart, debug_it="x = 1\n"))
    assert found.elsewhere == ("debug_it.py", "shop/cart.py")
    assert len(found.left) == 2
    assert judged(score) | {"scope kept": "not met", "nothing left": "not met"} == judged(score)


def test_a_symptom_fix_elsewhere_that_breaks_another_test_is_no_fix(planted):
    cart = CART.replace(
        "    return sum(", "    if items[0][0] != 'tea':\n        return 107\n    return sum("
    )
    _, score = grade(planted, planted.tree(shop__rates=WRONG, shop__cart=cart))
    assert score.is_fixed  # the tests ask no more; what it is shows in the scope
    assert judged(score)["scope kept"] == "not met"


def test_a_test_that_was_red_before_judges_nobody(planted):
    planted.made = planted.made.model_copy(update={"red": (FOOD,)})
    found, _ = grade(planted, planted.drill.wrong)
    assert found.suite.red == ()


CHANCE = """
import os, pathlib


def test_by_chance():
    mark = pathlib.Path({mark!r})
    assert os.environ["PYTHONHASHSEED"] != mark.read_text()
"""


def test_a_test_that_is_red_by_chance_is_not_counted(tmp_path, state_home):
    """Red with one hash seed, green with the next: the suite is run once more before it counts."""
    mark = tmp_path / "seed"
    mark.write_text("none")
    planted = plant(tmp_path / "shop", tests=TESTS + CHANCE.format(mark=str(mark)))
    first = []

    def seen(request):
        first.append(request.hash_seed)
        mark.write_text(str(first[0]))
        return planted.runs(request)

    found = graded(planted.made, planted.drill, planted.drill.right, planted.trees, seen)
    assert [each.name for each in found.suite.not_counted] == ["test_by_chance"]
    score = score_of(planted.drill, found)
    assert score.is_fixed
    assert "green in another run" in score.lines[0].said
    assert len(set(first)) == 2


def test_what_breaks_other_tests_in_company_only_is_counted(planted):
    """Each test is green alone: what was left keeps something from one test to the next, every time."""
    cart = CART.replace("def total(items):\n", "CALLS = []\n\n\ndef total(items):\n    CALLS.append(items)\n")
    cart = cart.replace("return name.strip().title()", "return name if CALLS else name.strip().title()")
    found, score = grade(planted, planted.tree(shop__rates=RIGHT, shop__cart=cart))
    assert [each.name for each in found.suite.red] == ["test_label"]
    assert found.suite.not_counted == ()
    assert not score.is_fixed
