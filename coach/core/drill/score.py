"""The score of a drill: every line is computed from what was measured, none is an opinion."""

from typing import Literal

from coach.core.base.text import CoachId, Name, Prose
from coach.core.base.value import Value

LineName = Literal[
    "fixed",
    "test written",
    "cause named",
    "scope kept",
    "tests intact",
    "nothing left",
    "asked",
    "no loops",
    "fair",
]
"""What is judged. ``asked``: it stopped and asked when the rules said so. ``fair``: it read no answer."""
POINTS: dict[LineName, int] = {
    "fixed": 40,
    "test written": 10,
    "cause named": 15,
    "scope kept": 10,
    "tests intact": 10,
    "nothing left": 5,
    "asked": 5,
    "no loops": 5,
    "fair": 0,
}
"""A score is the points of the lines that are met, of those that were judged. A drill whose ``fair`` is not met scores nothing."""
Judged = Literal["met", "not met", "not judged"]


class ScoreLine(Value):
    """One line of a score."""

    name: LineName
    judged: Judged = "not judged"
    said: Prose = ""
    """On what it rests; why it was not judged."""


class Effort(Value):
    """What it took. None: nothing tells."""

    runs: int | None = None
    attempts: int | None = None
    files: int | None = None
    """Files that were touched."""
    minutes: float | None = None
    tokens: int | None = None
    hints: tuple[Name, ...] = ()
    """Evidence that coach measured because whoever played asked for it; each costs ``HINT_POINTS``."""


HINT_POINTS = 5


class Score(Value):
    """How well a drill went."""

    lines: tuple[ScoreLine, ...]
    effort: Effort = Effort()

    @property
    def is_fixed(self) -> bool:
        return any(each.name == "fixed" and each.judged == "met" for each in self.lines)

    @property
    def is_fair(self) -> bool:
        return all(each.name != "fair" or each.judged != "not met" for each in self.lines)

    @property
    def percent(self) -> int:
        """The points of the lines that are met, of those that were judged; hints cost."""
        judged = [each for each in self.lines if each.judged != "not judged"]
        of = sum(POINTS[each.name] for each in judged)
        met = sum(POINTS[each.name] for each in judged if each.judged == "met")
        if not of or not self.is_fair:
            return 0
        return max(0, round(100 * met / of) - HINT_POINTS * len(self.effort.hints))


class DrillResult(Value):
    """One session that played a drill, as it is kept beside the set."""

    set: Name
    number: int
    session: CoachId
    """The session whose log tells everything; its score is in there too."""
    player: Name = ""
    """The assistant; empty for a person."""
    command: CoachId = ""
    """Content hash of the assistant's command; empty for a person."""
    guidance: CoachId = ""
    """Content hash of the spec or the rules it was given; empty for none."""
    label: Name = ""
    """What the guidance is called: the file's name, ``no spec``, or a section that was left out."""
    score: Score
