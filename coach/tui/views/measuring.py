"""The investigation on one line: what is measured, how far its seconds are, and the keys that pause and stop it."""

from coach.core.decide.measurement_kinds import title_of
from coach.core.localize.measurement import Investigation
from coach.core.localize.mutation.results import best_first
from coach.core.session.state import SessionState
from coach.tui.views.key_name import key_of
from coach.tui.views.line import Line, line, piece


def investigating(state: SessionState, found: Investigation, now: float) -> Line:
    """Say what coach measures by itself; whoever works on need not look at it."""
    current = found.current
    if found.paused or current is None:
        text = "investigation paused" if found.paused else "investigating"
        figure = (key_of("watching"), piece(" resumes " if found.paused else " pauses ", "dim"))
        return line((" ◌ ", "dim"), (text, "dim"), figure=figure, fit="cut")
    spent = found.spent + max(0.0, now - current.began)
    said = [*_found(state), f"investigating: {title_of(current.name)}"]
    search = state.search
    if current.search and search and search.tried:
        said.append(f"{len(search.tried)} tried")
    said.append(f"{min(spent, found.budget):.0f} of {found.budget:.0f} s")
    keys = (key_of("watching"), piece(" pauses  ", "dim"), key_of("cancel"), piece(" stops ", "dim"))
    return line((" ◌ ", "accent"), (" · ".join(said), "dim"), figure=keys, fit="cut")


def _found(state: SessionState) -> list[str]:
    """Say shortly what is known so far: the best flip of the round under way, and the likeliest place. On a narrow screen the rest is cut."""
    said = []
    if state.early_flips:
        best = best_first(state.early_flips)[0]
        said.append(f"flip at {_last_name(best.path)}:{best.line}")
    first = next(iter(state.standing_suspects), None)
    if first:
        said.append(f"{_last_name(first.place)} {first.likelihood}".rstrip() + " so far")
    return said


def _last_name(path: str) -> str:
    return path.rpartition("/")[2]
