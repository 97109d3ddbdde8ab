"""A past failure that resembles the present one: a candidate to look at, never an answer."""

from coach.core.base.text import Text
from coach.core.base.value import Value


class PastFailure(Value):
    """What a past session has to say to a present failure."""

    session: Text
    how: Text
    """In which way it is alike: the same failure, the same place, a similar message."""
    title: Text = ""
    at: float = 0.0
    """When that session was last used, in seconds since the epoch."""
    ending: Text = ""
    root_cause: Text = ""
    fix: Text = ""
    """The edit after which it passed, as a patch; cut when it is long."""
