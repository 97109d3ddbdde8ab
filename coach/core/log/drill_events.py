"""The events of a drill; they stand with all others in ``coach.core.log.events``. What the defect is, no event before the score tells."""

from typing import Literal

from coach.core.base.text import CoachId, Name, Prose
from coach.core.base.value import Value
from coach.core.drill.debrief import Debrief
from coach.core.drill.facts import Graded, Played
from coach.core.drill.score import Score


class DrillBegan(Value):
    """The session plays a drill: its checkout is an arena, a copy with a planted defect."""

    kind: Literal["drill_began"] = "drill_began"
    set: Name
    number: int
    player: Name = ""
    """The assistant; empty for a person."""
    command: CoachId = ""
    """Content hash of the assistant's command; empty for a person."""
    guidance: CoachId = ""
    """Content hash of the spec or the rules that the player is given; empty for none."""
    label: Name = ""
    """What they are called."""
    task: Prose = ""
    """What is asked, in words."""


class DrillScored(Value):
    """A drill is over: what was measured, and the score that follows from it."""

    kind: Literal["drill_scored"] = "drill_scored"
    graded: Graded
    played: Played
    score: Score


class DrillDebriefed(Value):
    """The answer of a drill, for the person who played it; recorded again once it is measured which evidence would have shown it."""

    kind: Literal["drill_debriefed"] = "drill_debriefed"
    debrief: Debrief


DrillEvent = DrillBegan | DrillScored | DrillDebriefed
