"""A run request becomes a report: the right words, the right code, the right sentence."""

import shutil
import sys

import pytest

from coach.engine.process.supervise import Limits
from coach.errors import TargetError


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("no_tests", "no_tests", "no tests were found in the whole suite; check the path"),
        (
            "collection_error",
            "collection_error",
            "2 files could not be collected; first test_broken.py: Module",
        ),
        ("sys_exit_conftest", "ended_early", "ended before any test began without a report (exit code 7)"),
        ("bad_conftest", "usage_error", "ImportError while loading conftest '"),
        ("contradicts", "completed", "1 test failed, though something made the exit code 0"),
    ],
)
def test_each_trouble_has_its_own_sentence(plainly_run, name, kind, sentence):
    """Nothing of this is an empty green."""
    _, report = plainly_run(name)
    assert report.ending.kind == kind
    assert report.ending.sentence.startswith(sentence)


def test_a_test_that_is_not_there_is_named(ground):
    """Without the machine's own folders, which push the name out of a narrow screen."""
    laid = ground("passing")
    report = laid.run("tests/test_pass.py::nope")
    assert report.ending.kind == "usage_error"
    assert report.ending.sentence == "not found: nope in tests/test_pass.py"


def test_pytest_s_own_word_is_quoted_whatever_others_print(ground):
    """A line that a conftest prints looks like an error of the command line, and the last one like a summary."""
    laid = ground("passing")
    (laid.root / "conftest.py").write_text("print('gcc: error: no input files')\n")
    laid.settle()
    laid.env["PYTEST_ADDOPTS"] = "--nothing-of-that-name"
    ending = laid.run().ending
    assert (ending.kind, ending.sentence) == ("usage_error", "unrecognized arguments: --nothing-of-that-name")


def test_everything_deselected_is_no_pass(ground):
    """An -m in the environment that selects nothing is said."""
    laid = ground("passing")
    laid.env["PYTEST_ADDOPTS"] = "-k nothing_like_it"
    assert laid.run().ending.sentence.startswith("all 6 tests of the whole suite were deselected")


def test_one_node_id_runs_one_test(ground):
    """Parameters and brackets are data."""
    report = ground("passing").run("tests/test_pass.py::test_many[2]")
    assert (report.counts.selected, report.counts.passed) == (1, 1)


@pytest.mark.parametrize("word", ["-p", "--rootdir=/", "-x", "bad\0word"])
def test_an_option_is_not_a_target(ground, word):
    """A word that pytest would read as an option never reaches it."""
    with pytest.raises(TargetError):
        ground("passing").run(word)


@pytest.mark.parametrize("word", ["$(touch x)", "; touch x", "@tests", "a\nb"])
def test_no_shell_and_no_file_reads_a_word(ground, word):
    """Odd words are names that do not exist; the fixture sees that no file came."""
    assert ground("passing").run(word).ending.kind == "usage_error"


def test_a_fresh_hash_seed_reaches_the_run(ground):
    """A flake of the hash order is the same for the same seed, and differs between seeds."""
    laid = ground("flaky")
    first, other = laid.run(hash_seed=1).counts, 2
    while laid.run(hash_seed=other).counts == first and other < 8:
        other += 1
    assert other < 8
    assert laid.run(hash_seed=1).counts == first


def test_own_frames_carry_their_function(plainly_run):
    """What the code was when the run ended is part of the evidence."""
    _, report = plainly_run("failing")
    (failure,) = (each for each in report.failures if each.test == "tests/test_cart.py::test_empty")
    inner = failure.own_frames[-1]
    assert inner.code.startswith("def checked_total(prices):")
    assert inner.code_start == 11


def test_output_is_kept_and_its_tail_shown(plainly_run):
    """The artefact holds what pytest printed."""
    laid, report = plainly_run("failing")
    assert "short test summary" in laid.kept[0]
    assert report.output.artefact
    assert report.output.bytes == len(laid.kept[0].encode())
    assert "2 failed, 2 passed, 2 errors" in report.output.tail


def test_a_run_in_a_copy_loads_the_copy(ground, tmp_path):
    """The source roots of the copy come first, also before an installed package of the checkout."""
    laid = ground("src_layout")
    copy = tmp_path / "copy"
    shutil.copytree(laid.root, copy)
    (copy / "src/parcel/weight.py").write_text("def weight():\n    return 2\n")
    laid.env["PYTHONPATH"] = str(laid.root / "src")
    report = laid.run(copy=copy)
    assert report.counts.failed == 1
    assert report.foreign_modules == ()


def test_a_run_in_a_copy_that_loads_the_checkout_says_so(ground, tmp_path):
    """A conftest that puts the checkout first makes the answer about the wrong code."""
    laid = ground("src_layout")
    copy = tmp_path / "copy"
    shutil.copytree(laid.root, copy)
    (copy / "conftest.py").write_text(f"import sys\nsys.path.insert(0, {str(laid.root / 'src')!r})\n")
    report = laid.run(copy=copy)
    assert str(laid.root / "src/parcel/weight.py") in report.foreign_modules


def test_a_command_is_red_by_its_exit_code(ground):
    """The failure is its last words."""
    code = "print('first'); print(); print('it broke'); raise SystemExit(3)"
    report = ground("passing").run(sys.executable, "-c", code, kind="command")
    (failure,) = report.failures
    assert (failure.phase, failure.exception, failure.message) == ("command", "exit 3", "first\nit broke")
    assert (report.ending.kind, report.ending.exit_code) == ("completed", 3)


def test_a_command_that_succeeds_or_hangs(ground):
    """Green by exit code 0; a limit is never red."""
    laid = ground("passing")
    assert laid.run(sys.executable, "-c", "pass", kind="command").failures == ()
    hung = laid.run(
        sys.executable, "-c", "import time; time.sleep(600)", kind="command", limits=Limits(wall=0.5)
    )
    assert (hung.ending.kind, hung.failures) == ("timeout", ())


def test_a_python_that_is_gone(ground):
    """An environment deleted in mid-session ends the run, not the session."""
    report = ground("passing").run(python="/nowhere/bin/python")
    assert report.ending.kind == "not_started"
    assert report.ending.sentence == "could not start /nowhere/bin/python: No such file or directory"


def test_pytest_is_missing(ground, tmp_path):
    """Its own ending, told from a failing run."""
    fake = tmp_path / "python"
    fake.write_text('#!/bin/sh\necho "$0: No module named pytest" >&2\nexit 1\n')
    fake.chmod(0o755)
    assert ground("passing").run(python=str(fake)).ending.kind == "no_pytest"


def test_a_python_that_ignores_the_path_is_explained(ground, tmp_path):
    """With -I the probe cannot be loaded, and that is said."""
    fake = tmp_path / "python"
    fake.write_text(f'#!/bin/sh\nexec {sys.executable} -I "$@"\n')
    fake.chmod(0o755)
    report = ground("passing").run(python=str(fake))
    assert report.ending.kind == "usage_error"
    assert "coach's probe could not be loaded" in report.ending.sentence
