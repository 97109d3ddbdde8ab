"""``pytest --coach``: a run that an IDE, an assistant or a script starts becomes one of the open session."""

import json
import subprocess
import sys

import pytest

from tests.handoff.conftest import CART, TEST


@pytest.fixture
def outside(shop):
    """Return what runs the real pytest as somebody else starts it, with coach's plugin as the wheel names it."""

    def run(*words, cwd=None, **env):
        words = [sys.executable, "-m", "pytest", "-p", "coach.pytest_plugin", *words]
        where = cwd or shop.root
        return subprocess.run(
            words, cwd=where, env=shop.env | env, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def status(shop):
    return json.loads(shop.coach("status", "--json").stdout)


def test_a_run_of_somebody_else_is_one_of_the_session(shop, outside):
    plain = outside("-q", TEST)
    assert plain.returncode == 1
    assert "coach" not in plain.stderr

    lonely = outside("-q", TEST, "--coach")
    assert lonely.returncode == 1
    assert "no open session" in lonely.stderr

    before = shop.fingerprint()
    shop.coach("run", TEST)
    red = outside("-q", TEST, "--coach")
    assert red.returncode == 1
    assert red.stdout.splitlines()[:-1] == plain.stdout.splitlines()[:-1]  # but the seconds
    assert "coach: recorded as #2" in red.stderr
    assert "assert 6 == 5" in red.stderr
    shown = status(shop)
    assert shown["last_run"]["number"] == 2
    assert shown["last_run"]["outcome"] == "FAIL"

    shop.write("cart.py", CART.replace(" + 1", ""))
    shop.write("tests/test_other.py", "def test_no():\n    assert not 1\n")
    green = outside("-q", TEST, "--coach", cwd=shop.root / "tests", COACH_CONFIG_DIR=str(shop.state / "none"))
    assert green.returncode == 4, green  # the id is relative to where it is typed
    green = outside("-q", "test_cart.py::test_total", "--coach", cwd=shop.root / "tests")
    assert green.returncode == 0, green
    assert status(shop)["last_run"]["outcome"] == "PASS"

    spread = outside("-q", "-p", "xdist", "-n", "2", TEST, "--coach")
    assert spread.returncode == 0, spread
    assert status(shop)["last_run"]["outcome"] == "PASS"
    assert "recorded as #4" in spread.stderr

    whole = outside("-q", "--coach")
    assert whole.returncode == 1
    seen = status(shop)["last_run"]
    assert seen["outcome"] != "PASS"
    assert shop.fingerprint() == before


def test_what_was_left_out_is_no_green(shop, outside):
    shop.write("tests/test_cart.py", "def test_total():\n    assert 0\n\ndef test_fine():\n    pass\n")
    shop.coach("run", "tests/test_cart.py")
    chosen = outside("-q", "tests/test_cart.py", "-k", "fine", "--coach")
    assert chosen.returncode == 0
    assert "recorded" in chosen.stderr
    assert status(shop)["last_run"]["outcome"] != "PASS"


def test_no_run_and_a_folder_of_no_run(shop, outside):
    shop.coach("run", TEST)
    assert "coach" not in outside("--collect-only", "-q", "--coach").stderr
    refused = shop.coach("record", str(shop.root))
    assert refused.returncode == 2
    assert "holds no run" in refused.stderr
    assert status(shop)["last_run"]["number"] == 1
