"""The dispatch by kind of event to its words; ``coach.core.log.describe`` registers every kind."""

from functools import singledispatch

from coach.core.base.symbols import Role

Said = tuple[str, Role, str]
"""Sign, its role, and what happened."""


@singledispatch
def say(event: object) -> Said:
    """Return an event in words; one that nobody registered by its name."""
    return "·", "dim", type(event).__name__
