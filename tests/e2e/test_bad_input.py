"""Wrong words at the door: one clear sentence, the documented exit code, nothing lost and nothing touched."""

import hashlib
import json
import os
import sys

import pytest

from tests.e2e.terminal import coach as on_screen
from tests.fork_server import run_coach


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    (folder / "test_a.py").write_text("def test_ok():\n    pass\n\ndef test_bad():\n    assert 1 == 2\n")
    (folder / "test_broken.py").write_text("import nowhere_to_be_found\n")
    (folder / "test_none.py").write_text("x = 1\n")
    (folder / "test_names.py").write_text("class TestCart: ...\ndef test_cart(): ...\n")
    (folder / "shop.py").write_text("def total_price(): ...\n")
    return folder


def coach(*words, cwd, **env):
    return run_coach(*words, cwd=cwd, env={**os.environ, **env})


def run(*words, cwd, **env):
    return coach("run", "--python", sys.executable, *words, cwd=cwd, **env)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nope.py",), 4, "no such test file: nope.py"),
        (("test_a.py::nope",), 4, "not found: nope in test_a.py"),
        (("test_a.py::test_bat",), 4, "did you mean test_bad?"),
        (("test_none.py",), 4, "no tests were found in test_none.py"),
        (("test_broken.py",), 1, "nowhere_to_be_found"),
        (("test_a.py::test_bad",), 1, "assert 1 == 2"),
        (("test_a.py::test_ok",), 0, "1 passed"),
        (("/etc/hostname",), 4, "outside the project"),
        (("--", "nonexistent-command"), 4, "could not start nonexistent-command"),
        (("--", "sh", "-c", "exit 3"), 1, "exit 3"),
        (("--",), 4, "no command after --"),
        (("test_it.py", "--", "-s"), 4, "both a test and a command"),
        (("--timeout", "soon", "test_a.py"), 2, "--timeout"),
    ],
)
def test_a_run_says_in_one_sentence_what_is_wrong(project, words, code, said):
    before = contents(project)
    done = run(*words, cwd=project)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert contents(project) == before
    if code == 4:  # what was mistyped does not stay behind as the open session
        assert coach("status", cwd=project).returncode == 5


def test_on_the_screen_too_and_what_was_meant_is_said(project, state_home):
    screen = on_screen(
        "debug", "--python", sys.executable, "test_a.py::test_bat", cwd=project, state=state_home, columns=80
    )
    screen.wait_for("Did you mean", "test_a.py::test_bad")
    screen.press("\x1b")
    screen.wait_gone("Did you mean")
    screen.wait_for("not found: test_bat in test_a.py; did you mean test_bad?")
    screen.press("q")
    assert screen.wait_end() == 0
    assert (
        coach("sessions", "--open", "--json", cwd=project, COACH_STATE_DIR=str(state_home)).stdout.strip()
        == ""
    )


def test_at_a_terminal_the_result_of_a_run_is_said_once(project, state_home):
    screen = on_screen(
        "run", "--python", sys.executable, "test_a.py::test_bad", cwd=project, state=state_home
    )
    screen.wait_end()
    assert screen.bytes.decode().count("#1 ") == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("run", "--python", "/nowhere/python", "test_a.py"), 4, "no python at /nowhere/python"),
        (("status",), 5, "no open session"),
        (("export", "zzz"), 5, "no session 'zzz'"),
        (("export", "../../etc"), 5, "no session"),
        (("export", "--budget", "10"), 5, "no session"),
        (("debug", "test_a.py"), 2, "needs a terminal"),
        (("debug",), 2, "needs a terminal"),
        (("debug", "--", "make", "check"), 2, "needs a terminal"),
        (("debug", "test_b.py::test_bad"), 4, "no such test file: test_b.py"),
        (("debug", "test_aa.py::test_bad"), 4, "did you mean test_a.py::test_bad?"),
        (("debug", "test_a.py::test_bat"), 4, "did you mean test_a.py::test_bad?"),
        (("debug", "test_a.py::test_of_a_base_class"), 2, "needs a terminal"),
        (("debug", "test_names.py::TestCart"), 2, "needs a terminal"),
        (("debug", "shop.py::shop.total_price"), 2, "needs a terminal"),
        (("debug", "--from-junit", "nope.xml"), 4, "nope.xml"),
        (("debug", "--resume", "zzz"), 5, "no session 'zzz'"),
        (("review", "zzz"), 5, "no session 'zzz'"),
        (("review",), 2, "needs a terminal"),
        (("workflows", "check", "nope.toml"), 2, "nope.toml is not a workflow"),
        (("frobnicate",), 2, "invalid choice"),
        (("run", "--workflow", "nope", "test_a.py"), 2, "no workflow 'nope'"),
    ],
)
def test_other_commands_too(project, words, code, said):
    done = coach(*words, cwd=project)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_without_git(tmp_path):
    done = run(cwd=tmp_path)
    assert done.returncode == 4
    assert "no tests were found" in done.stderr


def test_escapes_in_test_output_never_reach_the_terminal(project):
    (project / "test_hostile.py").write_text(
        "def test_it():\n    assert False, '\\x1b]52;c;aGk=\\x07 [/bold] [link=https://x]y \\x1b[2J'\n"
    )
    done = run("test_hostile.py", cwd=project)
    shown = done.stdout + done.stderr
    assert "\x1b" not in shown
    assert "[/bold] [link=https://x]y" in shown


def test_a_state_directory_that_cannot_be_used_is_named(project, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = run("test_a.py", cwd=project, COACH_STATE_DIR=str(blocked))
    assert done.returncode == 1, "the verdict, not the trouble of keeping it"
    assert f"not saved: {blocked}" in done.stderr
    looked = coach("status", cwd=project, COACH_STATE_DIR=str(blocked))
    assert looked.returncode == 7
    assert str(blocked) in looked.stderr


def test_json_is_all_there_is_on_stdout(project):
    done = run("--json", "test_a.py::test_bad", cwd=project)
    found = json.loads(done.stdout)
    assert found["outcome"] == "FAIL"
    assert found["failures"][0]["exception"] == "AssertionError"
    status = json.loads(coach("status", "--json", cwd=project).stdout)
    assert status["last_run"]["number"] == 1
