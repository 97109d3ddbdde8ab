"""Events of experiments and of the proof in words; a part of ``telling``."""

from coach.core import events as ev
from coach.core.closing import QUESTIONS
from coach.core.figures import count
from coach.core.isolate.flips import not_tried
from coach.core.logpoint import Logpoint
from coach.core.saying import Said, say
from coach.core.words import VERDICTS


@say.register
def _(event: ev.HypothesisActivated) -> Said:
    return "·", "dim", f"H{event.id} is worked on"


@say.register
def _(event: ev.PredictionRevised) -> Said:
    return "·", "accent", f"H{event.id} predicts anew: {event.prediction.text or event.prediction.expects}"


@say.register
def _(event: ev.LogpointSeen) -> Said:
    seen = event.seen
    sign, role = VERDICTS[seen.verdict] if seen.verdict else ("·", "accent")
    if seen.after_fix:
        return (
            sign,
            role,
            f"looked again at {seen.logpoint.place} after the fix in #{seen.run}: {seen.reason}",
        )
    said = (
        f"{seen.verdict.lower()}, {seen.reason}"
        if seen.verdict
        else seen.observed.why or seen.logpoint.expression
    )
    return sign, role, f"logpoint {seen.logpoint.place} in #{seen.run}: {said}"


@say.register
def _(event: ev.LookAsked) -> Said:
    return "?", "warn", f"{event.by} asks to evaluate at {event.logpoint.place}: {_words(event.logpoint)}"


@say.register
def _(event: ev.LookAnswered) -> Said:
    said = "may" if event.is_allowed else "may not"
    return "·", "accent", f"in this session {said} be evaluated for an assistant: {_words(event.logpoint)}"


def _words(logpoint: Logpoint) -> str:
    return " · ".join(dict.fromkeys(filter(None, (logpoint.expression, logpoint.condition))))


@say.register
def _(event: ev.TrialSeen) -> Said:
    seen = event.seen
    sign, role = VERDICTS[seen.verdict] if seen.verdict else ("·", "accent")
    said = f"{seen.verdict.lower()}, {seen.reason}" if seen.verdict else seen.outcome
    return sign, role, f"tried {seen.trial.label} in #{seen.run}: {said}"


@say.register
def _(event: ev.VerificationBegan) -> Said:
    return "·", "dim", f"verification began, {count(len(event.plan), 'run')}"


@say.register
def _(event: ev.VerificationVoided) -> Said:
    return "◐", "warn", f"verification void: {event.why}"


@say.register
def _(event: ev.VerificationJudged) -> Said:
    text = f"{event.verification.verdict}: {event.verification.figure} checks hold"
    return ("✔", "good", text) if event.verification.verdict == "verified" else ("◐", "warn", text)


@say.register
def _(event: ev.ControlMeasured) -> Said:
    found = event.control
    is_whole = found.tried > 0 and found.killed == found.tried
    sign, role = VERDICTS["SUPPORTED" if is_whole else "INCONCLUSIVE"]
    stopped = not_tried(found.refused, found.refusals)
    said = f"{found.killed} of {found.tried} small wrong fixes caught"
    return sign, role, f"{said}, {stopped}" if stopped else said


@say.register
def _(event: ev.ObjectionAnswered) -> Said:
    return "·", "accent", f"{event.objection} is fine: {event.reason}"


@say.register
def _(event: ev.BudgetSet) -> Said:
    return "·", "accent", f"it may take {event.seconds:g} s" if event.seconds else "its time is not limited"


@say.register
def _(event: ev.ClosingWritten) -> Said:
    answered = sum(name in QUESTIONS for name in event.closing.answers)
    more = f", {count(answered, 'question')} answered" if answered else ""
    return "·", "accent", f"root cause: {event.closing.cause.text or 'not said yet'}{more}"


@say.register
def _(event: ev.LeftBehindEnded) -> Said:
    return (
        "⚠",
        "warn",
        f"a killed coach had left these running, they were ended: {', '.join(event.processes)}",
    )
