"""Every shipped workflow from its first step to its last, on a tiny project of its own, by real runs."""

import pytest

from coach.core.experiments.hypothesis import Prediction
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.core.search.kinds import AxisFound, CommitFound, PollutersFound
from coach.core.spec.spec import Spec
from coach.core.verify.conclusion import Closing, RootCause
from coach.core.workflow import gates

TEST = "tests/test_it.py::test_it"
CHECKED = "import shop\n\n\ndef test_it():\n    assert shop.twice(3) == 6\n    assert shop.twice(5) == 10\n"
GOOD, BAD = "def twice(n):\n    return n + n\n", "def twice(n):\n    return n + 3\n"


class Walk:
    """A session on one workflow; ``next`` insists that the step's gate is met."""

    def __init__(self, made):
        self.made = made

    @property
    def state(self):
        return self.made.state

    def do(self, *commands):
        for command in commands:
            self.made.do(command)
            self.made.idle()

    def next(self):
        unmet = [(each.name, each.figure) for each in gates.missing(self.state, self.state.step)]
        assert not unmet
        self.do(cmd.GoToStep())

    def edit(self, name, text):
        self.made.write(name, text)
        self.made.tick(name)

    def mend(self, name, text):
        """Predict, edit, run: what supports a hypothesis."""
        self.do(
            cmd.ProposeHypothesis(claim=f"{name} is wrong", prediction=Prediction(text="", expects="pass"))
        )
        self.edit(name, text)
        self.do(cmd.RunTarget(purpose="experiment"))
        assert self.state.hypotheses[-1].verdict == "SUPPORTED", self.state.hypotheses[-1].reason

    def prove(self):
        self.do(cmd.Verify(), cmd.WriteClosing(closing=Closing(cause=RootCause(what="it added three"))))
        found = self.state.verification
        assert found.verdict == "verified", [(each.title, each.figure) for each in found.missing]
        self.do(cmd.ConfirmFix(), cmd.Close())
        assert self.state.closed.ending == "verified"


@pytest.fixture
def walk(session):
    def begin(workflow, files, target=TEST, **more):
        return Walk(session(files, target, workflow=workflow, **more))

    return begin


def test_regression_bisects_first(walk):
    history = ((GOOD + "\n# tidy\n", "tidy"), (BAD, "faster"), (BAD + "\n# more\n", "more"))
    way = walk(
        "regression",
        {"shop.py": GOOD, "tests/test_it.py": CHECKED},
        history=[("shop.py", *each) for each in history],
    )
    way.do(cmd.Reproduce())
    way.next()
    way.do(cmd.BeginSearch(kind="commits"))
    found = way.state.searches[-1].result.found
    assert isinstance(found, CommitFound)
    assert [each.subject for each in found.commits] == ["faster"]
    way.next()
    way.do(cmd.PinTest())
    way.next()
    way.mend("shop.py", GOOD)
    way.next()
    way.prove()


def test_flaky_measures_names_the_axis_and_repeats(walk):
    """Hash seeds follow from the numbers of runs: it fails 7 times of 10, so that few passes in a row say that it is gone."""
    flaky = {"shop.py": "def pick():\n    return hash('shop') % 2\n"}
    flaky["tests/test_it.py"] = "import shop\n\n\ndef test_it():\n    assert shop.pick() == 1\n"
    way = walk("flaky", flaky)
    way.do(cmd.Reproduce())
    way.next()
    way.do(cmd.BeginSearch(kind="flake", rounds=2))
    assert isinstance(way.state.searches[-1].result.found, AxisFound)
    way.next()
    way.do(cmd.PinTest())
    way.next()
    way.mend("shop.py", "def pick():\n    return 1\n")
    way.next()
    way.prove()
    repeats = next(each for each in way.state.verification.checks if each.name == "repeats")
    assert len(repeats.runs) == 4


def test_crash_takes_a_process_that_dies_for_the_failure(walk):
    dies = {"shop.py": "import os\n\n\ndef twice(n):\n    if n > 4:\n        os.abort()\n    return n + n\n"}
    way = walk("crash", {**dies, "tests/test_it.py": CHECKED})
    way.do(cmd.Reproduce())
    assert way.state.reproduction.is_stable
    way.next()
    way.do(cmd.PinTest())
    way.next()
    way.mend("shop.py", GOOD)
    way.next()
    way.prove()


def test_order_finds_the_polluter_and_mends_it(walk):
    spoilt = {"shop.py": "RATES = {}\n\n\ndef rate(name):\n    return RATES.get(name, 1)\n"}
    spoilt["tests/test_a.py"] = (
        "import shop\n\n\ndef test_sets():\n    shop.RATES['x'] = 9\n    assert shop.rate('x') == 9\n"
    )
    spoilt["tests/test_it.py"] = "import shop\n\n\ndef test_it():\n    assert shop.rate('x') == 1\n"
    way = walk("order", spoilt, target="tests")
    way.do(cmd.RunTarget(purpose="experiment"), cmd.RunTarget(purpose="experiment", scope="failures"))
    way.next()
    way.do(cmd.BeginSearch(kind="order"))
    found = way.state.searches[-1].result.found
    assert isinstance(found, PollutersFound)
    assert found.polluters == ("tests/test_a.py::test_sets",)
    way.next()
    way.do(cmd.PinTest())
    way.next()
    clean = "import shop\n\n\ndef test_sets(monkeypatch):\n    monkeypatch.setitem(shop.RATES, 'x', 9)\n    assert shop.rate('x') == 9\n"
    way.mend("tests/test_a.py", clean)
    way.next()
    way.prove()


def test_incident_begins_without_a_test(walk):
    way = walk(
        "incident", {"shop.py": BAD, "tests/test_other.py": "def test_other():\n    pass\n"}, target="tests"
    )
    way.do(cmd.WriteNote(text="14:02 totals wrong"), cmd.WriteNote(text="13:50 deployed"))
    way.do(cmd.WriteSpec(spec=Spec(expected="twice 3 is 6", actual="7")))
    way.next()
    way.edit("tests/test_it.py", CHECKED)
    way.do(cmd.Retarget(target=Target(words=(TEST,))), cmd.PinTest())
    way.next()
    way.do(cmd.Suspects(), cmd.GoToStep(reason="weak, and the only function"))
    way.mend("shop.py", GOOD)
    way.next()
    answers = {"visible": "the total is logged", "rollback": "revert one commit"}
    way.do(cmd.WriteClosing(closing=Closing(lesson="alert on totals", answers=answers)))
    way.prove()


def test_slow_has_a_budget_for_its_oracle(walk):
    naps = {"shop.py": "import time\n\n\ndef twice(n):\n    time.sleep(3)\n    return n + n\n"}
    naps["tests/test_it.py"] = "import shop\n\n\ndef test_it():\n    assert shop.twice(3) == 6\n"
    way = walk("slow", naps)
    way.do(cmd.SetBudget(seconds=2.9), cmd.Reproduce())
    assert [each.exception for each in way.state.last_failure.failing] == ["TooSlow"]
    way.next()
    way.do(cmd.PinTest())
    way.next()
    way.mend("shop.py", GOOD)
    way.next()
    way.prove()
