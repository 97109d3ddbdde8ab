"""How long a person has played a drill: the time at work, since a drill may be left and gone on with."""

from collections.abc import Iterable

from coach.core.log import events as ev
from coach.core.loops.thresholds import at_work


def seconds_played(records: Iterable[ev.Recorded], now: float = 0.0) -> float:
    """Return the seconds from the beginning of a drill to its score, without the time between leaving and taking up, and of grading.

    Args:
        records: the log, from its start.
        now: seconds since the epoch; 0: only what the log tells.

    """
    worked, last, runs = 0.0, 0.0, False
    for record in records:
        is_over = isinstance(record.event, ev.DrillScored)
        if runs and not is_over and not isinstance(record.event, ev.SessionResumed):
            worked += at_work(last, record.at)
        if is_over:
            return worked
        if isinstance(record.event, ev.DrillBegan | ev.SessionResumed):
            runs = True
        elif isinstance(record.event, ev.SessionClosed):
            runs = False
        last = record.at
    return worked + at_work(last, now) if runs and now else worked
