"""Trials by real runs: a patch, another environment, a command; the checkout never changes."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.trial_request import Trial
from coach.core.log.events import Interpreter
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.core.runs.variation import Variation
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import Candidate, SearchContext, run_probe
from coach.engine.trees.tree_store import TreeStore
from tests.engine.conftest import content_hash

TEST = "tests/test_it.py::test_it"
PROJECT = {
    "shop.py": "import os\n\nVALUE = 1\nZONE = os.environ.get('TZ', '')\n",
    "tests/test_it.py": "import shop\n\nseen = []\n\n\ndef test_first():\n    seen.append(1)\n\n\n"
    "def test_it():\n    assert shop.VALUE == 2 or shop.ZONE == 'Asia/Tokyo'\n",
}
FIX = "--- a/shop.py\n+++ b/shop.py\n@@ -1,4 +1,4 @@\n import os\n \n-VALUE = 1\n+VALUE = 2\n ZONE = os.environ.get('TZ', '')\n"


ORDERED = """\
def test_it():
    import thing

    assert thing.VALUE == 2


def test_last():
    assert False
"""


@pytest.fixture
def made(session, monkeypatch):
    monkeypatch.delenv("TZ", raising=False)
    begun = session(PROJECT, TEST)
    begun.do(cmd.RunTarget(purpose="experiment"))
    begun.idle()
    return begun


def attempt(made, command=(), **fields):
    made.do(cmd.Try(trial=Trial(**fields), command=command))
    state = made.idle()
    assert state.trials, state.runs[-1].judged.reason
    return state.trials[-1]


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
        made,
        ("python3", "-c", "import pytest; print('all', 'good')"),
        kind="command",
        exit_code=0,
        pattern="^all good$",
    )
    assert said.verdict == "SUPPORTED", said.reason
    assert content_hash(made.root) == before


def test_what_is_varied_varies_nothing_else(made):
    """The probe is found whatever PYTHONPATH is tried, and another order is judged by the test it is about."""
    made.write("lib/thing.py", "VALUE = 2\n")
    made.write("tests/test_it.py", ORDERED)
    varied = attempt(made, kind="environment", variables=(("PYTHONPATH", "lib"),))
    assert varied.outcome == "PASS", made.runs[-1].judged.reason
    both = {"variables": (("PYTHONPATH", "lib"),), "order": "reversed"}
    assert attempt(made, kind="environment", **both).outcome == "PASS", made.runs[-1].judged.reason
    assert [each.test for each in made.runs[-1].report.failures] == ["tests/test_it.py::test_last"]


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
    assert "does not apply" in made.runs_when_idle()[-1].judged.reason
    assert outside.read_text() == "A = 1\n"


USES = {"tests/test_it.py": "import thing\n\n\ndef test_it():\n    assert thing.VERSION < 2\n"}


def wheel(folder, version):
    """Make a wheel by hand: no network, no build."""
    folder.mkdir(exist_ok=True)
    path = folder / f"thing-{version}-py3-none-any.whl"
    inside = f"thing-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("thing.py", f"VERSION = {version}\n")
        archive.writestr(
            f"{inside}/METADATA",
            f"Metadata-Version: 2.1\nName: thing\nVersion: {version}\nRequires-Dist: other\n",
        )
        archive.writestr(f"{inside}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{inside}/RECORD", "")
    return path


@pytest.fixture
def environment(tmp_path):
    """A virtual environment that has pytest, and version 2.0 of a dependency."""
    place = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    site = next(place.glob("lib/python*/site-packages"))
    (site / "rest.pth").write_text(sysconfig.get_path("purelib"))
    with zipfile.ZipFile(wheel(tmp_path / "other", "2.0")) as archive:
        archive.extractall(site)
    return place


def searched(root, home, environment, **varied):
    """Ask what a search asks, of the same tree, with what a trial varies."""
    interpreter = Interpreter(path=str(environment / "bin" / "python"))
    ground = SearchContext(root, home / "searches", interpreter, Limits(wall=60), dict(os.environ))
    tree = TreeStore(root, ground.home).record()
    return run_probe(ground, Candidate(tree, Target(words=(TEST,)), None, variation=Variation(**varied)))


def test_one_version_of_a_dependency_in_front_of_the_installed_ones(
    session, environment, tmp_path, monkeypatch
):
    wheels = wheel(tmp_path / "wheels", "1.5").parent
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    made = session(USES, TEST, python=str(environment / "bin" / "python"))
    made.do(cmd.RunTarget(purpose="experiment"))
    assert made.idle().last_run.judged.outcome == "FAIL"
    before = (content_hash(made.root), content_hash(environment))
    made.do(cmd.ProposeHypothesis(claim="2.0 broke it", prediction=Prediction(text="1.5 passes")))
    older = attempt(made, kind="environment", packages=("thing==1.5",), expects="pass", hypothesis=1)
    assert (older.verdict, older.trial.label) == ("SUPPORTED", "with thing==1.5")
    assert "in front of what is installed: thing 1.5" in made.runs[-1].report.probe_notes
    assert made.state.hypotheses[0].verdict == "SUPPORTED"
    assert searched(made.root, tmp_path, environment, packages=("thing==1.5",)).judged.outcome == "PASS"
    made.do(cmd.Try(trial=Trial(kind="environment", packages=("thing==9",))))
    why = made.runs_when_idle()[-1].judged.reason
    assert why.startswith("thing==9 could not be installed: No matching distribution found for thing==9")
    assert len(made.state.trials) == 1
    assert (content_hash(made.root), content_hash(environment)) == before
    state = Path(os.environ["COACH_STATE_DIR"])
    assert not [each for each in state.rglob("overlay") if each.is_dir()]
