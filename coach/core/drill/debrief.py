"""What somebody is told when a drill is over: the true cause and fix, and which evidence would have shown it."""

from coach.core.base.text import Name, Prose
from coach.core.base.value import Value
from coach.core.drill.drill import Cause
from coach.core.runs.changes import Changes


class EvidencePath(Value):
    """Evidence that can be asked for, and what it says of the cause."""

    hints: tuple[Name, ...] = ()
    """What has to be asked for, in this order; empty for the traceback, which everybody has."""
    rank: int = 0
    """The last place that the function of the cause may take among the suspects, from 1; 0: it is not among them."""
    first: Prose = ""
    """The place that stands first."""
    seconds: float = 0.0
    """How long it took to measure; 0 for the traceback."""

    @property
    def names_it(self) -> bool:
        """Whether the right function stands first, alone."""
        return self.rank == 1


class Debrief(Value):
    """The answer of a drill."""

    causes: tuple[Cause, ...]
    fix: Changes
    paths: tuple[EvidencePath, ...] = ()
    is_measured: bool = False
    """Whether the paths were measured; they follow when the score is known."""
    why_not: Prose = ""
    """Why they could not be."""

    @property
    def shortest(self) -> EvidencePath | None:
        """The path that names the right function with the fewest hints, of equal ones the fastest; None: none of them does."""
        naming = [each for each in self.paths if each.names_it]
        return min(naming, key=lambda each: (len(each.hints), each.seconds), default=None)
