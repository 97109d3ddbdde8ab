"""The probe tells what pytest saw, on any python, and never changes what the run does."""

import json
import subprocess
import sys

import pytest

from coach.engine.process.probe_install import PROBE_FOLDER
from tests.engine.conftest import other_python

VERSIONS = ["", "3.8", "3.13"]


def failures_of(report):
    return {(each.test.rpartition("/")[2], each.phase): each for each in report.failures}


@pytest.fixture(params=VERSIONS, ids=lambda version: version or "own")
def run(request, ground, plainly_run):
    """Return a function that gives the report of a whole target, on one python after the other."""
    if not request.param:
        return lambda name: plainly_run(name)[1]
    python = other_python(request.param)
    return lambda name: ground(name).run(python=python)


def test_every_outcome_is_counted_once(run):
    """Passed, skipped, xfailed and xpassed tests are told apart on every python."""
    report = run("passing")
    assert report.ending.kind == "completed"
    assert report.counts.model_dump() == {
        "selected": 6,
        "passed": 3,
        "failed": 0,
        "errors": 0,
        "skipped": 1,
        "xfailed": 1,
        "xpassed": 1,
    }
    assert set(report.skipped) == {"tests/test_pass.py::test_skipped", "tests/test_pass.py::test_expected"}


def test_a_failure_comes_with_its_frames_locals_and_output(run):
    """Each phase's failure carries type, message, own frames with values, and captured output."""
    report = run("failing")
    failures = failures_of(report)
    assert set(failures) == {
        ("test_cart.py::test_total", "call"),
        ("test_cart.py::test_empty", "call"),
        ("test_cart.py::test_no_fixture", "setup"),
        ("test_cart.py::test_teardown", "teardown"),
    }
    total = failures["test_cart.py::test_total", "call"]
    assert total.exception == "AssertionError"
    assert total.message.startswith("assert 3 == 7")
    assert dict(total.own_frames[-1].locals) == {"prices": "[1, 2, 4]"}
    assert ("Captured stdout call", "prices are [1, 2, 4]\n") in [(s.name, s.text) for s in total.sections]
    empty = failures["test_cart.py::test_empty", "call"]
    assert [frame.path for frame in empty.frames] == ["tests/test_cart.py", "shop/cart.py"]
    assert empty.frames[-1].source == 'raise ValueError("an empty cart has no total")'
    assert failures["test_cart.py::test_no_fixture", "setup"].message == "fixture 'nowhere' not found"
    assert (report.counts.failed, report.counts.errors, report.counts.passed) == (2, 2, 1)


def test_values_that_fight_back_do_no_harm(run):
    """Endless, huge, slow and raising values are shortened; a long message keeps head and tail."""
    report = run("hostile_repr")
    assert report.ending.kind == "completed"
    failures = failures_of(report)
    values = dict(failures["test_hostile.py::test_locals", "call"].frames[-1].locals)
    assert values["endless"] == "[[[...]]]"
    assert values["raises"] == "<repr() of Raises raised ValueError>"
    assert values["exits"] == "<repr() of Exits raised SystemExit>"
    assert values["fourth"] == "<not shown: time>"
    assert all(len(value) <= 120 for value in values.values())
    assert failures["test_hostile.py::test_exception", "call"].message == "<str() raised RuntimeError>"
    assert len(failures["test_hostile.py::test_recursion", "call"].frames) == 60
    long = failures["test_hostile.py::test_long", "call"]
    assert "characters left out" in long.message
    assert len(long.message) < 9_000
    assert sum(len(section.text) for section in long.sections) < 9_000


def test_replaced_clock_and_system_calls_do_not_reach_the_probe(run):
    """A test that breaks time, os and json is reported as if it had not."""
    report = run("frozen_time")
    assert report.counts.passed == 1
    assert failures_of(report)["test_frozen.py::test_after", "call"].message.startswith("assert 1 == 2")
    assert report.failures[0].duration > 0


def test_a_forked_child_that_unwinds_is_not_heard(run):
    """Reports of another process are not counted, although it goes on with the session."""
    report = run("fork_unwinds")
    assert report.ending.kind == "completed"
    assert report.counts.passed == 2


def test_closed_descriptors_do_not_silence_the_probe(run):
    """After os.closerange the file is opened again by its path."""
    report = run("closes_fds")
    assert report.counts.passed == 2


