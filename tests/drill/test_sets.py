"""``coach drill new`` and what shows its sets, on a small project with a real history: real runs, real git."""

import json
import signal
import subprocess
import sys

import pytest

from coach.cli import main
from coach.core.drill.drill import DrillSet
from coach.core.localize.spectrum import Coverage
from coach.drills.kept import arenas_folder, read_set
from coach.drills.kept_answers import trees_of
from coach.engine.drill.baseline import Baseline
from coach.engine.drill.planted_bugs import PlantedBugs
from coach.engine.process.scratch import in_use
from coach.engine.trees.compose import composing
from tests.drill.shop_history import LABEL, REFUND, TESTS, shop

REFUNDED = "tests/test_invoice.py::test_refund"
LABELLED = "tests/test_invoice.py::test_label"


@pytest.fixture
def project(tmp_path, monkeypatch):
    history = shop(tmp_path / "shop")
    monkeypatch.chdir(history.root)
    monkeypatch.setenv("COACH_PYTHON", sys.executable)
    return history


def made(*words: str) -> DrillSet:
    assert main(["drill", "new", "set", "--minutes", "4", *words]) == 0
    return read_set("set")


def test_past_fixes_come_out_of_the_code_of_now_alone_and_together(project):
    before = _left_alone(project)
    found = made("--count", "3", "--source", "past", "--source", "two")
    by_source = {each.source: each for each in found.drills}
    assert sorted(each.source for each in found.drills) == ["past fix", "past fix", "two past fixes"]
    noticed = {each.noticed[0].test: each for each in found.drills if each.source == "past fix"}
    assert set(noticed) == {REFUNDED, LABELLED}
    fix = noticed[REFUNDED]
    (cause,) = fix.causes
    assert (cause.path, cause.function) == ("shop/money.py", "rounded")
    assert fix.difficulty.distance == 2  # rounded, called by refund, called by the test
    assert fix.difficulty.rank != 1
    assert fix.shown == REFUNDED
    both = by_source["two past fixes"]
    assert {each.path for each in both.causes} == {"shop/money.py", "shop/text.py"}
    assert {each.test for each in both.noticed} == {REFUNDED, LABELLED}
    assert both.difficulty.files == 2
    assert before == _left_alone(project)


def test_two_at_once_are_not_made_unless_they_are_asked_for(project):
    found = made("--count", "3", "--source", "past")
    assert [each.source for each in found.drills] == ["past fix", "past fix"]


def test_two_past_fixes_at_once_may_be_all_that_is_asked_for(project):
    found = made("--count", "2", "--source", "two")
    assert [each.source for each in found.drills] == ["two past fixes"]


def _left_alone(project):
    """Say when git last wrote its index, before git is asked, and what differs from the commit."""
    written = (project.root / ".git" / "index").stat().st_mtime_ns
    return written, project.git("--no-optional-locks", "status", "--porcelain")


def test_a_file_that_a_fix_changed_and_no_test_misses_is_no_cause(project):
    project.write(shop__version='version = "1.0"\n')
    project.commit("A version")
    project.write(
        shop__version='version = "1.1"\n', shop__text=_wider(project), tests__test_invoice=_more_tests()
    )
    project.commit("Fix what is wider")
    found = made("--count", "3", "--source", "past")
    causes = {each.noticed[0].test: [one.path for one in each.causes] for each in found.drills}
    assert causes["tests/test_invoice.py::test_wide_label"] == ["shop/text.py"]


def _wider(project):
    text = (project.root / "shop" / "text.py").read_text()
    return text.replace("    return filled\n", "    return filled.replace('\\t', ' ')\n", 1)


def _more_tests():
    return (
        TESTS + REFUND + LABEL + '\n\ndef test_wide_label():\n    assert invoice.label("a\\tb") == "a b "\n'
    )


def test_the_answer_of_a_drill_turns_its_wrong_tree_into_the_right_one(project, tmp_path):
    found = made("--count", "2", "--source", "planted")
    trees = trees_of(found)
    for each in found.drills:
        assert each.right == trees.record()
        assert 1 <= len(each.noticed) <= 10
        with trees.materialise(each.wrong) as copy:
            words = [sys.executable, "-m", "pytest", "-q", *(one.test for one in each.noticed)]
            told = subprocess.run(words, cwd=copy, capture_output=True, text=True, check=False)
            assert f"{len(each.noticed)} failed" in told.stdout
            patch = tmp_path / "fix.patch"
            patch.write_text(_answer(each.number)["fix"] + "\n")
            subprocess.run(["git", "apply", "-p0", str(patch)], cwd=copy, check=True)
            told = subprocess.run(words, cwd=copy, capture_output=True, text=True, check=False)
            assert f"{len(each.noticed)} passed" in told.stdout


