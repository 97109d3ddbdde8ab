"""A past failure that resembles the present one: a candidate to look at, never an answer."""

from coach.core.base.text import CoachId, Name, Prose
from coach.core.base.value import Value


class PastFailure(Value):
    """What a past session has to say to a present failure."""

    session: CoachId
    how: Prose
    """In which way it is alike: the same failure, the same place, a similar message."""
    title: Prose = ""
    at: float = 0.0
    """When that session was last used, in seconds since the epoch."""
    ending: Name = ""
    root_cause: Prose = ""
    fix: Prose = ""
    """The edit after which it passed, as a patch; cut when it is long."""
