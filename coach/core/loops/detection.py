"""What a detector says: a pattern seen in the session, with its evidence and one way on."""

from dataclasses import dataclass
from typing import Literal

from coach.core.base.test_id import TestId

Level = Literal["note", "banner", "card"]
LEVELS: tuple[Level, ...] = ("note", "banner", "card")


@dataclass(frozen=True, slots=True)
class Detection:
    """One pattern, seen now. The sentence says what was seen, never what anybody is."""

    pattern: str
    level: Level
    evidence: tuple[int, ...]
    """Run numbers, oldest first; the last is the run that showed it."""
    place: str
    """What the loop is about (a failure, a file, a test): the same pattern elsewhere is another loop."""
    sentence: str
    move: str
    action: str
    """The id of the key that makes the move."""
    step: str = ""
    """The step to go back to, by its id in the shipped workflow."""
    restore_run: int = 0
    """The run before it began: its tree is the one to restore. 0 when there is none."""
    doubt: tuple[TestId, ...] = ()
    """Tests of which it is not known whether they failed before any edit, where that decides how loud it is."""


def numbers(runs: tuple[int, ...]) -> str:
    """Return run numbers as people read them: ``#5, #6 and #7``."""
    signs = [f"#{each}" for each in runs]
    if len(signs) > 4:
        return f"{signs[0]} to {signs[-1]} ({len(signs)} of them)"
    return " and ".join(filter(None, [", ".join(signs[:-1]), signs[-1]])) if signs else ""
