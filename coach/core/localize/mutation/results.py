"""What small mutations of suspicious places showed: which of them make the failing test pass, and what else they break."""

from difflib import SequenceMatcher
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import FilePath, Name, Prose, TreeId
from coach.core.base.value import Value


class Flip(Value):
    """One small change at one place with which the failing test passes: evidence about the place, not a fix."""

    path: FilePath
    function: Name
    line: int
    kind: Name
    """Which operator made it: comparison, constant, …"""
    before: Prose
    after: Prose
    """The changed expression or statement, as Python."""
    neighbours: int = 0
    """Tests of the same file that passed before and were run with it."""
    green: int = 0

    silences: bool = False
    """Whether it only takes away a check: the test may pass without the place being to blame."""

    @property
    def is_clean(self) -> bool:
        """Whether every neighbour stays green."""
        return self.green == self.neighbours

    @property
    def sentence(self) -> str:
        place = f"{self.path}:{self.line}" + (" (it takes a check away)" if self.silences else "")
        if not self.neighbours:
            return f"with {self.after} instead of {self.before} at {place} the failing test passes"
        kept = f"{self.green} of {self.neighbours} neighbours stay green"
        return f"with {self.after} instead of {self.before} at {place} the failing test passes and {kept}"


class Mutations(Value):
    """A round of mutations: how many were tried, how far it came, and the flips, best first."""

    test: TestId
    tree: TreeId = ""
    tried: int = 0
    planned: int = 0
    hung: int = 0
    """Mutants that ran longer than a multiple of the baseline and were ended."""
    seconds: float = 0.0
    baseline: float = 0.0
    """Seconds the failing test takes without a mutation."""
    ended: Literal["all", "budget", "stopped", "impossible"] = "all"
    why: Prose = ""
    flips: tuple[Flip, ...] = ()
    refused: int = 0
    """Mutants that were stopped where they would have acted outside of the copy: they count as not tried."""
    refusals: tuple[Prose, ...] = ()
    """What they would have done there, the first few: ``removes /home/me/notes``."""


def not_tried(refused: int, refusals: tuple[str, ...]) -> str:
    """Say how many mutants were stopped, and what one of them would have done; empty when none was."""
    if not refused:
        return ""
    act = f": {refusals[0]}" if refusals else ""
    return f"{refused} stopped before acting outside of the copy{act}"


def best_first(flips: tuple[Flip, ...]) -> tuple[Flip, ...]:
    """Order flips: those that silence nothing, fewest broken neighbours, smallest change, then as they were found."""
    return tuple(
        sorted(flips, key=lambda flip: (flip.silences, flip.neighbours - flip.green, -_likeness(flip)))
    )


def _likeness(flip: Flip) -> float:
    """The less of a piece has to change, the less else can explain that the test passes."""
    return SequenceMatcher(None, flip.before, flip.after, autojunk=False).ratio()
