"""Moving through a past session: which position is next, and the line that says where we are."""

from collections.abc import Sequence

from coach.core.events import Recorded, RunFinished
from coach.core.session import SessionState
from coach.ui.present.figures import clock
from coach.ui.present.line import Line, line, piece


def run_positions(records: Sequence[Recorded]) -> tuple[int, ...]:
    """Return the positions (1-based) at which a run ended."""
    return tuple(i for i, record in enumerate(records, start=1) if isinstance(record.event, RunFinished))


def next_run(positions: Sequence[int], position: int, way: int, length: int) -> int:
    """Return the position of the next (``way`` 1) or previous (-1) ended run; the end or the start when there is none."""
    if way > 0:
        return next((each for each in positions if each > position), length)
    return next((each for each in reversed(positions) if each < position), min(1, length))


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
