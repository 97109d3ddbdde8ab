"""``coach drill new`` and what shows its sets, on a small project with a real history: real runs, real git."""

import json
import signal
import subprocess
import sys
from functools import partial

import pytest

from coach.cli import main
from coach.core.drill.drill import DrillSet
from coach.core.localize.spectrum import Coverage
from coach.drills.kept import arenas_folder, keep_set, read_set
from coach.drills.kept_answers import trees_of
from coach.engine.drill.baseline import Baseline
from coach.engine.drill.kept_trees import keep_trees
from coach.engine.drill.planted_bugs import PlantedBugs
from coach.engine.process.scratch import in_use
from coach.engine.trees.compose import composing
from tests.drill.shop_history import LABEL, REFUND, TESTS, shop
from tests.drill.workplace import working_in

REFUNDED = "tests/test_invoice.py::test_refund"
LABELLED = "tests/test_invoice.py::test_label"
MORE_TESTS = (
    TESTS + REFUND + LABEL + '\n\ndef test_wide_label():\n    assert invoice.label("a\\tb") == "a b "\n'
)


SEED = "1"
"""Plants a bug after few tries."""


def made(name: str, *words: str) -> DrillSet:
    assert main(["drill", "new", name, "--minutes", "4", *words]) == 0
    return read_set(name)


@pytest.fixture(scope="module")
def of_shop(tmp_path_factory):
    """The shop with sets of its history: past fixes with two of them at once, and none but two at once."""
    history = shop(tmp_path_factory.mktemp("history") / "shop")
    with working_in(history.root):
        before = _left_alone(history)
        made("both", "--count", "3", "--source", "past", "--source", "two")
        after = _left_alone(history)
    return history, before, after


@pytest.fixture
def shops(of_shop):
    with working_in(of_shop[0].root):
        yield of_shop[0]


@pytest.fixture(scope="module")
def of_past(tmp_path_factory):
    """A shop with a third fix and a red test, and a set of all its past fixes, whose tests are to be written."""
    history = shop(tmp_path_factory.mktemp("past") / "shop")
    history.write(shop__version='version = "1.0"\n')
    history.commit("A version")
    wider = (history.root / "shop" / "text.py").read_text()
    wider = wider.replace("    return filled\n", "    return filled.replace('\\t', ' ')\n", 1)
    history.write(shop__version='version = "1.1"\n', shop__text=wider, tests__test_invoice=MORE_TESTS)
    history.commit("Fix what is wider")
    history.write(tests__test_invoice=MORE_TESTS + "\n\ndef test_old():\n    assert False\n")
    with working_in(history.root):
        made("past", "--count", "4", "--source", "past", "--write-test")
    return history.root


@pytest.fixture
def past(of_past):
    with working_in(of_past):
        yield read_set("past")


@pytest.fixture(scope="module")
def of_planted(tmp_path_factory):
    """The shop with a planted bug."""
    history = shop(tmp_path_factory.mktemp("planted") / "shop")
    with working_in(history.root):
        made("planted", "--count", "1", "--source", "planted", "--seed", SEED)
    return history.root


@pytest.fixture
def planted(of_planted):
    with working_in(of_planted):
        yield read_set("planted")


@pytest.fixture(scope="module")
def of_interrupted(of_planted):
    """The exit code of a search for many more of them, which Ctrl-C ended."""
    words = ["drill", "new", "stopped", "--source", "planted", "--count", "40", "--seed", SEED]
    with working_in(of_planted):
        command = [sys.executable, "-m", "coach", *words]
        # A suite in the background ignores it, and so would what it starts.
        heeds = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heeds) as coach:  # noqa: PLW1509
            next(line for line in coach.stderr if line.startswith("drill 1:"))
            coach.send_signal(signal.SIGINT)
            coach.stderr.read()
    return coach.returncode


def test_past_fixes_come_out_of_the_code_of_now_alone_and_together(of_shop, shops):
    found = read_set("both")
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
    _, before, after = of_shop
    assert before == after


def test_two_at_once_are_not_made_unless_they_are_asked_for(past):
    """Though there is room for one: four are wanted, and two past fixes are found."""
    assert [each.source for each in past.drills] == ["past fix"] * 2


def test_two_past_fixes_at_once_may_be_all_that_is_asked_for(shops):
    found = made("two", "--count", "2", "--source", "two")
    assert [each.source for each in found.drills] == ["two past fixes"]


def _left_alone(project):
    """Say when git last wrote its index, before git is asked, and what differs from the commit."""
    written = (project.root / ".git" / "index").stat().st_mtime_ns
    return written, project.git("--no-optional-locks", "status", "--porcelain")


def test_a_file_that_a_fix_changed_and_no_test_misses_is_no_cause(past):
    causes = {each.noticed[0].test: [one.path for one in each.causes] for each in past.drills}
    assert causes["tests/test_invoice.py::test_wide_label"] == ["shop/text.py"]


