"""What small mutations of suspicious places showed: which of them make the failing test pass, and what else they break."""

from collections import Counter
from difflib import SequenceMatcher
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.localize.mutation.likelihood import is_forced, prior

MAX_REFUSALS = 5
"""Acts that mutants were stopped before, and that are kept."""
_MANY = 3
"""Neighbours of a flip, or clean flips of one line: more of them add nothing."""


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
    siblings: int = 0
    """Other red tests that run the line, or stand in the failing test's file, and were run with it."""
    mended: int = 0
    """Those of them that turned green too."""

    @property
    def is_clean(self) -> bool:
        """Whether every neighbour stays green."""
        return self.green == self.neighbours

    @property
    def names_its_line(self) -> bool:
        """Whether it is evidence for the line itself: no check taken away, no neighbour broken, other red tests mended with it."""
        return self.is_clean and not self.silences and (not self.siblings or 2 * self.mended >= self.siblings)

    @property
    def sentence(self) -> str:
        """Say what passes with it: the failing test, other red tests, neighbours."""
        place = f"{self.path}:{self.line}" + (" (it takes a check away)" if self.silences else "")
        said = f"with {self.after} instead of {self.before} at {place} the failing test passes"
        return " and ".join([said, *self.checks])

    @property
    def checks(self) -> tuple[str, ...]:
        """What other tests say of it, in words; empty when none was run with it."""
        red = f"{self.mended} of {self.siblings} other red tests with it"
        green = f"{self.green} of {self.neighbours} neighbours stay green"
        return (*([red] if self.siblings else []), *([green] if self.neighbours else []))


class PlaceTally(Value):
    """What the mutants of one place did to the failure, besides the flips."""

    path: FilePath
    function: Name = ""
    tried: int = 0
    changed: int = 0
    """Mutants with which the test fails with the same exception and another message: the place reaches the failing value."""
    lines: tuple[int, ...] = ()
    """Lines of these."""


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
    is_settled: bool = False
    """Whether a flip that keeps every neighbour ended it: what stands at less likely places was not tried any more."""
    flips: tuple[Flip, ...] = ()
    refused: int = 0
    """Mutants that were stopped where they would have acted outside of the copy: they count as not tried."""
    refusals: tuple[Prose, ...] = ()
    """What they would have done there, the first few: ``removes /home/me/notes``."""
    tallies: tuple[PlaceTally, ...] = ()
    """What changed the failure without mending it, by place."""


def not_tried(refused: int, refusals: tuple[str, ...]) -> str:
    """Say how many mutants were stopped, and what one of them would have done; empty when none was."""
    if not refused:
        return ""
    act = f": {refusals[0]}" if refusals else ""
    return f"{refused} stopped before acting outside of the copy{act}"


def best_first(flips: tuple[Flip, ...]) -> tuple[Flip, ...]:
    """Order flips: those that silence nothing, mend most red tests, break fewest neighbours; then the likelier edits.

    Among edits as good as each other come first those that several neighbours were asked about, then those of the line that most of
    them stand at, then those that change least; then as found.
    """
    as_good = Counter((flip.path, flip.line) for flip in flips if flip.is_clean and not flip.silences)
    return tuple(
        sorted(
            flips,
            key=lambda flip: (
                flip.silences,
                flip.siblings - flip.mended,
                flip.neighbours - flip.green,
                is_forced(flip),
                -min(flip.neighbours, _MANY),
                -min(as_good[flip.path, flip.line], _MANY),
                -_likeness(flip) * prior(flip),
            ),
        )
    )


def _likeness(flip: Flip) -> float:
    """The less of a piece has to change, the less else can explain that the test passes."""
    return SequenceMatcher(None, flip.before, flip.after, autojunk=False).ratio()
