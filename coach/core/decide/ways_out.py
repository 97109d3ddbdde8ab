"""What would break a circle now: one measurement, the files to go back to, and what is not written down yet.

The one function that decides it for every front end. What it offers is possible in this state and is not what was
done last: going round once more is no way out.
"""

from collections.abc import Iterator

from coach.core.base.formatting import count
from coach.core.decide.assistant_limits import why_not_restored_by
from coach.core.decide.failure_age import is_dated_by_itself
from coach.core.decide.measurement_kinds import MeasurementKind
from coach.core.decide.refusals import refusal
from coach.core.decide.suspect_measurement import failure_in_view
from coach.core.history.best_files import best_files
from coach.core.localize.standing import PROBABLE
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.loops.detection import numbers
from coach.core.loops.detectors import ended_by
from coach.core.loops.way import Way
from coach.core.runs.expected_actual import two_sides
from coach.core.runs.run import Purpose, Run
from coach.core.session.state import SessionState
from coach.core.workflow.moves import MAX_COLD_RUNS, made
from coach.core.workflow.surer import ASKS, open_measurements, price

MAX_WORDS = 80
"""Characters of a value or a reason that a sentence quotes."""
_DONE_BY: dict[Purpose, str] = {
    "reproduce": "reproduce",
    "trace": "spectrum",
    "mutants": "mutants",
    "calls": "calls",
    "origins": "origins",
}
"""Purpose of a run → the measurement that asks for such a run."""


def ways_out(state: SessionState, loop: ev.LoopNoticed | None = None) -> tuple[Way, ...]:
    """Return at most one way of each kind: what to measure, which files to go back to, what to write.

    Without a loop: what would be offered for any. None of a kind where nothing of it is possible.
    """
    if state.closed:
        return ()
    possible = (each for each in _measurements(state) if _is_possible(state, each))
    found = (
        _age(state, loop) or next(possible, None),
        _better_files(state),
        next(_unwritten(state, loop), None),
    )
    return tuple(each for each in found if each)


def standing_ways(state: SessionState, loop: ev.LoopNoticed) -> tuple[Way, ...]:
    """Return what leads out of a loop: of the one that stands, what is possible now; else what was offered then."""
    return ways_out(state, loop) if loop == state.standing_loop else loop.ways


def _is_possible(state: SessionState, way: Way) -> bool:
    return not refusal(state, way.named) and way.named not in _done(state)


def _done(state: SessionState) -> frozenset[str]:
    """Return what was measured since the newest edit, as refusals name it; a look elsewhere is another look."""
    since = _newest_edit(state)
    later = tuple(state.runs_after(since))
    over = [run for run in later if run.is_over]
    made_by = {_DONE_BY.get(run.request.purpose, "") for run in over if run.request.purpose != "reproduce"}
    last = next((each for each in reversed(state.runs) if not each.request.only_looks), None)
    began = later[-1].started if later else 0.0
    searched = {f"searches:{each.request.kind}" for each in state.searches if each.began >= began}
    again = {"reproduce"} if last and last.request.purpose == "reproduce" else set()
    return frozenset(made_by | searched | again)


def _newest_edit(state: SessionState) -> int:
    """Return the run after which files changed last, whether the save was heard or only its trees differ."""
    saved = state.edits[-1].after_run if state.edits else 0
    return max(saved, state.attempts[-1].base_run if state.attempts else 0)


# What to measure


def _age(state: SessionState, loop: ev.LoopNoticed | None) -> Way | None:
    """Return the run that tells how old a failure is, where a notice hangs on it and coach does not make it by itself."""
    if loop is None or not loop.doubt or state.is_in_series or is_dated_by_itself(state):
        return None
    if all(each.function in state.history.dated for each in loop.doubt):
        return None
    sentence = f"Run {loop.doubt[0].function} once in a copy of HEAD: did it fail before any edit?"
    return Way(kind="measure", sentence=sentence, action="investigate")


def _measurements(state: SessionState) -> Iterator[Way]:
    """Yield measurements, best first: a likely place is looked at; else what tells most per second, as an investigation has it."""
    if state.history.disagrees():
        yield Way(
            kind="measure",
            sentence="One set of files gave two answers: search what differs between the runs that fail and those that pass.",
            action="searches",
            of="flake",
        )
        yield from _cold_runs(state)
    likely = next(iter(state.standing_suspects), None)
    if likely and likely.probability >= PROBABLE:
        yield from _look(state, likely)
    if failure_in_view(state):
        yield from _kinds(state)
    for each in state.standing_suspects[:3]:
        yield from _look(state, each)
    yield from _cold_runs(state)


