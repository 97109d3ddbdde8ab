"""Trials by real runs: a patch, another environment, a command; the checkout never changes."""

import pytest

from coach.core import commands as cmd
from coach.core.hypothesis import Prediction
from coach.core.trial_request import Trial
from tests.engine.conftest import content_hash

TEST = "tests/test_it.py::test_it"
PROJECT = {
    "shop.py": "import os\n\nVALUE = 1\nZONE = os.environ.get('TZ', '')\n",
    "tests/test_it.py": "import shop\n\nseen = []\n\n\ndef test_first():\n    seen.append(1)\n\n\n"
    "def test_it():\n    assert shop.VALUE == 2 or shop.ZONE == 'Asia/Tokyo'\n",
}
FIX = "--- a/shop.py\n+++ b/shop.py\n@@ -1,4 +1,4 @@\n import os\n \n-VALUE = 1\n+VALUE = 2\n ZONE = os.environ.get('TZ', '')\n"


@pytest.fixture
def made(session, monkeypatch):
    monkeypatch.delenv("TZ", raising=False)
    begun = session(PROJECT, TEST)
    begun.do(cmd.RunTarget(purpose="experiment"))
    begun.idle()
    return begun


def attempt(made, command=(), **fields):
    made.do(cmd.Try(trial=Trial(**fields), command=command))
    return made.idle().trials[-1]


def test_a_patch_an_environment_and_a_command(made):
    before = content_hash(made.root)
    made.do(cmd.ProposeHypothesis(claim="the value is wrong", prediction=Prediction(text="2 passes")))
    patched = attempt(made, kind="patch", patch=FIX, expects="pass", hypothesis=1)
    assert (patched.verdict, made.state.hypotheses[0].verdict) == ("SUPPORTED", "SUPPORTED")
    without_prefix = FIX.replace("a/shop", "shop").replace("b/shop", "shop")
    assert attempt(made, kind="patch", patch=without_prefix, expects="same failure").verdict == "REFUTED"
    zone = {"kind": "environment", "variables": (("TZ", "Asia/Tokyo"),)}
    assert attempt(made, **zone).outcome == "PASS"
    turned = attempt(made, kind="environment", order="reversed", expects="same failure")
    assert (turned.verdict, made.runs[-1].report.counts.selected) == ("SUPPORTED", 1)
    said = attempt(
        made, ("python3", "-c", "print('all', 'good')"), kind="command", exit_code=0, pattern="^all good$"
    )
    assert said.verdict == "SUPPORTED", said.reason
    assert content_hash(made.root) == before


def test_a_patch_that_does_not_apply_is_said_and_nothing_is_judged(made):
    made.do(cmd.Try(trial=Trial(kind="patch", patch=FIX.replace("VALUE = 1", "VALUE = 7"), expects="pass")))
    state = made.idle()
    assert state.trials == ()
    assert "does not apply" in state.runs[-1].judged.reason


def test_a_patch_reaches_nothing_outside_of_the_copy(made, tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text("A = 1\n")
    patch = "--- a/../outside.py\n+++ b/../outside.py\n@@ -1 +1 @@\n-A = 1\n+A = 2\n"
    made.do(cmd.Try(trial=Trial(kind="patch", patch=patch)))
    assert "does not apply" in made.idle().runs[-1].judged.reason
    assert outside.read_text() == "A = 1\n"
