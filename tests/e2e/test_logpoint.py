"""Logpoints through the real program: a prediction tested without an edit, and pdb on a real terminal."""

import json
import sys

import pytest

from tests.e2e.terminal import Terminal, headless

TEST = "test_cart.py::test_total"
CODE = "def total(lines):\n    found = 0\n    for price in lines:\n        found += price\n    return found\n"
TESTS = (
    "from cart import total\n\n\ndef test_total():\n    assert total([3, -4]) == 7\n\n\n"
    "def test_one():\n    assert total([3]) == 3\n"
)


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, text in {"cart.py": CODE, "test_cart.py": TESTS, "pytest.ini": "[pytest]\n"}.items():
        (folder / name).write_text(text)
    return folder


def test_a_prediction_is_tested_by_looking(shop, state_home):
    before = (shop / "cart.py").read_bytes()

    def do(*words):
        return headless(*words, cwd=shop, state=state_home)

    assert do("run", TEST, "--python", sys.executable).returncode == 1
    assert do("hypothesis", "a price is negative", "--predict", "price < 0").returncode == 0
    words = (
        "cart.py:4",
        "price",
        "--expect",
        "price < 0",
        "--mode",
        "only-failing",
        "--hypothesis",
        "1",
        "--json",
    )
    looked = do("logpoint", *words)
    assert looked.returncode == 0, looked.stderr
    found = json.loads(looked.stdout)
    assert found["verdict"] == "SUPPORTED"
    assert [row["value"] for row in found["observed"]["tests"][0]["rows"]] == ["3", "-4"]
    assert json.loads(do("hypothesis", "--json").stdout)[0]["verdict"] == "SUPPORTED"
    refuted = do("logpoint", "cart.py:4", "price", "--expect", "price > 0", "--mode", "always")
    assert refuted.returncode == 1
    assert "REFUTED  true at 1 of 2 hits" in refuted.stdout
    assert do("logpoint", "cart.py:4").returncode == 2
    assert do("logpoint", "nothing.py:4", "x").returncode == 2
    assert (shop / "cart.py").read_bytes() == before


def test_pdb_on_the_real_terminal_where_the_condition_holds(shop, state_home):
    headless("run", TEST, "--python", sys.executable, cwd=shop, state=state_home)
    words = [sys.executable, "-m", "coach", "logpoint", "cart.py:4", "--pdb", "--expect", "price < 0"]
    screen = Terminal(words, cwd=shop, env={"COACH_STATE_DIR": str(state_home)})
    screen.wait_for("cart.py(4)total()", "(Pdb)")
    screen.child.send("p price, found\r")
    screen.wait_for("(-4, 3)")
    screen.child.send("n\r")
    screen.wait_for("cart.py(3)total()")
    screen.child.send("c\r")
    screen.wait_for("1 failed")
