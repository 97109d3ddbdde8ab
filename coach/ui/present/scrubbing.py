"""Moving through a past session: which position is next, and the line that says where we are."""

from collections.abc import Callable

from coach.core.events import Recorded, RunFinished
from coach.core.session import SessionState
from coach.ui.present.figures import clock
from coach.ui.present.line import Line, line, piece


def next_run(at: Callable[[int], Recorded | None], position: int, way: int, length: int) -> int:
    """Return the position at which the next (``way`` 1) or previous (-1) run ended; the end or the start without one."""
    position += way
    while 1 <= position <= length:
        record = at(position)
        if record is not None and isinstance(record.event, RunFinished):
            return position
        position += way
    return length if way > 0 else min(1, length)


def scrub_line(state: SessionState, position: int, length: int, width: int) -> Line:
    """Return the slim bar at the bottom: ``event 12 of 87 · run #4 · 14:02:11``."""
    said = [f"event {position} of {length}"]
    if state.last_number:
        said.append(f"run #{state.last_number}")
    if state.at:
        said.append(clock(state.at))
    text = " · ".join(said)
    room = max(4, width - len(text) - 26)
    done = round(room * position / length) if length else 0
    track = (piece("━" * done + "●", "accent"), piece("─" * (room - done), "dim"))
    return line(" ", *track, "  ", text, figure=("← → event  , . run ", "dim"), fit="cut")
