"""How an event is said: a sign, its role, and what happened. What is said of each kind stands in ``telling``."""

from functools import singledispatch

from coach.core.words import Role

Said = tuple[str, Role, str]
"""Sign, its role, and what happened."""


@singledispatch
def say(event: object) -> Said:
    """Return an event in words; one that nobody registered by its name."""
    return "·", "dim", type(event).__name__
