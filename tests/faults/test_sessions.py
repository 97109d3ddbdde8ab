"""Faults that only a whole session can meet: flakes, failures that change, saves at bad moments, runs that write files."""

import sys

import pytest

from coach.core.experiments.hypothesis import Prediction
from coach.core.protocol import commands as cmd

TEST = "tests/test_it.py::test_it"
ONE = {
    "shop.py": "VALUE = 1\n",
    "tests/test_it.py": "import shop\n\ndef test_it():\n    assert shop.VALUE == 2\n",
    "tests/test_other.py": "def test_other():\n    pass\n",
}
SLOW = {
    **ONE,
    "tests/test_it.py": "import shop, time\n\ndef test_it():\n    time.sleep(shop.NAP)\n    assert shop.VALUE == 2\n",
    "shop.py": "VALUE = 1\nNAP = 0\n",
}
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")


def test_a_flaky_test_is_measured_and_never_called_stable(session):
    """Row 17: it fails for some hash seeds; the rate comes with its interval."""
    flaky = {"tests/test_it.py": "def test_it():\n    assert hash('coach') % 2\n"}
    made = session(flaky, TEST)
    made.do(cmd.Reproduce())
    found = made.idle().reproduction
    assert 0 < found.failures < found.runs
    assert not found.is_stable
    assert 0 < found.low < found.failures / found.runs < found.high < 1


def test_another_failure_is_unresolved_and_has_its_own_signature(session):
    """Row 18: the symptom changed; that is no repeat of the failure, and no pass."""
    made = session(ONE, TEST)
    made.do(cmd.RunTarget(purpose="experiment"))
    expected = made.idle().expected
    made.write("shop.py", "VALU = 1\n")
    made.do(cmd.RunTarget(purpose="experiment"))
    run = [each for each in made.idle().runs if each.request.purpose == "experiment"][-1]
    assert (run.judged.outcome, run.failing[0].exception) == ("UNRESOLVED", "AttributeError")
    assert run.judged.reason.startswith("another failure: AttributeError")
    assert not set(run.strict) & set(expected)


def test_a_run_that_writes_files_does_not_run_itself_again(session):
    """Row 39: caches, snapshots and databases beside the tests are no saves."""
    writes = {
        **ONE,
        "tests/test_it.py": "import pathlib, shop\n\ndef test_it():\n"
        "    for name in ('out.db', '.coverage', 'snap.snapshot', 'build/x.py', '__pycache__/y.py'):\n"
        "        path = pathlib.Path(__file__).parent / name\n"
        "        path.parent.mkdir(exist_ok=True)\n"
        "        path.write_text(str(shop.VALUE))\n"
        "    assert shop.VALUE == 2\n",
    }
    made = session(writes, TEST)
    made.watch()
    made.write("shop.py", "VALUE = 3\n")
    made.until_over(1, "the run after the save")
    made.write("shop.py", "VALUE = 4\n")
    made.until_over(2, "the run after the next save")
    made.idle()
    assert [run.request.purpose for run in made.runs] == ["feedback", "feedback"]
    assert [edit.paths for edit in made.state.edits] == [("shop.py",), ("shop.py",)]
    assert [run.report.changed_during for run in made.runs] == [(), ()]


def test_a_save_during_a_run_leads_to_one_more(session):
    """Row 40: the run under way is superseded; the verdict that stands is about the newest files."""
    made = session(SLOW, TEST)
    made.watch()
    made.write("shop.py", "VALUE = 1\nNAP = 600\n")
    made.until(lambda state: state.under_way and made.port.live.snapshot(0).current_test, "the slow run")
    made.write("shop.py", "VALUE = 2\nNAP = 0\n")
    made.until_over(2, "the newer run")
    made.until(lambda _: made.runs[1].judged, "its judgement")
    first, second = made.runs[:2]
    assert first.report.ending.kind == "superseded"
    assert (second.judged.outcome, second.is_stale) == ("PASS", False)


def test_a_storm_of_saves_ends_in_the_newest(session):
    """Row 40: thirty saves, in place, renamed and with vim's dance; nothing wrong, nothing lost."""
    made = session(ONE, TEST)
    made.watch()
    for number in range(30):
        text = f"VALUE = {number % 10}\n"
        path, new = made.root / "shop.py", made.root / "shop.py.new"
        if number % 3 == 0:
            path.write_text(text)
        elif number % 3 == 1:
            new.write_text(text)
            new.replace(path)
        else:
            path.rename(made.root / "shop.py~")
            path.write_text(text)
            (made.root / "shop.py~").unlink()
    made.write("shop.py", "VALUE = 2\n")
    made.until(
        lambda state: (
            any(r.judged and r.judged.outcome == "PASS" for r in state.runs) and not state.under_way
        ),
        "green",
    )
    last = [run for run in made.idle().runs if run.request.covers == "target"][-1]
    assert (last.judged.outcome, last.is_stale) == ("PASS", False)


