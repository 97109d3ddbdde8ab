"""An assistant that coach ran: how it was started, how it ended."""

from typing import Literal

from coach.core.base.text import Text
from coach.core.base.value import Value

AssistantEnding = Literal["ended", "stopped by a loop", "silent", "too long", "cancelled"]


class AssistantReport(Value):
    """One stay of an assistant in the checkout. Its edits are attempts of their own, with its name."""

    name: Text
    argv: tuple[Text, ...]
    ending: AssistantEnding = "ended"
    exit_code: int | None = None
    seconds: float = 0.0
    first_run: int = 0
    """The newest run when it began: what came later came from it."""
    output: Text = ""
    """Content hash of what it said."""
    tail: Text = ""
    """Its last words."""
    survivors: tuple[Text, ...] = ()
    """Processes it left behind, which were ended."""
