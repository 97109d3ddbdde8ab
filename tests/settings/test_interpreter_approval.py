"""The interpreter that a project names runs only once the engineer has seen it; a change of it asks again."""

import json
import os
import sys
from pathlib import Path
from typing import get_args

import pytest

from coach.errors import UsageError
from coach.settings.interpreter_approval import agree, python_for, refuse_changed
from coach.settings.project import load_settings
from tests.e2e.terminal import Terminal
from tests.fork_server import run_coach

SCRIPT = '#!/bin/sh\ntouch "$0.ran"\nexec {python} "$@"\n'


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (root / "test_it.py").write_text("def test_it():\n    assert 1 == 2\n")
    (root / "pyproject.toml").write_text('[tool.coach]\npython = "./own/python"\n')
    (root / "own").mkdir()
    (root / "own/python").write_text(SCRIPT.format(python=sys.executable))
    (root / "own/python").chmod(0o755)
    return root


def coach(root, *words):
    env = {key: value for key, value in os.environ.items() if key != "COACH_PYTHON"}
    return run_coach(*words, cwd=root, env=env)


def ran(root) -> bool:
    mark = root / "own/python.ran"
    if found := mark.exists():
        mark.unlink()
    return found


def test_it_is_shown_with_its_folder_and_not_run(project):
    own = str(project / "own/python")
    for words in (["run", "test_it.py"], ["doctor"]):
        done = coach(project, *words)
        assert done.returncode != 0
        assert own in done.stdout + done.stderr
        assert str(project) in done.stdout + done.stderr
        assert not ran(project), words
    named = coach(project, "run", "test_it.py", "--python", own)
    assert named.returncode == 1, named.stderr
    assert ran(project)
    again = coach(project, "run", "--new", "test_it.py")
    assert again.returncode == 1, again.stderr
    assert ran(project)

    with (project / "own/python").open("a") as file:
        file.write("# changed\n")
    for words in (["run", "test_it.py"], ["run", "--new", "test_it.py"]):
        changed = coach(project, *words)
        assert changed.returncode == 2, changed.stderr
        assert not ran(project), words


def test_on_a_terminal_it_is_asked(project, state_home):
    words = [sys.executable, "-m", "coach", "debug", "test_it.py"]
    env = {"COACH_STATE_DIR": str(state_home), "COACH_PYTHON": ""}
    screen = Terminal(words, cwd=project, env=env)
    screen.wait_for("own/python", "[y/N]")
    screen.press("n\r")
    assert screen.wait_end() == 2
    assert not ran(project)
    screen = Terminal(words, cwd=project, env=env)
    screen.wait_for("[y/N]")
    screen.press("y\r")
    screen.wait_for("● Reproduce", "assert 1 == 2")
    assert ran(project)
    screen.press("q")
    assert screen.wait_end() == 0


def test_what_an_approval_is_of(project, tmp_path, monkeypatch):
    monkeypatch.delenv("COACH_PYTHON", raising=False)
    settings = load_settings(project)
    own = str(project / "own/python")
    with pytest.raises(UsageError):
        python_for(project, settings)
    agree(project, settings)
    assert python_for(project, settings) == own
    refuse_changed(project, settings, own)
    (project / "pyproject.toml").write_text('[tool.coach]\npython = "./other"\n')
    with pytest.raises(UsageError):
        python_for(project, load_settings(project))
    assert python_for(project, load_settings(project, {"python": "python3"})) == "python3"
    monkeypatch.setenv("COACH_PYTHON", "mine")
    assert python_for(project, load_settings(project)) == "mine"
    assert python_for(tmp_path, load_settings(tmp_path)) == "mine"


def test_a_flag_with_the_same_path_is_an_approval(project, monkeypatch):
    monkeypatch.chdir(project)
    python_for(project, load_settings(project, {"python": "./own/python"}))
    assert python_for(project, load_settings(project)) == str(project / "own/python")
    (project / "own/python").write_text("changed")
    with pytest.raises(UsageError, match="changed"):
        refuse_changed(project, load_settings(project), str(project / "own/python"))


def test_no_other_setting_names_a_program(tmp_path):
    """Settings that lead to a run: python (here), assistants (handoff), acceptance commands (accepting), a cluster
    (test_cluster_choice). The rest is data."""
    from coach.core.spec.spec import TeamRules
    from coach.core.workflow.workflow import GateCheck, Step, Workflow
    from coach.settings.project import Settings

    assert set(Settings.model_fields) == {
        *("python", "assistants", "rules", "investigate", "cluster"),
        *("command", "workflow", "workflows", "timeout", "silence", "warm", "loops", "template", "confine"),
    }
    assert get_args(Settings.model_fields["command"].annotation) == ("", "python -m pytest", "pytest")
    words = json.dumps([each.model_json_schema() for each in (Workflow, Step, GateCheck, TeamRules)]).lower()
    assert "argv" not in words
    assert Path(tmp_path).is_dir()
