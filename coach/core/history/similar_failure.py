"""A past failure that resembles the present one: a candidate to look at, never an answer."""

from coach.core.base.formatting import count, day
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
    green: int = 0
    """Runs of that session in which its target passed, after or before it failed."""
    green_at: float = 0.0
    """When it passed last, in seconds since the epoch."""
    around: Prose = ""
    """What is otherwise around the project now than at that run: versions, variables; empty: nothing, or not known."""

    @property
    def green_words(self) -> str:
        """That the test passed in that session, and what is otherwise now; empty when it did not."""
        if not self.green:
            return ""
        since = f"; otherwise now: {self.around}" if self.around else ""
        return f"it passed there in {count(self.green, 'run')}, last on {day(self.green_at)}{since}"
