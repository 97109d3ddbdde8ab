"""The demo's culprit is not on the traceback; measurement and mutations find it, and the checkout never notices."""

import json
import os
import subprocess
import sys

import pytest

from coach.demo.project import FAILING_TEST, make_demo
from tests.fork_server import run_coach

CULPRIT = "shop/money.py:Money.allocate"


@pytest.fixture
def coach(tmp_path):
    """Return a function that runs a headless command in the demo project."""
    make_demo(tmp_path / "shop")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COACH", "GIT_"))
    }
    env = {**kept, "COACH_STATE_DIR": str(tmp_path / "state"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run(*words, code=0):
        done = run_coach(*words, cwd=tmp_path / "shop", env=env, timeout=500)
        assert done.returncode == code, done.stderr
        return done.stdout

    run("run", FAILING_TEST, "--python", sys.executable, code=1)
    yield run
    words = ["git", "status", "--porcelain", "--ignored"]
    assert (
        subprocess.run(words, cwd=tmp_path / "shop", capture_output=True, text=True, check=True).stdout == ""
    )


def test_listing_suspects_measures_once_and_ranks_what_the_traceback_does_not_show(coach):
    found = json.loads(coach("suspects", "--json"))
    assert CULPRIT in [each["key"] for each in found][:12]
    assert all(each["reasons"] and each["ties"] >= 1 for each in found)
    runs = json.loads(coach("step", "--json"))["runs"]
    assert json.loads(coach("suspects", "--json")) == found
    assert json.loads(coach("step", "--json"))["runs"] == runs


def test_a_small_mutation_puts_the_culprit_first(coach):
    (first, *_) = json.loads(coach("suspects", "--suite", "--mutate", "--seconds", "400", "--json"))
    assert first["key"] == CULPRIT
    assert "instead of" in first["flip"]
    assert "neighbours stay green" in first["flip"]
