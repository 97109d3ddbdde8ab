"""The investigation: it begins when a failure is known, measures while nothing else runs, and makes room for every run.

``follow`` sees each decision after it was made. It never runs anything itself: a measurement is the very command that the
engineer could have given, marked as work that nobody waits for.
"""

from coach.core.decide.decision import CLOSED, Decision, Draft, Message, Refusal, decide
from coach.core.decide.failure_age import begin_dating, begin_dating_by_itself, why_not_dated
from coach.core.decide.measurement_kinds import (
    MEASUREMENTS,
    Chosen,
    failure_key,
    is_isolated,
    limits_of,
    next_measurement,
    too_long,
    waiting_for_a_key,
    why_on_request,
)
from coach.core.decide.suspect_measurement import failure_in_view, rank_suspects
from coach.core.localize.isolation import isolation
from coach.core.localize.measurement import MAX_SECONDS, Ending, How, Investigation, Measurement
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.run import Run
from coach.core.search.request import Search
from coach.core.session.state import SessionState

_STOPPED = frozenset({"cancelled", "superseded", "interrupted"})


@decide.register
def _(message: cmd.Investigate, state: SessionState) -> Decision | Refusal:
    """Begin, whatever ended before; what was measured of this failure on this tree is not measured again."""
    if why_not := why_not_investigated(state):
        return Refusal(why_not)
    draft = Draft(state)
    if _why_not_measured(state):
        begin_dating(draft, by_itself=False)
        return draft.done()
    if state.investigation and state.investigation.is_open:
        _end(draft, "gone", _gone(state))
    seconds = min(message.seconds, MAX_SECONDS) if message.seconds > 0 else limits_of(state).seconds
    _begin(draft, seconds, by_itself=False, on=message.on)
    return draft.done()


def why_not_investigated(state: SessionState) -> str:
    """Say why there is nothing to measure now; empty when an investigation can begin, or how old a failure is can be told."""
    why_not = _why_not_measured(state)
    return why_not if why_not and why_not_dated(state) else ""


def _why_not_measured(state: SessionState) -> str:
    """Say why no investigation can begin now; empty when one can."""
    if state.closed:
        return CLOSED.reason
    if failure_in_view(state) is None:
        return "no failing run yet; ‹run› runs the target"
    if state.investigation and state.investigation.is_open and not _gone(state):
        return "an investigation is under way; ‹cancel› stops it"
    if gone := why_gone(state):
        return f"{gone}; ‹run› runs the target"
    in_series = "a series of runs is under way; ‹cancel› stops it" if state.is_in_series else ""
    return why_on_request(state) or in_series


@decide.register
def _(message: cmd.PauseInvestigation, state: SessionState) -> Decision | Refusal:
    found = state.investigation
    if found is None or not found.is_open:
        return Refusal("no investigation is under way")
    if found.paused == message.paused:
        return Refusal("the investigation " + ("waits already" if found.paused else "goes on already"))
    draft = Draft(state)
    if message.paused:
        _pause(draft)
    else:
        draft.record(ev.InvestigationResumed())
    return draft.done()


@decide.register
def _(_message: cmd.StopInvestigation, state: SessionState) -> Decision | Refusal:
    found = state.investigation
    if found is None or not found.is_open:
        return Refusal("no investigation is under way")
    draft = Draft(state)
    _interrupt(draft)
    _end(draft, "stopped", "stopped on request")
    return draft.done()


def follow(message: Message, state: SessionState, answer: Decision | Refusal) -> Decision | Refusal:
    """Add to a decision what follows from it for the investigation."""
    is_seen = isinstance(message, obs.Observation)  # one that is refused may still end a measurement
    if not _may_follow(message, state) or (isinstance(answer, Refusal) and not is_seen):
        return answer
    draft = Draft(state)
    if isinstance(answer, Decision):
        _take(draft, answer)
    seq = draft.state.seq
    _settle(draft, message)
    _heed_watching(draft, state)
    if not _is_being_read(draft.state, message):
        begin_dating_by_itself(draft)  # before the next measurement: it is one run, and a notice hangs on it
        _go_on(draft)
    return answer if draft.state.seq == seq and isinstance(answer, Refusal) else draft.done()


def _may_follow(message: Message, state: SessionState) -> bool:
    """Whether anything can follow: cheap, since every message asks."""
    is_open = state.investigation is not None and state.investigation.is_open
    return (
        is_open or isinstance(message, cmd.Investigate | obs.WatchSeen) or state.is_investigated_automatically
    )


