"""What follows from an edit between two runs: it is read, judged, and a loop is spoken of; and the answers to that."""

from coach.core.decide.decision import Decision, Draft, Refusal, decide
from coach.core.decide.failure_age import dated, why_never_dated
from coach.core.decide.ways_out import ways_out
from coach.core.experiments.claim import edited_elsewhere
from coach.core.log import events as ev
from coach.core.loops.analysis.analyse_attempt import RULE, read_attempt
from coach.core.loops.attempt import Attempt
from coach.core.loops.detection import Detection
from coach.core.loops.detectors import DETECTORS
from coach.core.loops.escalation import Said, climb, look
from coach.core.loops.history import History, Trial
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.run import Run
from coach.core.session.state import SessionState


def follow_edit(draft: Draft, run: Run) -> None:
    """After a run of the target: read what was edited since the run before; with nothing to read, look at once."""
    history = draft.state.history
    now, before = history.now, history.previous
    if now is None or now.run != run.number:
        return
    if before is not None and before.tree and now.tree and before.tree != now.tree:
        draft.perform(_reading(before, now))
    elif before is None or now.is_rerun:
        notice_loops(draft, history)


def _reading(before: Trial, now: Trial) -> eff.ReadAttempt:
    return eff.ReadAttempt(
        run=now.run,
        base_run=before.run,
        base=before.tree,
        tree=now.tree,
        base_head=before.report.head,
        head=now.report.head,
    )


def date_failure(draft: Draft, run: Run) -> None:
    """After a run in a copy of the commit checked out: tell how old the failure is, and judge again what hangs on it."""
    told = dated(draft.state, run)
    if told is None:
        return
    draft.record(told)
    draft.notice = told.sentence
    if told.failed and told.of_run:
        notice_loops(draft, draft.state.history.up_to(told.of_run), told.pattern)


def notice_loops(draft: Draft, history: History, pattern: str = "") -> None:
    """Say what the detectors see in a history, as the ladder allows; with a pattern, that one alone."""
    state = draft.state
    said = [
        Said(each.loop.pattern, each.loop.place, each.loop.level, each.loop.run) for each in state.notices
    ]
    dismissed = {(each.pattern, each.place) for each in state.dismissals}
    seen = (each for each in look(history, state.loops_off) if pattern in {"", each.pattern})
    for detection in climb(tuple(seen), said, dismissed, history.runs):
        draft.record(noticed(state, detection))


def noticed(state: SessionState, detection: Detection) -> ev.LoopNoticed:
    """Return the event that says what a detector saw."""
    step = detection.step if state.workflow.step(detection.step) else ""
    why_never = why_never_dated(state) if detection.doubt and not state.imported else ""
    said = detection.sentence
    noticed = ev.LoopNoticed(
        pattern=detection.pattern,
        level=detection.level,
        run=detection.evidence[-1],
        evidence=detection.evidence,
        place=detection.place,
        sentence=f"{said.removesuffix('.')}: {why_never}." if why_never else said,
        move=detection.move,
        action=detection.action,
        step=step,
        restore_run=detection.restore_run,
        rule=DETECTORS[detection.pattern].rule,
        doubt=() if why_never or state.imported else detection.doubt,
    )
    return noticed.model_copy(update={"ways": ways_out(state, noticed)})


@decide.register
def _(message: obs.AttemptSeen, state: SessionState) -> Decision | Refusal:
    draft = Draft(state)
    read = read_attempt(message.run, message.base_run, message.changes, message.sources, message.unloaded)
    circumstances = {
        "by": _holder(state, read),
        "head_moved": message.head_moved,
        "restored": any(read.base_run <= each.after_run < read.run for each in state.restores),
    }
    attempt = read.model_copy(update=circumstances)
    draft.record(ev.AttemptRead(attempt=attempt, rule=RULE))
    _remark_elsewhere(draft, attempt)
    notice_loops(draft, draft.state.history.up_to(attempt.run))
    return draft.done()


def _remark_elsewhere(draft: Draft, attempt: Attempt) -> None:
    """Say it beside a supported claim when the edit that made the prediction hold was not where the claim says."""
    for each in draft.state.hypotheses:
        where = edited_elsewhere(each.claim, attempt.changes) if each.runs == (attempt.run,) else ""
        if where and each.verdict == "SUPPORTED" and REMARK not in each.reason:
            reason = f"{each.reason}; {REMARK}{where}, not where the claim says"
            draft.record(ev.HypothesisJudged(id=each.id, verdict="SUPPORTED", reason=reason, runs=each.runs))
            draft.notice = f"H{each.id}: {REMARK}{where}, not where the claim says"


REMARK = "the edit was at "


def _holder(state: SessionState, attempt: Attempt) -> str:
    """Say whose edits these were: who held the session when the files were saved, or now when no save was seen."""
    edits = [each for each in state.edits if attempt.base_run <= each.after_run < attempt.run]
    holders = dict.fromkeys(each.by for each in edits)
    if not holders:
        return state.held_by
    if len(holders) > 1:
        return " and ".join(each or "the engineer" for each in holders)
    return next(iter(holders))


@decide.register
def _(message: cmd.DismissLoop, state: SessionState) -> Decision | Refusal:
    newest = next(
        (each.loop for each in reversed(state.notices) if each.loop.pattern == message.pattern), None
    )
    if newest is None:
        return Refusal(f"no {message.pattern} was noticed")
    if not message.reason.strip():
        return Refusal("dismissing needs a reason: why is this no loop?")
    if any((each.pattern, each.place) == (newest.pattern, newest.place) for each in state.dismissals):
        return Refusal("that is dismissed already")
    dismissed = ev.LoopDismissed(pattern=newest.pattern, place=newest.place, reason=message.reason)
    return Decision(events=(dismissed,), notice=f"{newest.pattern} is not mentioned again for this place")


@decide.register
def _(message: cmd.HandOver, state: SessionState) -> Decision | Refusal:
    who = message.to.strip()
    if not who:
        return Refusal("handed over to whom?")
    if who == state.held_by:
        return Refusal(f"{who} holds the session already")
    return Decision(events=(ev.HandedOver(to=who),))


@decide.register
def _(_message: cmd.HandBack, state: SessionState) -> Decision | Refusal:
    if not state.held_by:
        return Refusal("the session was not handed over")
    return Decision(events=(ev.HandedBack(),), notice=f"{state.held_by} handed the session back")