def test_a_branch_switch_during_a_run_makes_it_stale(session):
    """Row 40: with nobody watching, the run ends; its verdict is marked and is no evidence."""
    made = session(SLOW, TEST)
    made.git("checkout", "-qb", "other")
    made.write("shop.py", "VALUE = 2\nNAP = 0\n")
    made.git("commit", "-qam", "other")
    made.git("checkout", "-q", "-")
    made.write("shop.py", "VALUE = 1\nNAP = 1.0\n")
    made.git("commit", "-qam", "slow")
    made.do(cmd.RunTarget(purpose="experiment"))
    made.until(lambda _: made.port.live.snapshot(0).current_test, "the slow run")
    made.git("checkout", "-q", "other")
    run = made.runs_when_idle()[0]
    assert run.is_stale
    assert run.report.changed_during == ("shop.py",)
    assert not run.is_evidence


def test_a_change_in_the_moment_a_run_begins_is_found(session):
    """The tree is recorded while the run begins; a file that changed meanwhile makes it stale, unless it was before."""
    made = session(SLOW, TEST)
    made.do(cmd.RunTarget(purpose="experiment"))
    made.idle()
    made.write("shop.py", "VALUE = 5\nNAP = 1\n")
    made.tick("shop.py")
    made.do(cmd.RunTarget(purpose="experiment"))
    before = made.runs_when_idle()[-1]
    assert not before.is_stale
    recorder = made.port._engine._here._checkout
    plain = recorder.trees.record

    class Late:
        def record(self):
            made.write("shop.py", "VALUE = 6\nNAP = 1\n")
            recorder.trees = recorder_trees
            return plain()

        def changed_between(self, before, after):
            return recorder_trees.changed_between(before, after)

    recorder_trees, recorder.trees = recorder.trees, Late()
    made.do(cmd.RunTarget(purpose="experiment"))
    assert made.runs_when_idle()[-1].report.changed_during == ("shop.py",)


@on_linux
def test_a_warm_green_is_confirmed_cold_and_everything_follows(session):
    """The whole policy for real: warm, cold check, related tests, all; each says what it was."""
    made = session(ONE, TEST, warm=True)
    made.warm_up()
    made.do(cmd.ProposeHypothesis(claim="the value", prediction=Prediction(text="green", expects="pass")))
    before = made.state.last_number
    made.write("shop.py", "VALUE = 2\n")
    made.until(
        lambda state: any(r.request.covers == "all" and r.judged for r in state.runs) and not state.under_way,
        "all",
    )
    new = [run for run in made.idle().runs if run.number > before and not run.request.only_looks]
    said = [(run.request.purpose, run.request.covers, run.is_warm, run.judged.outcome) for run in new]
    assert said == [
        ("feedback", "target", True, "PASS"),
        ("confirm", "target", False, "PASS"),
        ("feedback", "related", True, "PASS"),
        ("feedback", "all", True, "PASS"),
    ]
    assert made.state.hypotheses[0].runs == (new[1].number,)
    assert new[2].request.target.words == ("tests/test_it.py",)


def test_after_a_trace_the_tests_that_ran_the_changed_lines_are_the_related_ones(session):
    """Both test files import the shop; only one test runs the line that is saved."""
    made = session(
        {
            "shop.py": "def total():\n    return 1\n\n\ndef name():\n    return 'shop'\n",
            "tests/test_it.py": "import shop\n\ndef test_it():\n    assert shop.total() == 2\n",
            "tests/test_shop.py": "import shop\n\ndef test_name():\n    assert shop.name()\n\n"
            "def test_total():\n    assert shop.total()\n",
        },
        TEST,
    )
    made.do(cmd.RunTarget())
    made.idle()
    made.do(cmd.Suspects(scope="suite"))
    made.idle()
    made.watch()
    made.write("shop.py", "def total():\n    return 2\n\n\ndef name():\n    return 'shop'\n")
    made.until(
        lambda state: any(run.request.covers == "all" and run.judged for run in state.runs),
        "all",
    )
    related = next(run for run in made.idle().runs if run.request.covers == "related")
    assert set(related.request.target.words) == {TEST, "tests/test_shop.py::test_total"}


@on_linux
def test_what_warm_hides_the_cold_check_shows(session):
    """A value that an interpreter takes from its hash seed once: warm is always green, the cold runs are not."""
    flaky = {
        **ONE,
        "tests/test_it.py": "import os, shop, sys\n\ndef test_it():\n"
        "    warm = 'coach_child' in sys.modules\n    assert shop.VALUE == 1 or warm\n",
    }
    made = session(flaky, TEST, warm=True)
    made.warm_up()
    made.write("shop.py", "VALUE = 3\n")
    made.until(
        lambda state: any(r.request.purpose == "confirm" and r.judged for r in state.runs), "the cold check"
    )
    warm, cold = [run for run in made.idle().runs if run.request.purpose in {"feedback", "confirm"}][1:3]
    assert (warm.is_warm, warm.judged.outcome) == (True, "PASS")
    assert (cold.is_warm, cold.judged.outcome) == (False, "FAIL")
    assert not any(run.request.covers in {"related", "all"} for run in made.runs)


