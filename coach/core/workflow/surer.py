"""What would make a weak answer surer: the measurements that are open, and in which words each is asked for."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coach.core.decide.investigation import why_not_investigated
from coach.core.decide.measurement_kinds import MEASUREMENTS, MeasurementKind, failure_key, is_done, limits_of
from coach.core.runs.instrument import Trace
from coach.core.runs.run import Purpose
from coach.core.session.state import SessionState


class Ask(NamedTuple):
    """How a person asks for a measurement."""

    action: str
    of: str
    """Which of several things the action offers: the kind of a search."""
    what: str
    """What it does, as a sentence begins."""
    does: str
    """The same in two or three words, as they follow its key."""
    purpose: Purpose | None = None
    """That of its runs; None: it is a search."""


ASKS: Mapping[str, Ask] = {
    "lines": Ask(
        "spectrum", "", "Measure which lines the failing test runs", "measures which lines run", "trace"
    ),
    "mutations": Ask(
        "mutants", "", "Try small changes of the code in a copy", "tries small changes", "mutants"
    ),
    "calls": Ask(
        "calls", "", "Compare its calls with those of a test that passes", "compares calls", "calls"
    ),
    "origins": Ask(
        "origins", "", "Follow the wrong value back to where it came from", "follows the value", "origins"
    ),
    "edits": Ask("searches", "edits", "Take your edits back one by one in copies", "takes edits back"),
    "regression": Ask(
        "searches", "commits", "Search the history for the commit that began it", "searches the history"
    ),
    "suite": Ask("spectrum", "", "Measure the lines of the whole suite", "measures the suite", "trace"),
}
"""Measurement of an investigation → how it is asked for."""
_INVESTIGATE = Ask("investigate", "", "Measure all that is open", "measures all that is open")
_WINDOWS = frozenset({"calls", "origins"})
"""Actions that show what they measured in a window."""


def open_measurements(state: SessionState) -> list[MeasurementKind]:
    """Return what is possible and not measured of this failure yet, by what it is expected to tell per second."""
    found = [each for each in MEASUREMENTS if not is_done(state, each) and not each.why_not(state)]
    return sorted(found, key=lambda each: -each.tells(state)[0] / max(each.seconds(state), 0.1))


def surer(state: SessionState) -> Iterator[tuple[MeasurementKind, Ask, str]]:
    """Yield those of them that nobody made since the files changed, each with its price: what said nothing says nothing again.

    Those that one key makes come before those whose key opens a window. Where an investigation may make these, it is offered
    instead: it measures all that is open.
    """
    asked = [(each, ASKS[each.name]) for each in open_measurements(state)]
    can_investigate = not why_not_investigated(state) and failure_key(state) not in state.investigated
    for kind, ask in sorted(asked, key=lambda each: each[1].action in _WINDOWS or not each[1].purpose):
        if _was_made(state, ask, kind.name):
            continue
        if can_investigate and ask.action in _WINDOWS:
            yield kind, _INVESTIGATE, _seconds(_all_open(state))
        else:
            yield kind, ask, price(state, kind)


def price(state: SessionState, kind: MeasurementKind) -> str:
    """Say how long a measurement takes, about."""
    return _seconds(kind.seconds(state))


def _all_open(state: SessionState) -> float:
    """Seconds that an investigation would take at most."""
    return min(sum(each.seconds(state) for each in open_measurements(state)), limits_of(state).seconds)


def _seconds(seconds: float) -> str:
    return f"{max(1.0, seconds):.0f} s"


def _was_made(state: SessionState, ask: Ask, name: str) -> bool:
    edit = state.last_edit
    if ask.purpose is None:
        return any(
            each.request.kind == ask.of and each.began >= (edit.at if edit else 0.0)
            for each in state.searches
        )
    made = (
        run for run in state.runs_after(edit.after_run if edit else 0) if run.request.purpose == ask.purpose
    )
    return any(run.is_over and _is_wide_enough(run.request.instrument, name) for run in made)


def _is_wide_enough(instrument: object, name: str) -> bool:
    return name != "suite" or (isinstance(instrument, Trace) and instrument.scope == "suite")