def _is_being_read(state: SessionState, message: Message) -> bool:
    """Whether a run that looks has ended and what it saw comes with the next observation."""
    run = state.run(message.number) if isinstance(message, obs.RunEnded) else None
    return run is not None and run.request.only_looks and not _was_stopped(run)


def _was_stopped(run: Run) -> bool:
    return run.report is not None and run.report.ending.kind in _STOPPED


def _take(draft: Draft, answer: Decision) -> None:
    """Take the decision in; a run that begins stops the search of the investigation, before it."""
    current = draft.state.measurement
    begins = any(isinstance(each, ev.RunStarted) for each in answer.events)
    stops = current is not None and current.search and begins
    draft.take(answer, (eff.StopSearch(), *answer.effects) if stops else answer.effects)


def _settle(draft: Draft, message: Message) -> None:
    """Record the end of the measurement under way, where this message is its end."""
    current = draft.state.measurement
    if current is None:
        return
    if isinstance(message, cmd.CancelRun | cmd.StopSearch):
        _ended(draft, current, "interrupted", "stopped on request")
        _end(draft, "stopped", "stopped on request")
        return
    is_overtaken = any(run.number > current.run for run in draft.state.runs[-2:]) if current.run else False
    if is_overtaken or (current.search and draft.state.under_way) or _other_search(draft.state, current):
        _ended(draft, current, "interrupted", "something else came first")
        return
    if how := _how(draft.state, message, current):
        _ended(draft, current, how, draft.notice)
        is_flip = isinstance(message, obs.MutantsSeen) and bool(message.mutations.flips)
        draft.notice = draft.notice if how == "failed" or is_flip else ""


def _other_search(state: SessionState, current: Measurement) -> bool:
    return bool(current.search) and len(state.searches) > current.search


def _how(state: SessionState, message: Message, current: Measurement) -> How | None:
    """Say how a message ends a measurement; None when it does not."""
    run = state.run(current.run) if current.run else None
    match message:
        case obs.RunEnded(number=number) if number == current.run:
            return "interrupted" if message.report.ending.kind in _STOPPED else None
        case obs.EffectFailed(run=number) if number and number == current.run:
            return "failed"
        case obs.SearchOver(number=number) if number == current.search:
            return "interrupted" if message.result.how == "stopped" else "done"
        case obs.SpectrumSeen() | obs.MutantsSeen() | obs.CallsSeen() | obs.OriginsSeen():
            return "done" if run and run.is_over else None  # else it was seen in an earlier run
        case _:
            return None


def _ended(draft: Draft, current: Measurement, how: How, said: str) -> None:
    seconds = max(0.0, draft.state.at - current.began, _recorded_seconds(draft.state, current))
    draft.record(ev.MeasurementEnded(name=current.name, how=how, said=said, seconds=round(seconds, 3)))


def _recorded_seconds(state: SessionState, current: Measurement) -> float:
    """Return how long its run or search says it took."""
    run = state.run(current.run) if current.run else None
    search: Search | None = state.searches[current.search - 1] if current.search else None
    if run and run.report:
        return run.report.duration
    return search.result.seconds if search and search.result else 0.0


def _heed_watching(draft: Draft, before: SessionState) -> None:
    """Runs on save and the investigation are paused and resumed together: by that key coach does nothing by itself."""
    found = draft.state.investigation
    if found is None or not found.is_open or draft.state.watching == before.watching:
        return
    if before.watching and not found.paused:
        _pause(draft)
    elif draft.state.watching and found.paused:
        draft.record(ev.InvestigationResumed())


def _pause(draft: Draft) -> None:
    _interrupt(draft)
    draft.record(ev.InvestigationPaused())


def _interrupt(draft: Draft) -> None:
    """Stop the measurement under way; it is made again when the investigation goes on."""
    current = draft.state.measurement
    if current is None:
        return
    draft.perform(eff.StopSearch() if current.search else eff.StopRuns())
    _ended(draft, current, "interrupted", "stopped on request")


def _go_on(draft: Draft) -> None:
    """End an investigation whose failure is gone, begin one that may begin, and let it measure while nothing else runs."""
    found = draft.state.investigation
    if found and found.is_open and found.current is None and (gone := _gone(draft.state)):
        _end(draft, "gone", gone)
    if _may_begin(draft.state):
        _begin(draft, limits_of(draft.state).seconds, by_itself=True)
    found = draft.state.investigation
    if found and found.is_open and not found.paused and found.current is None and _is_idle(draft.state):
        _measure(draft, found)


def _is_idle(state: SessionState) -> bool:
    return not (state.closed or state.under_way or state.search or state.is_in_series)