def _answer(number):
    return json.loads(_said("drill", "show", f"set/{number}", "--answer", "--json"))["answer"]


def _said(*words):
    told = subprocess.run([sys.executable, "-m", "coach", *words], capture_output=True, text=True, check=True)
    return told.stdout


def test_the_same_seed_makes_the_same_drills_and_another_seed_others(project):
    first = made("--count", "1", "--source", "planted")
    assert main(["drill", "clean", "set"]) == 0
    again = made("--count", "1", "--source", "planted")
    assert [each.wrong for each in first.drills] == [each.wrong for each in again.drills]
    baseline = _baseline(project, first)
    with composing(trees_of(first)) as composer:
        orders = [[each.edit for each in PlantedBugs(composer, baseline, seed).found()] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(map(repr, orders[0])) == sorted(map(repr, orders[2]))


def _baseline(project, found):
    paths = ("shop/money.py", "shop/text.py", "shop/invoice.py")
    lines = {path: frozenset(range(1, 40)) for path in paths}
    return Baseline(found.drills[0].right, (), 1.0, Coverage({REFUNDED: lines}))


@pytest.mark.slow
def test_a_cluster_carries_the_runs_out_and_makes_the_same_drills(project):
    pytest.importorskip("distributed")
    here = made("--count", "2", "--source", "past")
    assert main(["drill", "clean", "set"]) == 0
    there = made("--count", "2", "--source", "past", "--on", "local:2")
    assert [each.wrong for each in there.drills] == [each.wrong for each in here.drills]
    assert [each.difficulty for each in there.drills] == [each.difficulty for each in here.drills]


@pytest.mark.slow
def test_what_was_made_is_kept_when_ctrl_c_ends_the_search(project):
    words = [sys.executable, "-m", "coach", "drill", "new", "set", "--source", "planted", "--count", "40"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as coach:
        next(line for line in coach.stderr if line.startswith("drill 1:"))
        coach.send_signal(signal.SIGINT)
        coach.stderr.read()
    assert coach.returncode == 130
    assert 1 <= len(read_set("set").drills) < 40
    state = trees_of(read_set("set"))
    assert not state.leftovers()


def test_what_is_shown_of_a_drill_tells_no_answer_before_it_is_asked_for(project, capsys):
    found = made("--count", "1", "--source", "past", "--write-test")
    (drill,) = found.drills
    assert drill.held == tuple(each.test for each in drill.noticed)
    capsys.readouterr()
    for words in (
        ["list"],
        ["show", "set"],
        ["show", "set/1"],
        ["show", "set/1", "--json"],
        ["show", "set", "--json"],
    ):
        assert main(["drill", *words]) == 0
        said = capsys.readouterr().out
        for secret in (drill.kind, drill.causes[0].path, drill.held[0], drill.wrong):
            assert secret not in said, words
    assert main(["drill", "show", "set/1", "--answer"]) == 0
    said = capsys.readouterr().out
    assert drill.causes[0].path in said
    assert "+++ " in said


def test_tests_that_are_red_without_a_bug_judge_nobody(project):
    flaky = "\n\ndef test_old():\n    assert False\n"
    project.write(tests__test_invoice=TESTS + REFUND + LABEL + flaky)
    found = made("--count", "1", "--source", "past")
    assert found.red == ("tests/test_invoice.py::test_old",)
    assert all(each.test != found.red[0] for drill in found.drills for each in drill.noticed)


def test_cleaning_removes_arenas_a_named_set_and_its_trees(project, capsys):
    found = made("--count", "1", "--source", "planted")
    trees = trees_of(found)
    assert trees.git.run("for-each-ref", "refs/drills/set/").decode().count("\n") == 2
    (arenas_folder() / "abc" / "shop").mkdir(parents=True)
    (arenas_folder() / "def").mkdir()
    with in_use(arenas_folder() / "def"):
        assert main(["drill", "clean"]) == 0
        assert [each.name for each in arenas_folder().iterdir()] == ["def"]
        assert "in 1 somebody plays" in capsys.readouterr().err
    assert main(["drill", "clean"]) == 0
    assert not list(arenas_folder().iterdir())
    assert read_set("set") == found
    assert main(["drill", "clean", "set"]) == 0
    assert trees.git.run("for-each-ref", "refs/drills/set/") == b""
    assert main(["drill", "show", "set"]) != 0
    capsys.readouterr()
    assert main(["drill", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_project_whose_tests_do_not_run_is_refused_with_what_to_do(project, capsys):
    project.write(tests__test_invoice="import nothing_like_this\n")
    assert main(["drill", "new", "set"]) != 0
    assert "--tests" in capsys.readouterr().err
    assert main(["drill", "new", "../set"]) != 0
    assert main(["drill", "new", "set", "--count", "0"]) != 0
