"""What a session has to say when it is opened, before anything happens in it."""

from collections.abc import Sequence

from coach.core import events as ev
from coach.core.telling import say

JUST_NOW = 8
"""Events within which a session was opened just now."""


def left_behind(records: Sequence[ev.Recorded]) -> str:
    """Return what was ended when the session was opened just now; empty when nothing was. Holds foreign text."""
    for record in records[-JUST_NOW:]:
        if isinstance(record.event, ev.LeftBehindEnded):
            return "⚠ " + say(record.event)[2]
    return ""