def test_the_answer_of_a_drill_turns_its_wrong_tree_into_the_right_one(planted, tmp_path, capsys):
    trees = trees_of(planted)
    assert len(planted.drills) == 1
    for each in planted.drills:
        assert each.right == trees.record()
        assert 1 <= len(each.noticed) <= 10
        with trees.materialise(each.wrong) as copy:
            words = [sys.executable, "-m", "pytest", "-q", *(one.test for one in each.noticed)]
            told = subprocess.run(words, cwd=copy, capture_output=True, text=True, check=False)
            assert f"{len(each.noticed)} failed" in told.stdout
            patch = tmp_path / "fix.patch"
            patch.write_text(_answer(each.number, capsys)["fix"] + "\n")
            subprocess.run(["git", "apply", "-p0", str(patch)], cwd=copy, check=True)
            told = subprocess.run(words, cwd=copy, capture_output=True, text=True, check=False)
            assert f"{len(each.noticed)} passed" in told.stdout


def _answer(number, capsys):
    capsys.readouterr()
    assert main(["drill", "show", f"planted/{number}", "--answer", "--json"]) == 0
    return json.loads(capsys.readouterr().out)["answer"]


def test_the_same_seed_makes_the_same_drills_and_another_seed_others(of_interrupted, planted):
    """Though another process makes them, of another number."""
    assert read_set("stopped").drills[0].wrong == planted.drills[0].wrong
    baseline = _baseline(planted)
    with composing(trees_of(planted)) as composer:
        orders = [[each.edit for each in PlantedBugs(composer, baseline, seed).found()] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(map(repr, orders[0])) == sorted(map(repr, orders[2]))


def _baseline(found):
    paths = ("shop/money.py", "shop/text.py", "shop/invoice.py")
    lines = {path: frozenset(range(1, 40)) for path in paths}
    return Baseline(found.drills[0].right, (), 1.0, Coverage({REFUNDED: lines}))


@pytest.mark.slow
def test_a_cluster_carries_the_runs_out_and_makes_the_same_drills(shops):
    pytest.importorskip("distributed")
    here = [each for each in read_set("both").drills if each.source == "past fix"]
    there = made("there", "--count", "2", "--source", "past", "--on", "local:1").drills
    assert [each.wrong for each in there] == [each.wrong for each in here]
    assert [each.difficulty for each in there] == [each.difficulty for each in here]


@pytest.mark.slow
def test_what_was_made_is_kept_when_ctrl_c_ends_the_search(of_interrupted, planted):
    assert of_interrupted == 130
    assert 1 <= len(read_set("stopped").drills) < 40
    assert not trees_of(planted).leftovers()


def test_what_is_shown_of_a_drill_tells_no_answer_before_it_is_asked_for(past, capsys):
    for drill in past.drills:
        name = f"past/{drill.number}"
        assert drill.held == tuple(each.test for each in drill.noticed)
        for words in (
            ["list"],
            ["show", "past"],
            ["show", name],
            ["show", name, "--json"],
            ["show", "past", "--json"],
        ):
            assert main(["drill", *words]) == 0
            said = capsys.readouterr().out
            for secret in (drill.kind, drill.causes[0].path, drill.held[0], drill.wrong):
                assert secret not in said, words
        assert main(["drill", "show", name, "--answer"]) == 0
        said = capsys.readouterr().out
        assert drill.causes[0].path in said
        assert "+++ " in said


def test_tests_that_are_red_without_a_bug_judge_nobody(past):
    assert past.red == ("tests/test_invoice.py::test_old",)
    assert all(each.test != past.red[0] for drill in past.drills for each in drill.noticed)


def test_cleaning_removes_arenas_a_named_set_and_its_trees(planted, capsys):
    trees = trees_of(planted)
    assert _kept(trees, "planted") == 2
    found = planted.model_copy(update={"name": "again"})
    keep_trees(trees, found)
    keep_set(found)
    assert _kept(trees, "again") == 2
    (arenas_folder() / "abc" / "shop").mkdir(parents=True)
    (arenas_folder() / "def").mkdir()
    with in_use(arenas_folder() / "def"):
        assert main(["drill", "clean"]) == 0
        assert [each.name for each in arenas_folder().iterdir()] == ["def"]
        assert "in 1 somebody plays" in capsys.readouterr().err
    assert main(["drill", "clean"]) == 0
    assert not list(arenas_folder().iterdir())
    assert read_set("again") == found
    assert main(["drill", "clean", "again"]) == 0
    assert (_kept(trees, "again"), _kept(trees, "planted")) == (0, 2)
    assert main(["drill", "show", "again"]) != 0
    capsys.readouterr()
    assert main(["drill", "list", "--json"]) == 0
    assert "again" not in [each["name"] for each in json.loads(capsys.readouterr().out)]


def _kept(trees, name):
    return trees.git.run("for-each-ref", f"refs/drills/{name}/").decode().count("\n")


def test_a_project_whose_tests_do_not_run_is_refused_with_what_to_do(tmp_path, capsys):
    history = shop(tmp_path / "shop")
    history.write(tests__test_invoice="import nothing_like_this\n")
    with working_in(history.root):
        assert main(["drill", "new", "set"]) != 0
        assert "--tests" in capsys.readouterr().err
        assert main(["drill", "new", "../set"]) != 0
        assert main(["drill", "new", "set", "--count", "0"]) != 0
