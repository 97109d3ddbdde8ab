"""The investigation on one line: what is measured, for how long at most, and the keys that pause and stop it."""

from coach.core.decide.measurement_kinds import title_of
from coach.core.localize.measurement import Investigation
from coach.core.localize.mutation.results import best_first
from coach.core.session.state import SessionState
from coach.tui.views.flow import cells
from coach.tui.views.key_name import key_of
from coach.tui.views.line import Line, elastic, line, piece

_ENOUGH = 20
"""Columns that say something of a place."""


def investigating(state: SessionState, found: Investigation, now: float, width: int) -> Line:
    """Say what coach measures by itself and for how long at most; what it found so far only where the row has room."""
    current = found.current
    if found.paused or current is None:
        text = "investigation paused" if found.paused else "investigating"
        figure = (key_of("watching"), piece(" resumes " if found.paused else " pauses ", "dim"))
        return line((" ◌ ", "dim"), (f"{text} · {_at_most(found.left)}", "dim"), figure=figure, fit="cut")
    said = [f"measuring: {title_of(current.name)}", _at_most(found.left - max(0.0, now - current.began))]
    search = state.search
    if current.search and search and search.tried:
        said.append(f"{len(search.tried)} tried")
    keys = (key_of("watching"), piece(" pauses  ", "dim"), key_of("cancel"), piece(" stops ", "dim"))
    shown = [piece(" ◌ ", "accent"), piece(" · ".join(said), "dim")]
    for each in _found(state):
        if width - cells((*shown, *keys)) >= _ENOUGH:
            shown.append(elastic(f" · {each}", "dim"))
    return line(*shown, figure=keys, fit="cut")


def _at_most(left: float) -> str:
    return f"{max(0.0, left):.0f} s at most"


def _found(state: SessionState) -> list[str]:
    """Say shortly what is known so far: the best flip of the round under way, and the likeliest place."""
    said = []
    if state.early_flips:
        best = best_first(state.early_flips)[0]
        said.append(f"flip at {_last_name(best.path)}:{best.line}")
    first = next(iter(state.standing_suspects), None)
    if first:
        said.append(f"{_last_name(first.place)} {first.likelihood}".rstrip())
    return said


def _last_name(path: str) -> str:
    return path.rpartition("/")[2]
