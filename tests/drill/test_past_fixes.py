"""Which commits of a history are fixes that can be taken out of the tree of now, and what is left of them then."""

from types import SimpleNamespace

import pytest

from coach.core.base.test_id import TestId
from coach.core.localize.spectrum import Coverage
from coach.engine.drill.baseline import Baseline
from coach.engine.drill.past_fixes import NOT_CLEAN, NOTHING_LEFT, PastFixes
from coach.engine.trees.compose import composing
from coach.engine.trees.tree_store import TreeStore
from tests.engine.histories import History

CODE = "def total(x):\n    return {total}\n\n\ndef rest(x):\n    return {rest}\n"
TEST = "def test_total():\n    assert True\n"


@pytest.fixture
def history(tmp_path):
    made = History(tmp_path / "shop")
    made.write(shop=CODE.format(total="x", rest="x"), tests__test_shop=TEST)
    made.commit("Begin")
    return made


def taken_out(history, home, tests=("tests/test_shop.py",), seed=1):
    """Return what each fix that is found comes to: the changed files by path, or why there are none."""
    trees = TreeStore(history.root, home)
    lines = {"shop.py": frozenset({2})}
    with composing(trees) as composer:
        coverage = Coverage({TestId(f"{path}::test_total"): lines for path in tests})
        baseline = Baseline(trees.record(), (), 1.0, coverage)
        past = PastFixes(history.root, trees, composer, baseline, seed)
        found = {}
        for fix in past.found():
            bug = past.bug(fix)
            found[fix.subject] = (
                bug if isinstance(bug, str) else {each.path: each.wrong for each in bug.files}
            )
        return found


def fixed(history, subject, total="x + 1", rest="x", test=TEST + "\n# more\n", path="tests__test_shop"):
    history.write(shop=CODE.format(total=total, rest=rest), **{path: test})
    history.commit(subject)


def test_a_fix_comes_out_of_code_that_changed_since(history, tmp_path):
    fixed(history, "Fix the total")
    history.write(shop=CODE.format(total="x + 1", rest="x * 2"))
    history.commit("More rest")
    assert taken_out(history, tmp_path / "home") == {
        "Fix the total": {"shop.py": CODE.format(total="x", rest="x * 2")}
    }


def test_edits_that_are_not_committed_stay_in(history, tmp_path):
    fixed(history, "Fix the total")
    history.write(shop=CODE.format(total="x + 1", rest="x * 3"))
    assert taken_out(history, tmp_path / "home") == {
        "Fix the total": {"shop.py": CODE.format(total="x", rest="x * 3")}
    }


def test_a_fix_whose_lines_were_changed_since_is_in_conflict_and_one_that_is_gone_leaves_nothing(
    history, tmp_path
):
    fixed(history, "Fix the total")
    fixed(history, "Fix it again", total="x + 2", test=TEST + "\n# again\n")
    fixed(history, "Back", total="x", rest="x - 1", test=TEST + "\n# back\n")
    found = taken_out(history, tmp_path / "home")
    assert found["Fix the total"] in {NOT_CLEAN, NOTHING_LEFT}
    assert found["Fix it again"] == NOT_CLEAN
    assert found["Back"] == {"shop.py": CODE.format(total="x + 2", rest="x")}


def test_what_a_whole_new_file_came_with_comes_out_without_it(history, tmp_path):
    history.write(more="def more():\n    return 1\n")
    fixed(history, "Fix with a file")
    assert taken_out(history, tmp_path / "home") == {
        "Fix with a file": {"shop.py": CODE.format(total="x", rest="x")}
    }


def test_a_commit_without_code_or_without_tests_is_no_fix(history, tmp_path):
    history.write(tests__test_shop=TEST + "\n# only a test\n")
    history.commit("Fix a test")
    history.write(shop=CODE.format(total="x + 1", rest="x"))
    history.commit("Fix without a test")
    history.write(docs__conf="a = 1\n", tests__test_shop=TEST)
    history.commit("Fix the docs")
    assert taken_out(history, tmp_path / "home") == {}


def test_code_and_tests_that_were_moved_since_are_found_where_they_are(history, tmp_path):
    fixed(history, "Fix the total")
    (history.root / "lib").mkdir()
    history.git("mv", "shop.py", "lib/store.py")
    (history.root / "tests" / "unit").mkdir()
    history.git("mv", "tests/test_shop.py", "tests/unit/test_shop.py")
    history.commit("Move all")
    found = taken_out(history, tmp_path / "home", ("tests/unit/test_shop.py",))
    assert found["Fix the total"] == {"lib/store.py": CODE.format(total="x", rest="x")}


def test_commits_that_speak_of_a_fix_come_first_and_a_seed_orders_the_rest(history, tmp_path):
    for number in range(6):
        fixed(history, f"Change {number}", total=f"x + {number + 2}", test=TEST + f"\n# {number}\n")
    fixed(history, "A wrong total", total="x + 99", test=TEST + "\n# 99\n")
    orders = [list(taken_out(history, tmp_path / "home", seed=seed)) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert all(each[0] == "A wrong total" for each in orders)


def test_a_folder_without_history_has_no_fixes(tmp_path):
    root = tmp_path / "plain"
    root.mkdir()
    (root / "shop.py").write_text(CODE)

    assert taken_out(SimpleNamespace(root=root), tmp_path / "home") == {}
