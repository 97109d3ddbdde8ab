"""A way out of a loop: one thing that would break the circle and that was possible when it was offered."""

from typing import Literal

from coach.core.base.text import CoachId, Prose
from coach.core.base.value import Value

WayKind = Literal["measure", "restore", "write"]
"""*measure*: look or experiment · *restore*: go back to better files · *write*: what is not written down yet."""


class Way(Value):
    """One way out, as one sentence, and the action that goes it."""

    kind: WayKind
    sentence: Prose
    action: CoachId
    """The id of the action, as the registry of keys has it."""
    of: CoachId = ""
    """Which of several things the action offers: the kind of a search."""
    place: Prose = ""
    """``FILE:LINE`` for an action that asks for a place."""
    run: int = 0
    """The run whose files are put back."""

    @property
    def named(self) -> str:
        """The action as refusals know it."""
        return f"{self.action}:{self.of}" if self.of else self.action