def test_a_captured_flood_ends_as_a_failing_test(session, monkeypatch):
    """Row 1: without -s pytest keeps the output in a file; it is measured, and the run ended before the disk is full."""
    from coach.engine.process import supervise

    monkeypatch.setattr(supervise, "CAPTURED_BYTES", 20_000_000)
    flood = {
        "tests/test_it.py": "import os\n\ndef test_it():\n    while True:\n        os.write(1, b'x' * 65536)\n"
    }
    made = session(flood, TEST)
    made.do(cmd.RunTarget(purpose="experiment"))
    run = made.runs_when_idle()[0]
    assert run.judged.outcome != "PASS"
    assert run.report.ending.kind == "output_limit"


@pytest.mark.parametrize(
    "options", ["-x", "-q --tb=no --no-header", "-p no:terminal", "--ff --nf", "-p no:cacheprovider"]
)
def test_odd_options_of_the_project_change_no_verdict(session, options):
    """Row 12: whatever addopts holds, each test is reported once."""
    made = session({**ONE, "pytest.ini": f"[pytest]\naddopts = {options}\n"}, "tests")
    made.do(cmd.RunTarget(purpose="experiment"))
    run = made.runs_when_idle()[0]
    assert run.judged.outcome == "FAIL"
    assert (run.report.counts.failed, run.report.counts.passed) == (
        1,
        0 if options == "-x" else 1,
    )


def test_an_environment_deleted_in_mid_session_ends_the_run_not_the_session(session, tmp_path):
    """Row 14: the python that was chosen is gone; the run says so, the next one with it back is as before."""
    link = tmp_path / "bin" / "python"
    link.parent.mkdir()
    link.symlink_to(sys.executable)
    made = session(ONE, TEST)
    around = made.port._engine._around
    object.__setattr__(around, "interpreter", around.interpreter.model_copy(update={"path": str(link)}))
    link.unlink()
    made.do(cmd.RunTarget(purpose="experiment"))
    run = made.runs_when_idle()[0]
    assert (run.judged.outcome, run.report.ending.kind) == ("UNRESOLVED", "not_started")
    link.symlink_to(sys.executable)
    made.do(cmd.RunTarget(purpose="experiment"))
    assert made.runs_when_idle()[1].report.ending.kind in {"completed", "no_pytest"}


def test_a_test_that_failed_on_head_and_one_that_passed_there_are_told_apart_in_a_copy(session):
    """Both expect something else after an edit of code: one run in a copy of the commit says which of them was red before."""
    files = {
        "shop.py": "OLD, NEW = 1, 3\n",
        "tests/test_it.py": "import shop\n\ndef test_old():\n    assert shop.OLD == 2\n\n"
        "def test_new():\n    assert shop.NEW == 3\n",
    }
    made = session(files, "tests/test_it.py")
    made.watch()
    made.write("shop.py", "OLD, NEW = 1, 4\n")
    made.until(lambda state: state.history.now and state.history.now.is_red, "the red run after the save")
    made.write("tests/test_it.py", files["tests/test_it.py"].replace("== 3", "== 4").replace("== 2", "== 1"))
    made.until(lambda state: state.history.dated, "what the commit showed")
    old, new = ("tests/test_it.py::test_old", "tests/test_it.py::test_new")
    assert {test: age.outcome for test, age in made.state.history.dated.items()} == {
        old: "failed",
        new: "passed",
    }
    made.until(lambda state: state.standing_loop, "the banner")
    note, banner = [each for each in made.state.notices if each.loop.pattern == "tamper"]
    assert (note.loop.level, set(note.loop.doubt)) == ("note", {old, new})
    assert "failed on HEAD too" in note.answer
    assert (banner.loop.level, banner.loop.place, banner.loop.doubt) == ("banner", old, ())
    assert "It failed on HEAD too: the expectation changed after a red that is old." in banner.loop.sentence
    on_head = {each.number: each for each in made.state.runs if each.request.purpose == "at-head"}
    # A save that the watcher reports in two parts supersedes the run; it is made again, and the last one answers.
    asked = on_head.pop(max(on_head))
    assert {each.report.ending.kind for each in on_head.values() if each.report} <= {"superseded"}
    assert (asked.request.tree, asked.request.by_itself) == (made.state.opened.checkout.commit, True)
    assert "== 4" in (made.root / "tests/test_it.py").read_text()
