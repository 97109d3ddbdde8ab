"""A trial: an experiment coach carries out in a disposable copy of the work tree, with what it is predicted to show.

*patch*: the target with a diff applied · *environment*: the target under another seed, order, time zone or variable ·
*command*: any command, by its exit code and a pattern in its output.
"""

from typing import Literal

from coach.core.base.text import Prose
from coach.core.base.value import Value
from coach.core.experiments.hypothesis import Expects, Verdict
from coach.core.experiments.prediction import judge_prediction
from coach.core.experiments.trial_request import Trial
from coach.core.runs.run import Run


class TrialRun(Value):
    """A trial, the run that carried it out, and what that says of its prediction."""

    run: int
    trial: Trial
    verdict: Verdict | None = None
    """None when nothing was predicted."""
    reason: Prose = ""
    outcome: Literal["PASS", "FAIL", "UNRESOLVED"] = "UNRESOLVED"


def judge_trial(trial: Trial, run: Run, *, matched: bool | None) -> tuple[Verdict, str]:
    """Compare what was predicted with what the run showed; ``matched`` says whether the pattern was in its output."""
    if run.report is None or run.judged is None:
        return "INCONCLUSIVE", "the run did not end"
    if trial.kind == "command":
        return _judge_command(trial, run, matched=matched)
    expects: Expects | None = trial.expects
    assert expects is not None, "only what was predicted is judged"
    return judge_prediction(expects, run)


def _judge_command(trial: Trial, run: Run, *, matched: bool | None) -> tuple[Verdict, str]:
    assert run.report is not None
    if run.report.ending.kind != "completed":
        return "INCONCLUSIVE", run.report.ending.sentence
    code = run.report.ending.exit_code
    seen = f"exit {code}"
    holds = trial.exit_code is None or code == trial.exit_code
    if trial.pattern:
        seen += f", {trial.pattern!r} {'is' if matched else 'is not'} in the output"
        holds = holds and bool(matched)
    return ("SUPPORTED" if holds else "REFUTED"), seen
