"""What a session has to say when it is opened, before anything happens in it."""

from collections.abc import Sequence

from coach.core.log import events as ev
from coach.core.log.describe import say

JUST_NOW = 20.0
"""Seconds for which a session counts as opened just now."""
_MOST = 100
"""Events that are looked at: opening makes a handful."""


def left_behind(records: Sequence[ev.Recorded]) -> str:
    """Return what was ended when the session was opened just now; empty when nothing was. Holds foreign text."""
    for record in records[-_MOST:]:
        if isinstance(record.event, ev.LeftBehindEnded) and records[-1].at - record.at < JUST_NOW:
            return "⚠ " + say(record.event)[2]
    return ""
