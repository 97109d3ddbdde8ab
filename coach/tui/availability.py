"""Why a key does nothing now: what the session itself would refuse, and what only the screen knows."""

from collections.abc import Callable
from itertools import islice

from coach.core.decide.refusals import refusal
from coach.core.session.state import SessionState

WhyDisabled = Callable[[SessionState, str], str]
"""(state, why the session is read only or "") → why the action is not possible now; empty when it is."""


def always(_state: SessionState, _read_only: str) -> str:
    return ""


def refused(action: str) -> WhyDisabled:
    """Not possible where the session would refuse it, and never in a session that is read only."""

    def why(state: SessionState, read_only: str) -> str:
        return f"this session is read only: {read_only}" if read_only else refusal(state, action)

    return why


def only_past(_state: SessionState, read_only: str) -> str:
    return "" if read_only else "only a past session can be moved through"


def nothing_seen(state: SessionState, _read_only: str) -> str:
    return "" if state.past else "no past failure like this one is known"


def nothing_to_plot(state: SessionState, _read_only: str) -> str:
    return "" if state.runs else "nothing ran yet"


def no_drill(state: SessionState, _read_only: str) -> str:
    return "" if state.drill else "this session plays no drill"


def one_run(state: SessionState, _read_only: str) -> str:
    here = (run for run in reversed(state.runs) if run.is_of_checkout)
    return "" if len(tuple(islice(here, 2))) == 2 else "it takes two finished runs"


def no_place(state: SessionState, read_only: str) -> str:
    """Refuse without a place: a pinned test, a suspect or the line that failed. No path of an import is followed."""
    if away := elsewhere(read_only):
        return away
    known = state.pin or state.suspects or (state.last_failure and state.last_failure.failing)
    return "" if known else "no place known yet; a failing run (‹run›) names one"


def elsewhere(read_only: str) -> str:
    """Say that no file of an imported session can be opened here; empty of any other session."""
    return "its files are on another machine" if read_only.startswith("imported") else ""


def not_started(state: SessionState, _read_only: str) -> str:
    return "" if state.opened else "there is nothing to export yet"


def no_loop(state: SessionState, _read_only: str) -> str:
    return "" if state.standing_loop else "no loop is noticed"


def no_origins(state: SessionState, read_only: str) -> str:
    """An answer that is there can be looked at always; a new one needs a failing test."""
    return "" if state.origins else refused("origins")(state, read_only)


def no_calls(state: SessionState, read_only: str) -> str:
    """A trace that is there can be looked at always; a new one needs a failing test."""
    return "" if state.calls else refused("calls")(state, read_only)
