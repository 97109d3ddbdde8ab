"""A suspect: a place in the project's own code that may hold the defect, and why it ranks where it ranks."""

from typing import Literal

from coach.core.text import Text
from coach.core.value import Value

Source = Literal["frame", "hunk"]


class Suspect(Value):
    """One place. ``score`` is only for ordering; equal scores are ties and shown as ties."""

    path: Text
    function: Text = ""
    line: int = 0
    score: float = 0.0
    reasons: tuple[Text, ...] = ()
    code: Text = ""
    code_start: int = 0
    ruled_out: Text = ""
    """Why the engineer ruled it out; empty while it stands."""

    @property
    def key(self) -> str:
        """Identity across rankings: ``file:function``, or ``file:line`` outside any function."""
        return f"{self.path}:{self.function or self.line}"

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"
