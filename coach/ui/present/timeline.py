"""Every record of the session as one line: number, time, sign, words."""

from collections.abc import Sequence

from coach.core import events as ev
from coach.core.telling import say
from coach.ui.present.figures import clock, count
from coach.ui.present.line import Line, line

MOST_SHOWN = 5_000


def timeline(records: Sequence[ev.Recorded], seq: int) -> tuple[Line, ...]:
    """Return the newest records last; the one the screen shows is marked."""
    if not records:
        return (line(("Nothing has happened yet.", "dim")),)
    shown = records[-MOST_SHOWN:]
    lines = [entry(record, is_here=record.seq == seq) for record in shown]
    if len(records) > len(shown):
        lines.insert(0, line((f"… {count(len(records) - len(shown), 'earlier event')} not shown", "dim")))
    return tuple(lines)


def entry(record: ev.Recorded, *, is_here: bool = False) -> Line:
    sign, role, words = say(record.event)
    return line(
        ("▸" if is_here else " ", "accent"),
        (f"{record.seq:>4}  {clock(record.at)}  ", "dim"),
        (f"{sign} ", role),
        words,
        fit="cut",
        key=f"seq:{record.seq}",
    )
