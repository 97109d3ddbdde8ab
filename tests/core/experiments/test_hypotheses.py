"""The ledger: several open, one active; predictions that stay; drafts from evidence; trials that judge."""

import pytest

from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.suggestions import drafts
from coach.core.experiments.trial_request import Trial
from coach.core.localize.call_trace import Call, CallTrace, Divergence
from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.report import Ending, RunReport
from tests.core.driving import TEST, green, red, reproduced


def proposing(drive, claim, expects="pass"):
    return drive.send(cmd.ProposeHypothesis(claim=claim, prediction=Prediction(text="", expects=expects)))


def test_several_are_open_and_the_active_one_is_judged_by_the_next_run():
    drive = reproduced()
    proposing(drive, "rounding")
    proposing(drive, "the discount")
    assert drive.state.active_hypothesis.id == 2
    drive.send(cmd.ActivateHypothesis(id=1))
    drive.saves()
    drive.ends(green())
    assert [each.verdict for each in drive.state.hypotheses] == ["SUPPORTED", None]
    assert drive.state.active_hypothesis.id == 2
    assert isinstance(drive.send(cmd.ActivateHypothesis(id=1)), Refusal)


def test_a_prediction_can_be_mended_until_its_experiment_has_run():
    drive = reproduced()
    proposing(drive, "rounding", "same failure")
    drive.send(cmd.RevisePrediction(id=1, prediction=Prediction(text="it passes", expects="pass")))
    assert drive.state.hypotheses[0].prediction.expects == "pass"
    drive.send(cmd.RunTarget())
    drive.ends(red())
    late = drive.send(
        cmd.RevisePrediction(id=1, prediction=Prediction(text="still red", expects="same failure"))
    )
    assert isinstance(late, Refusal)
    assert "has tested H1 already" in late.reason


def test_a_trial_for_another_hypothesis_has_not_tested_this_one():
    drive = reproduced()
    proposing(drive, "rounding")
    proposing(drive, "the discount")
    tried(drive, Trial(kind="patch", patch="--- a\n+++ b\n", expects="pass", hypothesis=2), green())
    revised = drive.send(cmd.RevisePrediction(id=1, prediction=Prediction(text="new")))
    assert not isinstance(revised, Refusal)


def test_what_is_refuted_stays_refuted_until_somebody_says_why_it_was_not():
    drive = reproduced()
    proposing(drive, "rounding")
    drive.saves()
    drive.ends(red(tree="t1"))
    for command in (
        cmd.JudgeHypothesis(id=1, verdict="SUPPORTED", reason=" "),
        cmd.JudgeHypothesis(id=1, verdict="REFUTED", reason="again"),
        cmd.RevisePrediction(id=1, prediction=Prediction(text="new")),
        cmd.ActivateHypothesis(id=1),
        cmd.Try(trial=Trial(kind="patch", patch="x", expects="pass", hypothesis=1)),
    ):
        assert isinstance(drive.send(command), Refusal)
    assert drive.state.hypotheses[0].is_eliminated
    refuted = drive.state.hypotheses[0]
    drive.send(cmd.JudgeHypothesis(id=1, verdict="INCONCLUSIVE", reason="the edit was in the wrong branch"))
    (judged,) = drive.state.hypotheses
    assert judged.verdict == "INCONCLUSIVE"
    assert [(each.verdict, each.reason) for each in judged.overruled] == [("REFUTED", refuted.reason)]


def test_a_verdict_keeps_what_it_teaches():
    drive = reproduced()
    drive.send(cmd.ProposeHypothesis(claim="x", prediction=Prediction(text="the log shows 9")))
    drive.send(cmd.RunTarget(purpose="experiment"))
    drive.ends(red())
    drive.send(
        cmd.JudgeHypothesis(id=1, verdict="REFUTED", reason="it shows 10", teaches="the input is right")
    )
    assert drive.state.hypotheses[0].teaches == "the input is right"


def tried(drive, trial, report, matched=None, command=()):
    answer = drive.send(cmd.Try(trial=trial, command=command))
    assert not isinstance(answer, Refusal), answer
    number = drive.state.under_way[-1].number
    drive.ends(report)
    drive.send(obs.TrialRead(run=number, matched=matched))
    return drive.state.trials[-1]


PATCH = Trial(kind="patch", patch="--- a/shop/cart.py\n+++ b/shop/cart.py\n", expects="pass")
COMMAND = Trial(kind="command", exit_code=0, pattern="all good")


@pytest.mark.parametrize(
    ("trial", "report", "matched", "verdict"),
    [
        (PATCH, green(), None, "SUPPORTED"),
        (PATCH, red(), None, "REFUTED"),
        (PATCH, RunReport(ending=Ending(kind="timeout", sentence="too long")), None, "INCONCLUSIVE"),
        (PATCH.model_copy(update={"expects": None}), green(), None, None),
        (COMMAND, RunReport(ending=Ending(exit_code=0)), True, "SUPPORTED"),
        (COMMAND, RunReport(ending=Ending(exit_code=0)), False, "REFUTED"),
        (COMMAND, RunReport(ending=Ending(exit_code=2)), True, "REFUTED"),
    ],
)
def test_trials_are_judged_by_what_they_predicted(trial, report, matched, verdict):
    drive = reproduced()
    failed = drive.state.last_failure
    seen = tried(drive, trial, report, matched, ("make",) if trial.kind == "command" else ())
    assert seen.verdict == verdict
    assert drive.state.last_failure == failed
    assert drive.state.last_pass is None