def _may_begin(state: SessionState) -> bool:
    found = state.investigation
    if not state.is_investigated_automatically or (found and found.is_open) or not _is_idle(state):
        return False
    key = failure_key(state)
    if key is None or key in state.investigated or why_gone(state):
        return False
    return next_measurement(state) is not None and not is_isolated(state)


def _gone(state: SessionState) -> str:
    """Say why the failure that the investigation is about is no longer the one to investigate; empty while it is."""
    found = state.investigation
    if found and found.key != failure_key(state):
        return "the failure is another one now"
    return why_gone(state)


def why_gone(state: SessionState) -> str:
    """Say why the failure in view says nothing of the files as they are now; empty when it does."""
    seen, edit = failure_in_view(state), state.last_edit
    newest = next((run for run in state.newest_target_runs() if not _was_stopped(run)), None)
    if state.closed:
        return "the session is closed"
    if seen is None or newest is None:
        return "no failure is known"
    if edit and edit.after_run >= seen[0].number:
        return "files were edited since it failed"
    return "" if newest.number <= seen[0].number else f"run #{newest.number} did not show it"


def _begin(draft: Draft, seconds: float, *, by_itself: bool, on: str = "") -> None:
    seen, key = failure_in_view(draft.state), failure_key(draft.state)
    assert seen is not None
    assert key is not None
    known = draft.state.spectrum
    draft.record(
        ev.InvestigationBegan(
            run=seen[0].number, test=key.test, tree=key.tree, seconds=seconds, by_itself=by_itself, on=on
        )
    )
    if draft.state.spectrum != known:
        rank_suspects(draft)


def _measure(draft: Draft, found: Investigation) -> None:
    """Begin the next measurement; one that is refused counts as failed, and the next is asked."""
    for _ in MEASUREMENTS:
        state = draft.state
        if is_isolated(state):
            _end(draft, "isolated", _told(state))
            return
        chosen = next_measurement(state) if found.left > 0 else None
        if chosen is None:
            break
        if _started(draft, chosen, found.left):
            return
    _finish(draft, found)


def _finish(draft: Draft, found: Investigation) -> None:
    """End an investigation that has nothing to begin: for want of seconds, or since all is measured."""
    state = draft.state
    waiting = too_long(state)
    if found.left <= 0 or waiting:
        more = f"; {' and '.join(waiting)} would take longer" if waiting else ""
        _end(draft, "time", f"{found.budget:g} s are used up: {_told(state)}{more}")
    else:
        waits = waiting_for_a_key(state)
        _end(draft, "nothing left", _told(state) + (f"; {waits}" if waits else ""))


def _started(draft: Draft, chosen: Chosen, left: float) -> bool:
    """Begin a measurement by its command. Returns whether it is under way."""
    kind, state = chosen.kind, draft.state
    answer = decide(kind.command(state, left), state)
    effects = answer.effects if isinstance(answer, Decision) else ()
    begun = next((each for each in effects if isinstance(each, eff.StartRun | eff.RunSearch)), None)
    draft.record(
        ev.MeasurementBegan(
            name=kind.name,
            why=chosen.why,
            expected=round(chosen.seconds, 2),
            run=begun.request.number if isinstance(begun, eff.StartRun) else 0,
            search=begun.request.number if isinstance(begun, eff.RunSearch) else 0,
            test_runs=kind.test_runs,
        )
    )
    if begun is None or not isinstance(answer, Decision):
        why = answer.reason if isinstance(answer, Refusal) else "nothing began"
        draft.record(ev.MeasurementEnded(name=kind.name, how="failed", said=why))
        return False
    within = min(left, kind.most * chosen.seconds) if kind.most else left
    marks = {"within": max(within, 0.1), "is_idle_work": True}
    draft.take(
        answer,
        [
            each.model_copy(update=marks) if isinstance(each, eff.StartRun | eff.RunSearch) else each
            for each in answer.effects
        ],
    )
    return True


def _told(state: SessionState) -> str:
    """Say what is known now in one sentence."""
    first = next(iter(state.standing_suspects), None)
    if first is None:
        return "no place is named"
    if is_isolated(state):
        return f"isolated: {isolation(state.standing_suspects).why}"
    sure = f", {first.likelihood}" if first.likelihood else ""
    ties = f", tied with {first.ties - 1} more" if first.ties > 1 else ""
    return f"weak: {first.place} {first.function}".rstrip() + sure + ties


def _end(draft: Draft, ending: Ending, sentence: str) -> None:
    draft.record(ev.InvestigationEnded(ending=ending, sentence=sentence))
