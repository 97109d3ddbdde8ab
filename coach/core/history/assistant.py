"""An assistant that coach ran: how it was started, how it ended."""

from typing import Literal

from coach.core.base.text import CoachId, Name, Prose
from coach.core.base.value import Value

AssistantEnding = Literal["ended", "stopped by a loop", "silent", "too long", "cancelled"]


class AssistantReport(Value):
    """One stay of an assistant in the checkout. Its edits are attempts of their own, with its name."""

    name: Name
    argv: tuple[Name, ...]
    ending: AssistantEnding = "ended"
    exit_code: int | None = None
    seconds: float = 0.0
    first_run: int = 0
    """The newest run when it began: what came later came from it."""
    output: CoachId = ""
    """Content hash of what it said."""
    tail: Prose = ""
    """Its last words."""
    survivors: tuple[Name, ...] = ()
    """Processes it left behind, which were ended."""
