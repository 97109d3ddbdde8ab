"""The dispatch by kind of event to its words; ``coach.core.log.describe`` registers every kind."""

from functools import singledispatch

from coach.core.base.symbols import Role
from coach.core.base.text import safe_line

Said = tuple[str, Role, str]
"""Sign, its role, and what happened."""


def on_cluster(address: str) -> str:
    """Return the rest of a sentence that says on which cluster; empty where it is this machine."""
    return f", on {safe_line(address)}" if address else ""


@singledispatch
def say(event: object) -> Said:
    """Return an event in words; one that nobody registered by its name."""
    return "·", "dim", type(event).__name__
