"""The target's python is found in a fixed order, with a reason, and its faults are named."""

import os
import sys

import pytest

from coach.engine.process.interpreter import find_interpreter
from coach.errors import TargetError


def fake_python(path, *, pytest_version="8.3.0", version=(3, 11, 4), body=None):
    """Write a program that answers like a python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = f'{{"version": {list(version)}, "pytest": "{pytest_version}"}}'
    path.write_text(f"#!/bin/sh\n{body or f'echo noise; echo {chr(39)}{answer}{chr(39)}'}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def test_the_named_one_comes_first(root, tmp_path):
    """What the engineer says wins over the project's own."""
    fake_python(root / ".venv/bin/python")
    named = fake_python(tmp_path / "other/python")
    found = find_interpreter(root, named, {})
    assert (found.path, found.why, found.version, found.pytest) == (named, "--python", "3.11.4", "8.3.0")


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_the_projects_environment_comes_before_the_active_one(root, tmp_path, name):
    """Whatever is active in the shell, the project's own is meant."""
    path = fake_python(root / name / "bin/python")
    fake_python(tmp_path / "active/bin/python")
    found = find_interpreter(root, env={"VIRTUAL_ENV": str(tmp_path / "active")})
    assert (found.path, found.why) == (path, f"the project's {name}")


def test_the_active_environment_is_next(root, tmp_path):
    """Virtualenv before conda."""
    path = fake_python(tmp_path / "active/bin/python")
    env = {"VIRTUAL_ENV": str(tmp_path / "active"), "CONDA_PREFIX": str(tmp_path)}
    assert (find_interpreter(root, env=env).path, find_interpreter(root, env=env).why) == (
        path,
        "active virtual environment",
    )
    conda = {"CONDA_PREFIX": str(tmp_path / "active")}
    assert find_interpreter(root, env=conda).why == "active conda environment"


def test_poetry_is_asked_only_for_its_own_projects(root, tmp_path):
    """The project's marker and the program must both be there."""
    path = fake_python(tmp_path / "cache/env/bin/python")
    fake_python(tmp_path / "bin/poetry", body=f"echo {tmp_path / 'cache/env'}")
    env = {"PATH": str(tmp_path / "bin")}
    assert find_interpreter(root, env=env).path == sys.executable
    (root / "pyproject.toml").write_text("[tool.poetry]\nname = 'x'\n")
    found = find_interpreter(root, env=env)
    assert (found.path, found.why) == (path, "the project's poetry environment")


def test_one_on_path_only_with_pytest(root, tmp_path):
    """A python3 without pytest is passed over; then coach's own stands in, and says so."""
    fake_python(tmp_path / "bare/python3", pytest_version="")
    good = fake_python(tmp_path / "good/python")
    bare, both = str(tmp_path / "bare"), f"{tmp_path / 'bare'}{os.pathsep}{tmp_path / 'good'}"
    assert find_interpreter(root, env={"PATH": both}).path == good
    found = find_interpreter(root, env={"PATH": bare})
    assert (found.path, found.why) == (sys.executable, "coach's own python: nothing else has pytest")
    assert found.pytest == pytest.__version__


def test_a_named_python_that_is_not_there(root):
    """What, and what to do."""
    with pytest.raises(TargetError, match=r"no python at /nowhere/python.*--python PATH"):
        find_interpreter(root, "/nowhere/python", {})


@pytest.mark.parametrize("body", ["exit 1", "echo hello", "echo '{}'", "printf '\\377'"])
def test_a_named_python_that_does_not_answer(root, tmp_path, body):
    """Broken environments and other programs are told from a python."""
    named = fake_python(tmp_path / "python", body=body)
    with pytest.raises(TargetError, match="does not work as a python"):
        find_interpreter(root, named, {})


def test_a_chosen_python_without_pytest_says_how_to_get_it(root):
    """Which one, why it was chosen, and the command that cures it."""
    path = fake_python(root / ".venv/bin/python", pytest_version="")
    with pytest.raises(TargetError) as caught:
        find_interpreter(root, env={})
    assert str(caught.value) == (
        f"{path} (python 3.11.4, the project's .venv) has no pytest; {path} -m pip install pytest"
    )
    assert find_interpreter(root, env={}, needs_pytest=False).pytest == ""


def test_an_old_python_is_refused(root, tmp_path):
    """The probe needs 3.8."""
    named = fake_python(tmp_path / "python", version=(3, 6, 15))
    with pytest.raises(TargetError, match=r"python 3\.6\.15 .* too old"):
        find_interpreter(root, named, {})


def test_modules_of_the_project_do_not_answer_for_the_interpreter(root):
    """A json.py in the project's root is not imported by the question."""
    for name in ("json.py", "importlib.py", "pytest.py"):
        (root / name).write_text("raise RuntimeError('planted')\n")
    assert find_interpreter(root, sys.executable, dict(os.environ)).pytest == pytest.__version__


def test_a_shim_on_path_is_followed(root, tmp_path):
    """What a pyenv shim means depends on the folder; the python behind it does not."""
    fake_python(tmp_path / "shims/python3", body=f'exec {sys.executable} "$@"')
    env = {"PATH": str(tmp_path / "shims")}
    assert find_interpreter(root, env=env).path == sys.executable
    assert find_interpreter(root, "python3", env).path == sys.executable


def test_a_python_on_path_is_asked_once(root, tmp_path):
    """A shim takes half a second to answer."""
    asked = tmp_path / "asked"
    fake_python(tmp_path / "shims/python3", body=f'echo once >> {asked}\nexec {sys.executable} "$@"')
    find_interpreter(root, env={"PATH": f"{tmp_path / 'shims'}{os.pathsep}/usr/bin{os.pathsep}/bin"})
    assert asked.read_text() == "once\n"
