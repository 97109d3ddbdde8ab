"""Loops through the real program: heard while they happen, whose attempts they were, switched off, dismissed, restored."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.loops.projects import FOLDER, SHOP


@pytest.fixture
def shop(tmp_path):
    """A project with one red test under git."""
    root = tmp_path / "shop"
    shutil.copytree(FOLDER / "shop", root, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (root / ".gitignore").write_text("__pycache__/\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "start"]):
        subprocess.run([*git, *words], cwd=root, check=True)
    return root


@pytest.fixture
def coach(shop, tmp_path):
    """Run a headless command in the project; returns what it said on stdout and stderr."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COACH", "GIT_"))
    }
    env = {**kept, "COACH_STATE_DIR": str(tmp_path / "state"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run(*words, code=0):
        argv = [sys.executable, "-m", "coach", *words]
        done = subprocess.run(
            argv, cwd=shop, env=env, capture_output=True, text=True, timeout=200, check=False
        )
        assert done.returncode == code, done.stderr
        return done

    return run


def patch(shop, number):
    """Change the code and leave the failure as it is."""
    edit = SHOP.useless[number]
    place = shop / edit.path
    assert edit.old in place.read_text()
    place.write_text(place.read_text().replace(edit.old, edit.new))


def test_three_patches_by_two_hands_are_heard_named_and_taken_back(shop, coach):
    first = coach("run", SHOP.main, "--python", sys.executable, code=1)
    assert "⚠" not in first.stderr
    good = {path: path.read_bytes() for path in shop.rglob("*.py")}
    patch(shop, 0)
    coach("run", code=1)
    coach("hand", "claude")
    for number in (1, 2):
        patch(shop, number)
        said = coach("run", code=1)
    assert "⚠ no-effect: " in said.stderr
    assert " by claude: fails" in coach("export").stdout

    offered = json.loads(coach("restore", "--json").stdout)
    assert offered["run"] == 1
    assert not offered["restored"]
    changed = sorted(str(path.relative_to(shop)) for path in good if path.read_bytes() != good[path])
    assert offered["files"] == changed
    assert coach("restore", "--yes").stdout.splitlines() == changed
    assert {path: path.read_bytes() for path in good} == good
    assert json.loads(coach("hand", "--back", "--json").stdout)["held_by"] == ""
    assert coach("restore", "99", code=2).stderr.startswith("coach: there is no run #99")


def test_a_detector_is_switched_off_and_another_is_dismissed_with_a_reason(shop, coach):
    with (shop / "pyproject.toml").open("a") as file:
        file.write("\n[tool.coach.loops]\nguess = false\nspread = false\n")
    coach("run", SHOP.main, "--python", sys.executable, code=1)
    heard = ""
    for number in (0, 1, 2):
        patch(shop, number)
        heard += coach("run", code=1).stderr
    assert "⚠ no-effect" in heard
    assert "guess" not in heard
    assert coach("loops", "dismiss", "no-effect", "", code=2).stderr.startswith("coach: dismissing needs")
    assert "no pattern 'nope'" in coach("loops", "dismiss", "nope", "x", code=2).stderr
    coach("loops", "dismiss", "no-effect", "three places had the same slip")
    more = ""
    for name in ("one", "two", "three"):
        cart = shop / "shop" / "cart.py"
        cart.write_text(cart.read_text() + f"\n\ndef {name}() -> str:\n    return '{name}'\n")
        more += coach("run", code=1).stderr
    assert "no-effect" not in more
