"""Trials: experiments that coach carries out in a copy, and the verdicts that follow from them."""

import re

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.run_start import start_next
from coach.core.decide.verification_runs import continue_plan
from coach.core.experiments.trial import TrialRun, judge_trial
from coach.core.experiments.trial_request import Trial, is_package
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.abilities import who_can
from coach.core.runs.run import Run, fresh_seed
from coach.core.runs.target import Target
from coach.core.session.state import SessionState

_PATCH = re.compile(r"^(@@ |--- |diff --git )", re.MULTILINE)


@decide.register
def _(message: cmd.Try, state: SessionState) -> Decision | Refusal:
    trial = message.trial
    why_not = _impossible(trial, message.command, state)
    if why_not:
        return Refusal(why_not)
    draft = Draft(state)
    focus = _test(state) if trial.order else NO_TEST
    seed = fresh_seed(state.last_number + 1) if trial.seed is None else trial.seed
    start_next(
        draft,
        "trial",
        _target(trial, message.command, state),
        focus=focus,
        instrument=trial,
        variation=trial.variation(focus),
        hash_seed=seed % 2**32,
    )
    return draft.done()


def _target(trial: Trial, command: tuple[str, ...], state: SessionState) -> Target:
    if trial.kind == "command":
        return Target(kind="command", words=command)
    if trial.order:
        return state.target.only(_test(state).file)
    return state.target


def _test(state: SessionState) -> TestId:
    return state.pin.test if state.pin else state.target.one_test


def _impossible(trial: Trial, command: tuple[str, ...], state: SessionState) -> str:
    tested = state.hypothesis(trial.hypothesis)
    strange = next((each for each in trial.packages if not is_package(each)), "")
    reasons = {
        CLOSED.reason: bool(state.closed),
        "a series of runs is under way; ‹cancel› stops it": state.is_in_series,
        "the patch is empty": trial.kind == "patch" and not trial.patch.strip(),
        "that is no patch; git diff prints one": trial.kind == "patch" and not _PATCH.search(trial.patch),
        "which command? coach try --expect-exit 0 -- make check": trial.kind == "command" and not command,
        who_can("order"): bool(trial.order) and not state.target.can("order"),
        "another order needs one test: pin it, or run it alone": bool(trial.order) and not _test(state),
        f"H{trial.hypothesis} is not open": bool(trial.hypothesis) and (tested is None or not tested.is_open),
        "a verdict needs a prediction: what will be seen if it holds?": bool(trial.hypothesis)
        and not trial.is_prediction,
        f"{trial.pattern!r} is no regular expression": not _is_pattern(trial.pattern),
        f"{strange!r} is no package: name==1.2, or a wheel file": bool(strange),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


@decide.register
def _(message: obs.TrialRead, state: SessionState) -> Decision | Refusal:
    run = state.run(message.run)
    trial = run.request.instrument if run else None
    if run is None or not isinstance(trial, Trial) or run.judged is None:
        return Refusal("no such trial")
    if run.request.purpose == "acceptance":
        return _accepted(run, state)
    seen = TrialRun(run=message.run, trial=trial, outcome=run.judged.outcome)
    if trial.is_prediction:
        verdict, reason = judge_trial(trial, run, matched=message.matched)
        seen = seen.model_copy(update={"verdict": verdict, "reason": reason})
    draft = Draft(state)
    draft.record(ev.TrialSeen(seen=seen))
    tested = state.hypothesis(trial.hypothesis)
    if tested and tested.is_open and seen.verdict in {"SUPPORTED", "REFUTED"}:
        reason = f"{trial.label}: {seen.reason}"
        draft.record(
            ev.HypothesisJudged(id=tested.id, verdict=seen.verdict, reason=reason, runs=(message.run,))
        )
    draft.notice = f"{trial.label}: " + (
        f"{seen.verdict.lower()}, {seen.reason}" if seen.verdict else seen.outcome
    )
    return draft.done()


def _accepted(run: Run, state: SessionState) -> Decision | Refusal:
    """An acceptance command was run: the verification it belongs to goes on."""
    if not state.plan or run.number < state.plan_start:
        return Refusal("the verification this belongs to is over")
    draft = Draft(state)
    continue_plan(draft)
    return draft.done()
