"""Commands that write down what a person knows: spec, suspects ruled out, hypotheses, notes, the root cause."""

import math

from coach.core.decide.decision import Decision, Refusal, decide
from coach.core.experiments.hypothesis import Hypothesis
from coach.core.experiments.logpoint import Logpoint
from coach.core.experiments.trial_request import Trial
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.spec.spec import MAX_QUESTIONS
from coach.core.verify.conclusion import QUESTIONS, merge


@decide.register
def _(message: cmd.WriteSpec, state: SessionState) -> Decision | Refusal:
    spec = message.spec.after(state.spec)
    if spec == state.spec:
        return Refusal("the spec says that already")
    if len(message.spec.questions) > MAX_QUESTIONS:
        return Refusal(f"at most {MAX_QUESTIONS} open questions: keep those whose answer changes the fix")
    return Decision(events=(ev.SpecWritten(spec=spec),))


@decide.register
def _(message: cmd.RuleOutSuspect, state: SessionState) -> Decision | Refusal:
    if message.suspect not in {each.key for each in state.suspects}:
        return Refusal(f"no suspect {message.suspect!r}; coach suspects lists them")
    if not message.reason.strip():
        return Refusal("ruling out needs a reason: what did you see?")
    return Decision(events=(ev.SuspectRuledOut(suspect=message.suspect, reason=message.reason),))


@decide.register
def _(message: cmd.RestoreSuspect, state: SessionState) -> Decision | Refusal:
    if message.suspect not in state.ruled_out:
        return Refusal(f"{message.suspect!r} is not ruled out")
    return Decision(events=(ev.SuspectRestored(suspect=message.suspect),))


@decide.register
def _(message: cmd.ProposeHypothesis, state: SessionState) -> Decision | Refusal:
    if not message.claim.strip() or not (message.prediction.text.strip() or message.prediction.expects):
        return Refusal("a hypothesis needs a claim and a prediction: what will you see if it holds?")
    number = max((each.id for each in state.hypotheses), default=0) + 1
    return Decision(
        events=(ev.HypothesisProposed(id=number, claim=message.claim, prediction=message.prediction),)
    )


@decide.register
def _(message: cmd.JudgeHypothesis, state: SessionState) -> Decision | Refusal:
    hypothesis = state.hypothesis(message.id)
    if hypothesis is None:
        return Refusal(f"no hypothesis H{message.id}")
    if not message.reason.strip():
        return Refusal(
            "a verdict needs what was observed"
            if hypothesis.is_open
            else f"H{message.id} was judged already: say why that verdict was wrong; both are kept"
        )
    if message.verdict == hypothesis.verdict:
        return Refusal(f"H{message.id} is {message.verdict.lower()} already")
    later = tuple(
        run.number
        for run in state.runs
        if run.number > hypothesis.after_run and run.is_over and not run.request.only_looks
    )
    if not later and message.verdict != "INCONCLUSIVE":
        return Refusal("no run since the prediction: ‹run› runs the experiment")
    judged = ev.HypothesisJudged(
        id=message.id,
        verdict=message.verdict,
        reason=message.reason,
        runs=later[-1:],
        teaches=message.teaches,
    )
    return Decision(events=(judged,))


@decide.register
def _(message: cmd.ActivateHypothesis, state: SessionState) -> Decision | Refusal:
    chosen = state.hypothesis(message.id)
    if chosen is None or not chosen.is_open:
        return Refusal(f"H{message.id} is not open")
    if state.active_hypothesis == chosen:
        return Refusal(f"H{message.id} is the active one already")
    return Decision(events=(ev.HypothesisActivated(id=message.id),))


@decide.register
def _(message: cmd.RevisePrediction, state: SessionState) -> Decision | Refusal:
    """A prediction that has seen its experiment is evidence: only a new hypothesis can say something else."""
    chosen = state.hypothesis(message.id)
    if chosen is None or not chosen.is_open:
        return Refusal(f"H{message.id} is not open")
    if not (message.prediction.text.strip() or message.prediction.expects):
        return Refusal("what will you see if it holds?")
    seen = experiments_of(state, chosen)
    if seen:
        return Refusal(f"run #{seen[0]} has tested H{chosen.id} already; write a new hypothesis instead")
    return Decision(events=(ev.PredictionRevised(id=message.id, prediction=message.prediction),))