def _look(state: SessionState, suspect: Suspect) -> Iterator[Way]:
    """Yield a look at a place, unless its values were seen since the newest edit."""
    if not suspect.line or not suspect.ran or _is_looked_at(state, suspect):
        return
    where = f"{suspect.path}:{suspect.line}" + (f" in {suspect.function}" if suspect.function else "")
    reason = _short(suspect.reasons[0]) if suspect.reasons else ""
    rests_on = ": ".join(each for each in (suspect.likelihood, reason) if each)
    yield Way(
        kind="measure",
        sentence=f"Look at the values at {where}{f' ({rests_on})' if rests_on else ''}.",
        action="logpoint",
        place=suspect.place,
    )


def _is_looked_at(state: SessionState, suspect: Suspect) -> bool:
    since = _newest_edit(state)
    seen = (each.logpoint for each in state.logpoints if each.run > since)
    asked = (run.request.instrument for run in state.runs[-8:] if run.request.purpose == "logpoint")
    places = {(each.path, each.line) for each in (*seen, *asked) if each}  # type: ignore[union-attr]
    return (suspect.path, suspect.line) in places


def _kinds(state: SessionState) -> Iterator[Way]:
    """Yield what is not measured of this failure yet, by what it is expected to tell per second."""
    for each in open_measurements(state):
        yield _measurement(state, each)


def _measurement(state: SessionState, kind: MeasurementKind) -> Way:
    ask, why = ASKS[kind.name], kind.tells(state)[1]
    seen = failure_in_view(state)
    sides = two_sides(seen[1]) if seen and kind.name == "origins" else None
    if sides:
        why = f"expected {_short(sides.wanted)}, got {_short(sides.got)}"
    sentence = f"{ask.what}, about {price(state, kind)} ({why.rstrip('?')})."
    return Way(kind="measure", sentence=sentence, action=ask.action, of=ask.of)


def _cold_runs(state: SessionState) -> Iterator[Way]:
    if made(state, "reproduce") < MAX_COLD_RUNS:
        sentence = "Run it cold several times: does it fail each time, and the same way?"
        yield Way(kind="measure", sentence=sentence, action="reproduce")


# Where to go back to


def _better_files(state: SessionState) -> Way | None:
    best, last = best_files(state), state.last_target_run
    if best is None or last is None or best.report is None:
        return None
    newest = state.restores[-1] if state.restores else None
    is_back = newest and newest.tree == best.report.tree and newest.after_run >= last.number
    if is_back or refusal(state, "restore") or why_not_restored_by(state.held_by, best.number, state):
        return None
    return Way(
        kind="restore",
        sentence=f"Go back to the files of #{best.number}: {_red(best)}, now {_red(last)}, and no test was weakened there.",
        action="restore",
        run=best.number,
    )


def _red(run: Run) -> str:
    return f"{count(len(run.failing), 'test')} red" if run.failing or _passed(run) else "not all of it ran"


def _passed(run: Run) -> bool:
    return run.judged is not None and run.judged.outcome == "PASS"


# What to write down


def _unwritten(state: SessionState, loop: ev.LoopNoticed | None) -> Iterator[Way]:
    """Yield what is missing in writing: what was learnt, the verdict of an open cause, a prediction."""
    written = state.history.marks
    if loop and loop.pattern in ended_by("note") and not written & {"note", "learnt"}:
        tried = numbers(loop.evidence[1:-1] or loop.evidence)
        yield Way(kind="write", sentence=f"Write down what {tried} showed.", action="note")
    waiting = state.active_hypothesis
    if waiting:
        if state.last_number > waiting.after_run:
            sentence = f"Judge H{waiting.id}: did the runs since then show what it predicts?"
            yield Way(kind="write", sentence=sentence, action="judge")
        return
    last = state.hypotheses[-1] if state.hypotheses else None
    begin = f"H{last.id} is {last.verdict.lower()}" if last and last.verdict else "No prediction is written"
    sentence = f"{begin}: write what is wrong, and what the next run shows if it is."
    yield Way(kind="write", sentence=sentence, action="hypothesis")


def _short(text: str) -> str:
    """Return the beginning of a quoted text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_WORDS else f"{line[: MAX_WORDS - 1]}…"