def test_collection_errors_name_the_cause(run):
    """The exception below pytest's own wrapping is what is told."""
    report = run("collection_error")
    assert report.ending.kind == "collection_error"
    assert [each.exception for each in report.failures] == ["ModuleNotFoundError", "SyntaxError"]
    assert all(each.phase == "collect" and each.own_frames for each in report.failures)


def test_workers_of_xdist_are_silent(ground):
    """With two workers every test is reported once, by the controller."""
    pytest.importorskip("xdist")
    laid = ground("failing")
    laid.env["PYTEST_ADDOPTS"] = "-p xdist -n 2"
    report = laid.run()
    assert report.counts.reported == report.counts.selected == 5
    total = failures_of(report)["test_cart.py::test_total", "call"]
    assert (total.exception, total.own_frames[-1].path) == ("AssertionError", "tests/test_cart.py")


def test_a_defect_of_the_probe_does_not_touch_the_run(ground, tmp_path):
    """A hook that raises inside becomes a note; pytest's verdict stays."""
    laid = ground("failing")
    broken = tmp_path / "plugins"
    broken.mkdir()
    (broken / "breaker.py").write_text(
        "import coach_probe\n"
        "def boom(*_):\n    raise ZeroDivisionError('planted')\n"
        "coach_probe.state.reader.failure = boom\n"
    )
    laid.env |= {"PYTHONPATH": str(broken), "PYTEST_ADDOPTS": "-p breaker"}
    report = laid.run("tests/test_cart.py::test_total")
    assert report.ending.exit_code == 1
    assert report.counts.failed == 1
    assert any("ZeroDivisionError: planted" in note for note in report.probe_notes)
    assert report.failures[0].message.startswith("assert 3 == 7")


def test_an_event_too_long_for_a_line_is_shortened_and_says_so(tmp_path):
    """No line is longer than 64 kB, whatever a failure holds."""
    (tmp_path / "channel").touch()
    script = f"""
import json, os, sys
sys.path.insert(0, {str(PROBE_FOLDER)!r})
import coach_probe
state = coach_probe.state
frame = {{"file": "x", "line": 1, "function": "f", "source": "", "locals": [["name", "\\u20ac" * 120]] * 20}}
failure = {{"phase": "call", "exception": "E", "message": "m" * 9000, "frames": [dict(frame) for _ in range(60)]}}
failure["sections"] = [["out", "\\U0001f600" * 8000]] * 6
failure["difference"] = [["path%d" % index, "g" * 120, "w" * 120, True] for index in range(5)]
cause = {{"kind": "cause", "exception": "C", "message": "m" * 2000, "frames": [dict(frame) for _ in range(25)]}}
failure["causes"] = [dict(cause, exception="C%d" % index) for index in range(8)]
fields = {{"test": "t", "outcome": "failed", "duration": 0.1, "failures": [failure]}}
state.channel.send("test_end", fields)
state.channel.send_short("test_start", "n" * 100_000)
"""
    settings = {"channel": str(tmp_path / "channel"), "nonce": "n", "root": str(tmp_path), "stacks": ""}
    (tmp_path / "probe.json").write_text(json.dumps(settings))
    subprocess.run(
        [sys.executable, "-B", "-c", script], env={"COACH_PROBE": str(tmp_path / "probe.json")}, check=True
    )
    lines = (tmp_path / "channel").read_bytes().splitlines()
    assert len(lines) == 2
    assert all(len(line) < 65_536 and json.loads(line)["truncated"] for line in lines)
    (told,) = json.loads(lines[0])["failures"]
    assert [each[0] for each in told["difference"]] == [f"path{index}" for index in range(5)]
    assert told["causes"][-1]["exception"] == "C7"


def test_the_last_test_has_ended_even_when_a_plugin_ends_the_process(ground, tmp_path):
    """Lines of passing tests go out two at a time; none may be held back into the end of the session."""
    laid = ground("passing")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/ender.py").write_text("import os\ndef pytest_sessionfinish():\n    os._exit(0)\n")
    laid.env |= {"PYTHONPATH": str(tmp_path / "plugins"), "PYTEST_ADDOPTS": "-p ender"}
    report = laid.run()
    assert report.ending.kind == "ended_early"
    assert report.counts.reported == report.counts.selected > 1
    assert report.ending.sentence.startswith("ended after ")
