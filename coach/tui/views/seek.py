"""Moving through a past session: which position is next, and the line that says where we are."""

from collections.abc import Callable

from coach.core.base.formatting import clock
from coach.core.log.events import AttemptRead, Recorded, RunFinished
from coach.core.session.state import SessionState
from coach.tui.views.flow import cells
from coach.tui.views.key_name import key_in
from coach.tui.views.line import Line, Piece, line, piece

ROOMY = 110
"""Columns from which the bar names all its keys."""
_WAYS = (
    ("{}", "left"),
    (" {} event", "right"),
    ("  {}", "previous-run"),
    (" {} run", "next-run"),
    ("  {}", "previous-attempt"),
    (" {} edit", "next-attempt"),
    ("  {} red", "first-red"),
    ("  {} green", "last-green"),
)
"""What the bar offers: words, and the action whose key they name."""
At = Callable[[int], Recorded | None]


def next_run(at: At, position: int, way: int, length: int) -> int:
    """Return the position at which the next (``way`` 1) or previous (-1) run ended; the end or the start without one."""
    found = next_where(at, position, way, length, lambda record: isinstance(record.event, RunFinished))
    return found or (length if way > 0 else min(1, length))


def next_where(at: At, position: int, way: int, length: int, wanted: Callable[[Recorded], bool]) -> int:
    """Return the next position whose event is wanted; 0 when there is none that way."""
    position += way
    while 1 <= position <= length:
        record = at(position)
        if record is not None and wanted(record):
            return position
        position += way
    return 0


def is_red(record: Recorded) -> bool:
    return isinstance(record.event, RunFinished) and bool(record.event.failing)


def is_green(record: Recorded) -> bool:
    return isinstance(record.event, RunFinished) and record.event.judged.outcome == "PASS"


def is_attempt(record: Recorded) -> bool:
    return isinstance(record.event, AttemptRead)


def seek_line(state: SessionState, position: int, length: int, width: int) -> Line:
    """Return the slim bar at the bottom: ``event 12 of 87 · run #4 · 14:02:11``."""
    said = [f"event {position} of {length}"]
    if state.last_number:
        said.append(f"run #{state.last_number}")
    if state.at:
        said.append(clock(state.at))
    text = " · ".join(said)
    keys = _keys(*_WAYS if width >= ROOMY else _WAYS[:4])
    room = max(4, width - len(text) - cells(keys) - 7)
    done = round(room * position / length) if length else 0
    track = (piece("━" * done + "●", "accent"), piece("─" * (room - done), "dim"))
    return line(" ", *track, "  ", text, figure=keys, fit="cut")


def _keys(*shown: tuple[str, str]) -> tuple[Piece, ...]:
    return (*(key_in(text, action) for text, action in shown), piece(" "))
