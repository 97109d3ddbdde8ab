"""What the engineer writes and tries: spec, steps, hypotheses, experiments, notes."""

from types import MappingProxyType

from coach.core.base.value import replace
from coach.core.experiments.hypothesis import Hypothesis, Judgement
from coach.core.log import events as ev
from coach.core.loops.detectors import ended_by
from coach.core.session.entries import Note, Visit
from coach.core.session.fold.dispatch import answered, apply_event, marked
from coach.core.session.state import SessionState


@apply_event.register
def _(event: ev.SpecWritten, state: SessionState) -> SessionState:
    return answered(_limited(replace(state, spec=event.spec)), "spec", ended_by("spec"))


@apply_event.register
def _(event: ev.TeamRulesRead, state: SessionState) -> SessionState:
    return _limited(replace(state, rules=event.rules))


def _limited(state: SessionState) -> SessionState:
    """Let the detectors know the limits of a fix."""
    history = replace(state.history, scope=state.spec.scope, protected=state.protected)
    return replace(state, history=history)


@apply_event.register
def _(event: ev.StepEntered, state: SessionState) -> SessionState:
    visited = replace(state, visits=(*state.visits, Visit(event.step, state.at, event.why)))
    return answered(visited, f"went to {event.step}")


@apply_event.register
def _(event: ev.GateOverridden, state: SessionState) -> SessionState:
    return replace(state, overrides=MappingProxyType({**state.overrides, event.step: event.reason}))


@apply_event.register
def _(event: ev.HypothesisProposed, state: SessionState) -> SessionState:
    added = Hypothesis(
        id=event.id, claim=event.claim, prediction=event.prediction, after_run=state.last_number
    )
    added_to = (*state.hypotheses, added)
    proposed = replace(marked(state, "hypothesis"), hypotheses=added_to, active=event.id)
    return answered(proposed, f"wrote H{event.id}")


@apply_event.register
def _(event: ev.HypothesisJudged, state: SessionState) -> SessionState:
    verdict = Judgement(verdict=event.verdict, reason=event.reason, runs=event.runs, teaches=event.teaches)
    judged = (each.judged(verdict) if each.id == event.id else each for each in state.hypotheses)
    learnt = marked(state, "learnt") if event.verdict != "SUPPORTED" else state
    return replace(learnt, hypotheses=tuple(judged))


@apply_event.register
def _(event: ev.HypothesisActivated, state: SessionState) -> SessionState:
    return replace(state, active=event.id)


@apply_event.register
def _(event: ev.PredictionRevised, state: SessionState) -> SessionState:
    new = {"prediction": event.prediction, "after_run": state.last_number}
    revised = (each.model_copy(update=new) if each.id == event.id else each for each in state.hypotheses)
    return replace(marked(state, "hypothesis"), hypotheses=tuple(revised))


@apply_event.register
def _(event: ev.TrialSeen, state: SessionState) -> SessionState:
    tried = replace(marked(state, "experiment"), trials=(*state.trials, event.seen))
    return answered(tried, f"tried {event.seen.trial.label}")


@apply_event.register
def _(event: ev.LogpointSeen, state: SessionState) -> SessionState:
    if event.seen.after_fix:
        return replace(state, logpoints=(*state.logpoints, event.seen))
    looked = replace(marked(state, "experiment"), logpoints=(*state.logpoints, event.seen))
    return answered(looked, f"looked at {event.seen.logpoint.place}")


@apply_event.register
def _(event: ev.LookAsked, state: SessionState) -> SessionState:
    return replace(state, looks_asked=(*state.looks_asked, event))


@apply_event.register
def _(event: ev.LookAnswered, state: SessionState) -> SessionState:
    left = tuple(each for each in state.looks_asked if not each.logpoint.asks_the_same(event.logpoint))
    refused = tuple(each for each in state.looks_refused if not each.asks_the_same(event.logpoint))
    if not event.is_allowed:
        refused = (*refused, event.logpoint)
    return replace(state, looks_asked=left, looks_refused=refused)


@apply_event.register
def _(event: ev.NoteWritten, state: SessionState) -> SessionState:
    noted = replace(
        marked(state, "note"), notes=(*state.notes, Note(state.at, event.text, state.last_number))
    )
    return answered(noted, "wrote a note", ended_by("note"))
