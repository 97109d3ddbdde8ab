"""Doctor, completion, own keys and themes, through the real program."""

import json
import os
import subprocess
import sys

import pytest

from coach.engine.process.scratch import scratch_folder
from tests.e2e.terminal import coach
from tests.fork_server import run_coach


def said(*words, cwd, **environment):
    done = run_coach(*words, cwd=cwd, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def examined(*, cwd, **environment):
    code, out, _ = said("doctor", "--json", cwd=cwd, **environment)
    return code, {each["name"]: each for each in json.loads(out)}


def test_a_healthy_place(tmp_path, state_home):
    (tmp_path / "pyproject.toml").write_text("")
    code, seen = examined(cwd=tmp_path, COACH_STATE_DIR=str(state_home), COACH_PYTHON=sys.executable)
    assert code == 0
    assert all(each["health"] != "bad" for each in seen.values())
    assert all(each["do"] for each in seen.values() if each["health"] == "poor")
    assert "pytest" in seen["python"]["found"]
    assert not list(state_home.glob(".doctor*"))


def test_each_trouble_says_what_to_do(tmp_path):
    """Settings that cannot be, a state directory that is a file, an editor that is not there, no terminal, no display."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/xclip").write_text("#!/bin/sh\n")
    (tmp_path / "bin/xclip").chmod(0o755)
    (tmp_path / "pyproject.toml").write_text("[tool.coach]\ntimout = 3\n")
    (tmp_path / "state").write_text("")
    (tmp_path / "config.toml").write_text("[keys]\nrun = 3\n")
    code, seen = examined(
        cwd=tmp_path,
        COACH_STATE_DIR=str(tmp_path / "state"),
        COACH_CONFIG_DIR=str(tmp_path),
        COACH_PYTHON=sys.executable,
        EDITOR="no-such-editor",
        VISUAL="",
        TERM="dumb",
        PATH=f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        DISPLAY="",
        WAYLAND_DISPLAY="",
    )
    assert code == 1
    assert {name for name, each in seen.items() if each["health"] == "bad"} == {
        *("settings", "yours", "state", "fence")
    }
    assert "did you mean 'timeout'" in seen["settings"]["do"]
    assert all(each["do"] for each in seen.values() if each["health"] != "good")
    assert {seen[each]["health"] for each in ("editor", "terminal", "clipboard")} == {"poor"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_options(tmp_path, shell):
    code, script, _ = said("completion", shell, cwd=tmp_path)
    assert code == 0
    assert "reproduce" in script
    assert "from-junit" in script


def test_bash_completes_a_command(tmp_path):
    (tmp_path / "coach.bash").write_text(said("completion", "bash", cwd=tmp_path)[1])
    asked = (
        "source coach.bash; COMP_WORDS=(coach repr); COMP_CWORD=1; "
        "$(complete -p coach | sed 's/.*-F \\([^ ]*\\).*/\\1/') coach repr coach; echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(["bash", "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["reproduce"], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
def test_own_keys_and_theme(tmp_path, state_home, monkeypatch):
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert 0\n")
    (tmp_path / "config.toml").write_text("theme = 'coach-contrast'\n[keys]\nhelp = 'f8'\n")
    monkeypatch.setenv("COACH_CONFIG_DIR", str(tmp_path))
    screen = coach("debug", "test_it.py", "--python", sys.executable, cwd=tmp_path, state=state_home)
    screen.wait_for("#1")
    screen.press("\x1b[19~")
    screen.wait_for("esc closes")
    screen.press("qq")
    assert screen.wait_end() == 0
    assert said("keys", cwd=tmp_path, COACH_CONFIG_DIR=str(tmp_path))[1].count(" f8 ") == 1


def test_a_key_for_two_actions_is_refused_before_anything_is_made(tmp_path, state_home):
    (tmp_path / "config.toml").write_text("[keys]\nrun = 'l'\n")
    code, _, error = said("keys", cwd=tmp_path, COACH_CONFIG_DIR=str(tmp_path))
    assert code == 2
    assert "the key l is for run and for output" in error


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
def test_the_first_time_and_only_then_three_lines_say_how_it_goes(tmp_path, state_home):
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert 0\n")
    words = ("debug", "test_it.py", "--python", sys.executable)
    screen = coach(*words, cwd=tmp_path, state=state_home, is_first=True, columns=80, lines=24)
    screen.wait_for("#1", "→ is your next move", "Now", "esc ends this")
    screen.press("l")
    screen.wait_gone("esc ends this")
    screen.press("q")
    assert screen.wait_end() == 0
    again = coach(*words, cwd=tmp_path, state=state_home, is_first=True, columns=80, lines=24)
    again.wait_for("#1")
    assert "esc ends this" not in again.text
    again.press("q")
    assert again.wait_end() == 0


def test_what_killed_coaches_left_is_listed_and_goes(tmp_path, state_home):
    """Folders whose owner is gone: by the command, and when the next session is opened. One in use stays."""
    (tmp_path / "pyproject.toml").write_text("")
    around = {"COACH_STATE_DIR": str(state_home), "COACH_PYTHON": sys.executable, "TMPDIR": str(tmp_path)}
    home = tmp_path / f"coach-{os.getuid()}"
    with scratch_folder(home) as held:
        left = [
            home / "1-a/tree",
            state_home / "projects/0123/scratch/1-b/tree",
            state_home / "scratch/1-c/tree",
        ]
        for each in left:
            each.mkdir(parents=True)
        home.chmod(0o700)
        assert examined(cwd=tmp_path, **around)[1]["leftovers"]["found"] == "3 folders of killed coaches"
        _, out, _ = said("leftovers", cwd=tmp_path, **around)
        assert sorted(out.split()) == sorted(str(each.parent) for each in left)
        code, _, told = said("leftovers", "--remove", cwd=tmp_path, **around)
        assert (code, told.strip()) == (0, "3 folders removed")
        assert not any(each.exists() for each in left)
        left[0].mkdir(parents=True)
        for _ in range(5):  # it goes beside the work, and this work is short
            said("run", "--", "true", cwd=tmp_path, **around)
            if not left[0].exists():
                break
        assert not left[0].exists()
        assert held.exists()
    assert json.loads(said("leftovers", "--json", cwd=tmp_path, **around)[1]) == {
        "processes": [],
        "folders": [],
    }
