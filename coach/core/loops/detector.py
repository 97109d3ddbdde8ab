"""What registers a loop detector: its name, what it looks for, and what answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.loops.detection import Detection, Level
from coach.core.loops.history import History

EndedBy = Literal["note", "spec", "unpin"]
"""What the engineer may do that answers a loop of some patterns only: what is run, tried or restored answers all."""


@dataclass(frozen=True, slots=True)
class Detector:
    """One pattern of going round in circles."""

    name: str
    """The word in events, settings and command lines."""
    rule: int
    """The version of its rule, recorded with what it saw."""
    seen: Callable[[History], Detection | None]
    notices: str
    """What it notices, in one sentence."""
    action: str
    """The id of the action that makes the move."""
    step: str
    """The step to go back to, by its id in the shipped workflow."""
    answers: tuple[str, ...] = ()
    """Actions that answer it, best first; a hypothesis always does."""
    ended_by: frozenset[EndedBy] = frozenset()
    after_reruns: bool = False
    """Whether it is asked after a run of unchanged files too; the others look at edits."""
    outlasts_edits: bool = False
    """Whether what was said still stands after a further edit that left the failing set as it was."""
    echo_of: str = ""
    """A pattern that says the same and more: where both are seen, this one is silent."""

    def detection(  # noqa: PLR0913 - what was seen has as many sides
        self,
        *,
        level: Level,
        evidence: tuple[int, ...],
        place: str,
        sentence: str,
        move: str,
        restore_run: int = 0,
        doubt: tuple[TestId, ...] = (),
    ) -> Detection:
        """Return what was seen, under the name of the pattern, with the way on that answers it."""
        ways = (move, self.action, self.step, restore_run)
        return Detection(self.name, level, evidence, place, sentence, *ways, doubt)
