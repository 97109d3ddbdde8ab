"""The rule by which a logpoint judges its prediction, and what a verdict does to the hypothesis it tests."""

import pytest

from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.logpoint import Logpoint, Observed, TestHits, judge_logpoint
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from tests.core.driving import TEST, reproduced

POINT = Logpoint(path="shop/cart.py", line=21, expression="total", condition="total < 0")
NEIGHBOUR = "tests/test_cart.py::test_empty"


def failing(held, hits=4, **fields):
    values = {"test": TEST, "outcome": "failing", "hits": hits, "evaluated": hits, "held": held}
    return TestHits(**{**values, **fields})


def passing(held, hits=2):
    return TestHits(test=NEIGHBOUR, hits=hits, evaluated=hits, held=held)


def seen(*tests, **fields):
    return Observed(line=21, test=TEST, tests=tests, way="sys.monitoring", **fields)


@pytest.mark.parametrize(
    ("mode", "tests", "verdict"),
    [
        ("once", (failing(1),), "SUPPORTED"),
        ("once", (failing(0),), "REFUTED"),
        ("once", (failing(0, hits=20_000, evaluated=10_000),), "INCONCLUSIVE"),
        ("always", (failing(4),), "SUPPORTED"),
        ("always", (failing(3),), "REFUTED"),
        ("always", (failing(10_000, hits=20_000, evaluated=10_000),), "INCONCLUSIVE"),
        ("never", (failing(0),), "SUPPORTED"),
        ("never", (failing(1),), "REFUTED"),
        ("only-failing", (failing(1), passing(0)), "SUPPORTED"),
        ("only-failing", (failing(1), passing(1)), "REFUTED"),
        ("only-failing", (failing(0), passing(0)), "REFUTED"),
        ("only-failing", (failing(1),), "INCONCLUSIVE"),
        ("never", (failing(0, hits=0),), "INCONCLUSIVE"),
        ("never", (failing(0, raised=4, error="<raised NameError: total>"),), "INCONCLUSIVE"),
        ("once", (failing(4, outcome="passing"),), "INCONCLUSIVE"),
    ],
)
def test_the_rule(mode, tests, verdict):
    point = POINT.model_copy(update={"mode": mode})
    found, reason = judge_logpoint(point, seen(*tests))
    assert found == verdict
    assert reason


def test_a_line_never_reached_is_its_own_answer():
    assert "never reached" in judge_logpoint(POINT, seen(failing(0, hits=0)))[1]


def looking(drive, point=POINT):
    return drive.send(cmd.Look(logpoint=point))


def answered(drive, *tests, **fields):
    run = drive.state.runs[-1]
    drive.ends(drive.state.last_failure.report)
    drive.send(obs.LogpointRead(run=run.number, observed=seen(*tests, **fields)))
    return drive.state.logpoints[-1]


def test_the_prediction_is_in_the_log_before_the_run_and_the_verdict_after_it():
    drive = reproduced()
    drive.send(cmd.ProposeHypothesis(claim="negative", prediction=Prediction(text="total < 0")))
    looking(drive, POINT.model_copy(update={"hypothesis": 1}))
    assert drive.records[-1].event.request.logpoint.condition == "total < 0"
    found = answered(drive, failing(2), passing(0))
    assert found.verdict == "SUPPORTED"
    hypothesis = drive.state.hypotheses[0]
    assert (hypothesis.verdict, hypothesis.runs) == ("SUPPORTED", (found.run,))


def test_an_inconclusive_look_leaves_the_hypothesis_open():
    drive = reproduced()
    drive.send(cmd.ProposeHypothesis(claim="negative", prediction=Prediction(text="total < 0")))
    looking(drive, POINT.model_copy(update={"hypothesis": 1}))
    answered(drive, failing(0, hits=0))
    assert drive.state.hypotheses[0].is_open


def test_a_look_without_a_prediction_has_no_verdict():
    drive = reproduced()
    looking(drive, Logpoint(path="shop/cart.py", line=21, expression="total"))
    assert answered(drive, failing(0)).verdict is None


def test_a_logpoint_run_is_no_evidence_about_the_target():
    drive = reproduced()
    before = drive.state.last_failure
    looking(drive)
    answered(drive, failing(1))
    assert drive.state.last_failure == before
    assert drive.state.runs[-1].judged.outcome == "UNRESOLVED"


@pytest.mark.parametrize(
    "point",
    [
        POINT.model_copy(update={"expression": "total +"}),
        POINT.model_copy(update={"condition": "total = 1"}),
        POINT.model_copy(update={"hypothesis": 7}),
    ],
)
def test_what_cannot_be_looked_at_is_refused(point):
    assert isinstance(looking(reproduced(), point), Refusal)


def test_the_next_look_follows_the_line_where_it_was_seen():
    drive = reproduced()
    looking(drive)
    answered(drive, failing(1), source="return total")
    kept = drive.state.logpoints[-1].logpoint
    assert (kept.line, kept.source) == (21, "return total")
