"""A test that is red from the start: what changed since it passed in a past session says where to look."""

import subprocess
import sys
from pathlib import Path

import pytest

from coach.core.base.test_id import TestId
from coach.core.history.past_pass import PastPass
from coach.core.protocol import commands as cmd
from coach.core.protocol.effects import ReadPastPass
from coach.core.runs.report import Ending, NotRun, RanTests, RunReport
from coach.core.runs.run import Run, RunRequest
from coach.core.runs.target import Target
from coach.engine.trees.since_past_pass import read_past_pass
from coach.engine.trees.tree_store import open_trees
from coach.session.factory import open_new
from coach.settings.project import Settings
from coach.store.past_passes import past_passes, shows_pass
from coach.store.paths import project_home
from tests.core.building import failure, report

TEST = TestId("test_cart.py::test_total")
CODE = "def shipping():\n    return 5\n\n\ndef total(prices):\n    return sum(prices) + shipping()\n"
TESTS = (
    "from cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 8\n\n\n"
    "def test_nothing():\n    assert total([0])\n"
)


def _git(root: Path, *words: str) -> str:
    own = ("-c", "user.name=a", "-c", "user.email=a@b")
    return subprocess.run(("git", *own, *words), cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def cart(tmp_path, state_home, monkeypatch):
    """A repository whose one commit is green."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    root = tmp_path / "cart"
    root.mkdir()
    (root / "cart.py").write_text(CODE)
    (root / "test_cart.py").write_text(TESTS)
    (root / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    _git(root, "init", "-q")
    _git(root, "add", ".")
    _git(root, "commit", "-qm", "green")
    return root


def _session(root: Path, *words: str):
    """Run a target once in a session of its own; return what is known then."""
    settings = Settings(python=sys.executable, warm=False)
    with open_new(root, Target(words=words), settings) as port:
        port.submit(cmd.Begin(reproduce=False))
        port.submit(cmd.RunTarget()).result(10)
        port.wait_idle(60)
        return port.state


def test_a_pass_in_a_past_session_says_what_changed_since(cart):
    green = _session(cart, TEST)
    commit = green.opened.checkout.commit
    (cart / "cart.py").write_text(CODE.replace("return 5", "return 6"))
    _git(cart, "commit", "-qam", "dearer")
    before = _git(cart, "status", "--porcelain=2", "--branch")
    red = _session(cart, "test_cart.py")
    past = red.past_changes
    assert (past.passed.session, past.passed.run) == (green.opened.session, 1)
    assert (past.passed.commit, past.passed.is_of_commit) == (commit, True)
    (first, *others) = [each for each in red.suspects if each.path == "cart.py"]
    words = f"in session {green.opened.session} at {commit[:7]}"
    assert first.line == 2
    assert first.reasons[0] == f"1 line changed since it passed less than a minute ago {words}"
    assert not any("changed since" in why for each in others for why in each.reasons)
    assert _git(cart, "status", "--porcelain=2", "--branch") == before

    trees, _ = open_trees(cart, project_home(cart))
    found = list(past_passes(TEST, str(cart), red.opened.session))
    assert [each.session for each in found] == [green.opened.session]
    assert not list(past_passes(TEST, str(cart), green.opened.session)), "the red session holds no pass"
    assert not list(past_passes(TestId("test_cart.py::test_nothing"), str(cart), "")), (
        "green, and not asked about"
    )
    asked = ReadPastPass(test=TEST, tree=red.last_failure.report.tree)
    gone = found[0].model_copy(update={"tree": "0" * 40})
    by_commit = read_past_pass(asked, trees, lambda _: [gone]).past
    assert by_commit.changes.files == past.changes.files, "the commit was that very tree"
    edited = gone.model_copy(update={"is_of_commit": False})
    assert read_past_pass(asked, trees, lambda _: [edited]).past is None, "what was edited then is not known"
    assert read_past_pass(asked, trees, lambda _: [edited, found[0]]).past == past.model_copy(
        update={"changes": past.changes.model_copy(update={"label": ""})}
    )


def _run(seen: RunReport, target: str = "test_cart.py", outcome: str = "PASS", **asked) -> Run:
    request = RunRequest(number=1, purpose="suite", target=Target(words=(target,)), **asked)
    return Run.model_validate(
        {"request": request, "started": 0.0, "report": seen, "judged": {"outcome": outcome}}
    )


def test_a_run_shows_a_pass_only_where_it_says_so_of_this_very_test():
    names = (RanTests(path="test_cart.py", count=2, names=("test_total", "test_nothing")),)
    named = report(tree="t", ran=names)
    assert shows_pass(_run(report(tree="t"), target=TEST), TEST)
    assert shows_pass(_run(report(tree="t").model_copy(update={"passed": (TEST,)})), TEST)
    assert shows_pass(_run(named), TEST)
    refused = {
        "a green file may not have had the test": _run(report(tree="t")),
        "red": _run(named.model_copy(update={"failures": (failure(TEST),)}), outcome="FAIL"),
        "perhaps red": _run(named.model_copy(update={"failures_left_out": 1}), outcome="FAIL"),
        "skipped": _run(named.model_copy(update={"not_run": (NotRun(test=TEST),)})),
        "cut off": _run(named.model_copy(update={"ending": Ending(kind="timeout")})),
        "in a copy": _run(named, tree="t"),
        "edited meanwhile": _run(named.model_copy(update={"changed_during": ("cart.py",)})),
        "warm": _run(named.model_copy(update={"warm": True})),
        "only after a rerun": _run(named.model_copy(update={"reruns": (TEST,)})),
    }
    assert not [why for why, run in refused.items() if shows_pass(run, TEST)]


@pytest.mark.parametrize(
    ("seconds", "commit", "is_of_commit", "said"),
    [
        (20, "abc1234f", True, "it passed less than a minute ago in session s at abc1234"),
        (61 * 60, "abc1234f", False, "it passed 1 hour ago in session s on edited abc1234"),
        (-5, "", False, "it passed less than a minute ago in session s"),
        (3 * 86_400, "", False, "it passed 3 days ago in session s"),
    ],
)
def test_age_session_and_commit_are_said(seconds, commit, is_of_commit, said):
    passed = PastPass(session="s", run=1, at=0.0, tree="t", commit=commit, is_of_commit=is_of_commit)
    assert passed.words(float(seconds)) == said