def experiments_of(state: SessionState, hypothesis: Hypothesis) -> tuple[int, ...]:
    """Return the runs that may have shown what a hypothesis predicts: those made for it, and runs of the target since."""
    return tuple(
        run.number
        for run in state.runs
        if run.number > hypothesis.after_run and run.is_over and _shows(run, hypothesis)
    )


def _shows(run: Run, hypothesis: Hypothesis) -> bool:
    request = run.request
    if isinstance(request.instrument, Logpoint | Trial):
        return request.hypothesis == hypothesis.id
    return not request.only_looks and not request.in_copy and run.judged is not None


@decide.register
def _(message: cmd.SetBudget, state: SessionState) -> Decision | Refusal:
    if not 0 <= message.seconds < math.inf:
        return Refusal("a budget is a number of seconds")
    if message.seconds == state.budget:
        return Refusal("the budget is that already")
    return Decision(events=(ev.BudgetSet(seconds=message.seconds),))


@decide.register
def _(message: cmd.WriteNote, state: SessionState) -> Decision | Refusal:  # noqa: ARG001 - a note is always welcome
    if not message.text.strip():
        return Refusal("the note is empty")
    return Decision(events=(ev.NoteWritten(text=message.text),))


@decide.register
def _(message: cmd.WriteClosing, state: SessionState) -> Decision | Refusal:
    unknown = sorted(set(message.closing.answers) - set(QUESTIONS))
    if unknown:
        return Refusal(f"no question {unknown[0]!r}; known: {', '.join(QUESTIONS)}")
    merged = merge(state.closing, message.closing)
    if merged == state.closing:
        return Refusal(
            "that is written already" if state.root_cause else "nothing is written yet: what was wrong?"
        )
    is_cause_new = merged.cause != state.closing.cause
    if is_cause_new and (why_not := why_no_cause(state, message.by)):
        return Refusal(why_not)
    return Decision(events=(ev.ClosingWritten(closing=merged),))


def why_no_cause(state: SessionState, by: str = "") -> str:
    """Say why no root cause can be written now; empty when one can.

    A cause explains a failure that was seen. An assistant (``by``, or whom the session was handed to) must have tried its
    explanation as well: a person may know more than the log does, an assistant's word rests on runs.
    """
    if state.last_failure is None:
        return "no red run is recorded: ‹run› runs the target; what never failed has no cause to write down"
    if (by or state.held_by) and not any(each.verdict == "SUPPORTED" for each in state.hypotheses):
        return "no hypothesis is supported by a run yet: ‹hypothesis› writes one, then ‹run› tests it"
    return ""


@decide.register
def _(_message: cmd.ConfirmFix, state: SessionState) -> Decision | Refusal:
    if why_not := why_not_confirmed(state):
        return Refusal(why_not)
    return Decision(events=(ev.FixConfirmed(),))


def why_not_confirmed(state: SessionState) -> str:
    """Say why nobody can agree to the fix now; empty when somebody can."""
    if state.is_confirmed:
        return "the fix is confirmed already"
    return "" if state.verification else "nothing is verified yet; ‹verify› verifies"


@decide.register
def _(message: cmd.NoteAssistant, state: SessionState) -> Decision | Refusal:  # noqa: ARG001 - what was is recorded
    return Decision(events=(ev.AssistantEnded(report=message.report),))


@decide.register
def _(message: cmd.NoteDrill, state: SessionState) -> Decision | Refusal:
    if state.drill is None:
        return Refusal("this session plays no drill")
    event = ev.DrillScored(graded=message.graded, played=message.played, score=message.score)
    return Decision(events=(event,))


@decide.register
def _(message: cmd.NoteDebrief, state: SessionState) -> Decision | Refusal:
    if state.drill is None or state.drill.scored is None:
        return Refusal("no drill of this session is over")
    return Decision(events=(ev.DrillDebriefed(debrief=message.debrief),))


@decide.register
def _(message: cmd.NoteExport, state: SessionState) -> Decision | Refusal:  # noqa: ARG001 - every export is recorded
    event = ev.ContextExported(
        format=message.format,
        budget=message.budget,
        digest=message.digest,
        way=message.way,
        purpose=message.purpose,
    )
    return Decision(events=(event,))