def test_a_trial_judges_the_hypothesis_it_is_for():
    drive = reproduced()
    proposing(drive, "rounding")
    seen = tried(drive, PATCH.model_copy(update={"hypothesis": 1}), green())
    judged = drive.state.hypotheses[0]
    assert (judged.verdict, judged.runs) == ("SUPPORTED", (seen.run,))
    assert judged.reason == "patch of shop/cart.py: predicted pass, seen pass"


@pytest.mark.parametrize(
    ("trial", "command"),
    [
        (Trial(kind="patch", patch=" "), ()),
        (Trial(kind="patch", patch="import shop\n"), ()),
        (Trial(kind="command"), ()),
        (Trial(kind="command", pattern="("), ("make",)),
        (Trial(kind="environment", seed=1, hypothesis=1), ()),
        (Trial(kind="environment", seed=1, hypothesis=9, expects="pass"), ()),
    ],
)
def test_what_cannot_be_tried_is_refused(trial, command):
    drive = reproduced()
    proposing(drive, "rounding")
    assert isinstance(drive.send(cmd.Try(trial=trial, command=command)), Refusal)


def test_drafts_come_from_evidence_and_are_not_offered_twice():
    drive = reproduced()
    assert drafts(drive.state)[0].claim.startswith("total at shop/cart.py:21")
    flip = Flip(
        path="shop/cart.py", function="total", line=21, kind="operator", before="a // b", after="a / b"
    )
    drive.send(obs.MutantsSeen(mutations=Mutations(test=TEST, tried=3, flips=(flip,))))
    first = drafts(drive.state)[0]
    assert first.claim == "shop/cart.py:21 should not be a // b"
    drive.send(cmd.ProposeHypothesis(claim=first.claim, prediction=Prediction(text=first.prediction)))
    assert first not in drafts(drive.state)


@pytest.mark.parametrize("path", ["shop/cart.py", "shop/tax.py"])
def test_of_two_traced_places_the_likelier_one_is_drafted_first(path):
    """The form takes the first draft: it named a place of 4 % below a next move that named another one of 38 %."""
    drive = reproduced()
    (likely, *_) = drive.state.suspects
    named = likely.model_copy(update={"probability": 0.38, "leads": True})
    drive.record(ev.SuspectsRanked(run=1, suspects=(named,)))
    call = Call(
        depth=0, path=path, line=likely.line, function=likely.function if path == likely.path else "rate"
    )
    parts = {"versus": "test_empty", "here": "7", "there": "5", "with_test": "t", "with_run": 7}
    trace = CallTrace(test=TEST, run=7, calls=(call,))
    drive.record(ev.CallsTraced(trace=trace, divergence=Divergence(kind="result", at=0, **parts)))
    first = drafts(drive.state)[0]
    assert first.claim.startswith(f"total at shop/cart.py:{likely.line}")
    assert first.because.startswith("in #7") == (path == likely.path)


@pytest.mark.parametrize(
    "word", ["--index-url=x", "-e", "./folder", "thing @ file:///x", "a b", " ", "-r x.zip"]
)
def test_what_is_no_package_is_refused(word):
    drive = reproduced()
    answer = drive.send(cmd.Try(trial=Trial(kind="environment", packages=("click>=8, <9", "a.whl", word))))
    assert isinstance(answer, Refusal)
    assert answer.reason == f"{word!r} is no package: name==1.2, or a wheel file"


@pytest.mark.parametrize(
    ("kind", "path", "claim", "expects"),
    [
        ("result", "shop/tax.py", "rate at shop/tax.py:4 gives a wrong answer", "pass"),
        ("argument", "shop/tax.py", "rate at shop/tax.py:4 is called with a wrong value", "pass"),
        ("path", "shop/tax.py", "the way parts wrongly in rate at shop/tax.py:4", None),
        ("result", "tests/test_tax.py", "", None),
    ],
)
def test_where_the_calls_part_is_a_draft(kind, path, claim, expects):
    drive = reproduced()
    trace = CallTrace(test=TEST, run=7, calls=(Call(depth=0, path=path, line=4, function="rate"),))
    parts = {
        "versus": "test_empty",
        "here": "rate gave 7",
        "there": "gave 5",
        "with_test": "t",
        "with_run": 7,
    }
    drive.record(ev.CallsTraced(trace=trace, divergence=Divergence(kind=kind, at=0, **parts)))
    found = [each for each in drafts(drive.state) if each.because.startswith("in #7")]
    assert [(each.claim, each.expects) for each in found] == ([(claim, expects)] if claim else [])
    assert all(each.because == "in #7 rate gave 7; test_empty gave 5" for each in found)
