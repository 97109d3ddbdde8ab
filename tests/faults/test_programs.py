"""Programs around a session misbehave: interpreters that are exchanged, clipboards and editors that hang, fail or lie."""

import os
import sys
import time

import pytest

from coach.core.protocol import commands as cmd
from coach.engine.process import clipboard
from coach.engine.process.interpreter import said_by
from tests.engine.conftest import ground, processes_with  # noqa: F401 - a fixture

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the processes")


@pytest.fixture
def script(tmp_path):
    def write(text, name="program"):
        place = tmp_path / "programs" / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else f"#!/bin/sh\n{text}\n".encode())
        place.chmod(0o755)
        return place

    return write


def gone(mark):
    end = time.monotonic() + 20
    while [each for each in processes_with(mark) if each != os.getpid()]:
        assert time.monotonic() < end, "a program or a child of it goes on"


@pytest.mark.parametrize(
    "text",
    [
        "sleep 600 & sleep 600",
        "while :; do echo yes; done",
        "exit 3",
        "kill -9 $$",
        b"\x7fELF no program",
        b"",
    ],
    ids=["hangs with a child", "talks without end", "fails", "dies", "no program", "empty"],
)
def test_a_program_that_does_not_answer_is_ended_with_all_it_started(script, tmp_path, text):
    mark = f"asked-{tmp_path.name}-{os.getpid()}"
    env = {**os.environ, "COACH_TEST_MARK": mark}
    assert said_by([str(script(text))], tmp_path, env, 0.5) == ""
    gone(mark)


def test_a_clipboard_that_hangs_is_left_and_the_next_one_asked(script, monkeypatch, tmp_path):
    mark = f"clipboard-{tmp_path.name}-{os.getpid()}"
    script("sleep 600 & exec sleep 600", "xclip")
    folder = script(f"cat > {tmp_path}/taken", "xsel").parent
    for name, value in {"DISPLAY": ":9", "WAYLAND_DISPLAY": "", "PATH": f"{folder}:/usr/bin:/bin"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COACH_TEST_MARK", mark)
    assert clipboard.copy("é text \ud800") == "xsel"
    assert (tmp_path / "taken").read_text() == "é text \\ud800"
    gone(mark)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("exit 0", {"contradiction", "ended_early"}),
        ("echo '1 passed in 0.01s'; exit 0", {"contradiction", "ended_early"}),
        (b"\x7fELF no program", {"not_started"}),
    ],
    ids=["says nothing and 0", "says passed and 0", "no program"],
)
def test_an_interpreter_that_was_exchanged_since_the_last_run_is_no_pass(ground, script, text, kinds):  # noqa: F811
    laid = ground("passing")
    place = script(f'exec {sys.executable} "$@"', "python")
    assert laid.run(python=str(place)).counts.passed > 0
    script(text, "python")
    report = laid.run(python=str(place))
    assert report.counts.passed == 0
    assert report.ending.kind in kinds, report.ending


@pytest.mark.parametrize(
    "broken",
    ["raise ImportError('half an upgrade')\n", "import os\nos._exit(0)\n", "def main():\n    return 0\n"],
)
def test_a_pytest_that_is_being_upgraded_is_no_pass(ground, tmp_path, broken):  # noqa: F811
    laid = ground("passing")
    (tmp_path / "half/pytest").mkdir(parents=True)
    (tmp_path / "half/pytest/__init__.py").write_text(broken)
    (tmp_path / "half/pytest/__main__.py").write_text("import pytest\nraise SystemExit(pytest.main())\n")
    laid.env["PYTHONPATH"] = str(tmp_path / "half")
    report = laid.run()
    assert report.counts.passed == 0
    assert report.ending.kind != "completed", report.ending


ONE = {
    "shop.py": "VALUE = 1\n",
    "tests/test_it.py": "import shop\n\n\ndef test_it():\n    assert shop.VALUE == 2\n",
}


def test_a_project_that_is_moved_under_a_session_and_back(session):
    """Nothing is red or green meanwhile, nothing is made where it was, and the session goes on."""
    made = session(ONE, "tests/test_it.py")
    made.do(cmd.RunTarget(purpose="experiment"))
    made.idle()
    moved = made.root.with_name("moved")
    made.root.rename(moved)
    made.do(cmd.RunTarget(purpose="experiment"))
    assert made.idle().last_run.judged.outcome == "UNRESOLVED"
    assert not made.root.exists()
    moved.rename(made.root)
    made.do(cmd.RunTarget(purpose="experiment"))
    assert made.idle().last_run.judged.outcome == "FAIL"
    assert [run.judged.outcome for run in made.runs if not run.request.only_looks] == [
        "FAIL",
        "UNRESOLVED",
        "FAIL",
    ]


def test_a_test_that_takes_its_file_or_the_project_away(session):
    takes = "import pathlib, shutil\n\n\ndef test_it():\n    {}\n    assert 1 == 2\n"
    made = session({"tests/test_it.py": takes.format("pathlib.Path(__file__).unlink()")}, "tests/test_it.py")
    made.do(cmd.RunTarget(purpose="experiment"))
    assert made.idle().last_run.judged.outcome == "FAIL"
    made.do(cmd.RunTarget(purpose="experiment"))
    assert made.idle().last_run.judged.outcome == "UNRESOLVED"
    made.write("tests/test_it.py", takes.format(f"shutil.rmtree({str(made.root)!r})"))
    made.do(cmd.RunTarget(purpose="experiment"))
    assert made.idle().last_run.judged.outcome in {"FAIL", "UNRESOLVED"}
    assert not made.root.exists()
    made.do(cmd.WriteNote(text="still here"))
    assert made.idle().notes[-1].text == "still here"
