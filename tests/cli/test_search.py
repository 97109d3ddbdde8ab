"""The doors `coach bisect`, `coach reduce` and `coach stress`: JSON on stdout, progress on stderr, exit codes."""

import json
import os
import sys

import pytest

from tests.engine.histories import History, fingerprint, linear
from tests.fork_server import run_coach

TEST = "tests/test_shop.py::test_total"


@pytest.fixture
def coach(tmp_path):
    def run(root, *words):
        env = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
        env |= {"COACH_STATE_DIR": str(tmp_path / "state"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        before = fingerprint(root)
        done = run_coach(*words, cwd=root, env=env)
        assert fingerprint(root) == before
        return done

    return run


def test_bisect_then_the_edits(coach, tmp_path):
    history, culprit = linear(tmp_path / "shop", 6, 4)
    done = coach(history.root, "bisect", TEST, "--json", "--python", sys.executable)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["how"] == "found"
    assert [each["id"] for each in said["found"]["commits"]] == [culprit]
    assert said["probes"] == len(said["tried"]) > 0
    assert "✘" in done.stderr
    assert "back" in done.stderr

    again = coach(history.root, "bisect")
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith(f"it came with {culprit[:10]} (step 4)")
    assert f"0 candidates, {said['probes']} known before" in again.stdout

    edits = coach(history.root, "reduce", "--edits")
    assert edits.returncode == 1
    assert edits.stdout.startswith("nothing differs from the last commit")

    refused = coach(history.root, "reduce", "--input", "nothing.txt")
    assert refused.returncode == 2
    assert "no such file" in refused.stderr


def test_stress_and_the_order(coach, tmp_path):
    history = History(tmp_path / "shop")
    history.write(rates="RATES = []\n", conftest="")
    history.write(
        tests__test_a="import rates\n\n\ndef test_a():\n    rates.RATES.append(1)\n\n\ndef test_b(): ...\n"
    )
    history.write(tests__test_shop="import rates\n\n\ndef test_total():\n    assert not rates.RATES\n")
    history.commit("one")
    stress = coach(history.root, "stress", TEST, "-n", "1", "--python", sys.executable)
    assert stress.returncode == 0, stress.stderr
    assert stress.stdout.startswith("alone it passes; whole order it fails")
    listed = coach(history.root, "search", "--json")
    assert {each["kind"]: bool(each["why_not"]) for each in json.loads(listed.stdout)}["order"] is False
    order = coach(history.root, "search", "order")
    assert order.returncode == 0, order.stderr
    assert f"{TEST} fails after tests/test_a.py::test_a; changed before it: rates.RATES" in order.stdout
