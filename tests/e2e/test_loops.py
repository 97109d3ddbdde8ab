"""Loops through the real program: heard while they happen, whose attempts they were, switched off, dismissed, restored."""

import json
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
def coach(shop, coach_in):
    return coach_in(shop)


def patch(shop, number):
    """Change the code and leave the failure as it is."""
    edit = SHOP.useless[number]
    place = shop / edit.path
    assert edit.old in place.read_text()
    place.write_text(place.read_text().replace(edit.old, edit.new))


def test_three_patches_by_two_hands_are_heard_named_and_taken_back(shop, coach):
    first = coach("run", SHOP.main, "--python", sys.executable, code=1)
    assert "⚠" not in first.err
    good = {path: path.read_bytes() for path in shop.rglob("*.py")}
    patch(shop, 0)
    coach("run", code=1)
    coach("hand", "claude")
    for number in (1, 2):
        patch(shop, number)
        said = coach("run", code=1)
    assert "⚠ no-effect: " in said.err
    assert " by claude: fails" in coach("export").out

    offered = json.loads(coach("restore", "--json").out)
    assert offered["run"] == 1
    assert not offered["restored"]
    changed = sorted(str(path.relative_to(shop)) for path in good if path.read_bytes() != good[path])
    assert offered["files"] == changed
    assert coach("restore", "--yes").out.splitlines() == changed
    assert {path: path.read_bytes() for path in good} == good
    assert json.loads(coach("hand", "--back", "--json").out)["held_by"] == ""
    assert coach("restore", "99", code=2).err.startswith("coach: there is no run #99")


def test_a_detector_is_switched_off_and_another_is_dismissed_with_a_reason(shop, coach):
    with (shop / "pyproject.toml").open("a") as file:
        file.write("\n[tool.coach.loops]\nguess = false\nspread = false\n")
    coach("run", SHOP.main, "--python", sys.executable, code=1)
    heard = ""
    for number in (0, 1, 2):
        patch(shop, number)
        heard += coach("run", code=1).err
    assert "⚠ no-effect" in heard
    assert "guess" not in heard
    assert coach("loops", "dismiss", "no-effect", "", code=2).err.startswith("coach: dismissing needs")
    assert "no pattern 'nope'" in coach("loops", "dismiss", "nope", "x", code=2).err
    coach("loops", "dismiss", "no-effect", "three places had the same slip")
    more = ""
    for name in ("one", "two", "three"):
        cart = shop / "shop" / "cart.py"
        cart.write_text(cart.read_text() + f"\n\ndef {name}() -> str:\n    return '{name}'\n")
        more += coach("run", code=1).err
    assert "no-effect" not in more
