"""A suspect: a place in the project's own code that may hold the defect, and why it ranks where it ranks."""

from typing import Literal

from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.localize.kept_lines import Excerpt

Source = Literal["frame", "hunk"]


class Touched(Value):
    """The newest commit that changed a line of a place."""

    path: FilePath
    start: int
    end: int
    commit: TreeId
    subject: Name = ""
    at: int = 0
    """When, in seconds since the epoch, as its author's clock said."""


class Suspect(Value):
    """One place. ``score`` is only for ordering (log-odds since rule 5); equal scores are ties and shown as ties."""

    path: FilePath
    function: Name = ""
    line: int = 0
    """The most suspicious line of the place."""
    score: float = 0.0
    reasons: tuple[Prose, ...] = ()
    code: Prose = ""
    code_start: int = 0
    beside: tuple[Excerpt, ...] = ()
    """More of a long place than ``code`` holds: its head, and what stands around its other suspicious lines."""
    ruled_out: Prose = ""
    """Why the engineer ruled it out; empty while it stands."""
    rank: int = 0
    """The first place it may take, counted from 1; 0 in logs before ranks were kept."""
    ties: int = 1
    """How many suspects share its score, itself included: it stands anywhere in ``rank`` to ``rank + ties - 1``."""
    suspiciousness: float = 0.0
    """Ochiai of its most suspicious line, 0 to 1; 0 when nothing was measured."""
    best_lines: tuple[int, ...] = ()
    """Its lines by suspicion, best first."""
    ran: bool = True
    """Whether the failing test runs it at all."""
    leads: bool = True
    """Whether it stands near enough to the top to be looked at; the search space is what leads."""
    is_import: bool = False
    """Whether it runs when its file is imported: a class body, a constant, the head of a function."""
    flip: Prose = ""
    """A small mutation here with which the failing test passes, as a sentence; empty when none was found."""
    probability: float = 0.0
    """How likely the defect stands here, 0 to 1, as far as the evidence tells; 0 in logs before it was computed."""
    kinds: tuple[CoachId, ...] = ()
    """Kinds of evidence that speak strongly for it, as ``core/localize/standing.py`` names them."""

    @property
    def excerpts(self) -> tuple[Excerpt, ...]:
        """All that is kept of its code, the main part first; where that began is not told in the oldest logs."""
        return (Excerpt(start=self.code_start or self.line or 1, text=self.code), *self.beside)

    @property
    def likelihood(self) -> str:
        """How likely it holds the defect, as a person reads it; empty in logs from before that was computed."""
        if not self.probability:
            return ""
        return f"{self.probability:.0%}" if self.probability >= 0.005 else "<1%"

    @property
    def key(self) -> str:
        """Identity across rankings: ``file:function``, or ``file:line`` outside any function."""
        return f"{self.path}:{self.function or self.line}"

    @property
    def likeliness(self) -> float:
        """Its probability; in logs before it was computed, its score: to be compared with those of the same ranking only."""
        return self.probability or max(self.score, 0.0)

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"
