"""What a list says of one session. Light: a list is shown before anything that reads logs is loaded."""

from dataclasses import dataclass, fields
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Listed:
    """One session as a list shows it. All texts are foreign."""

    id: str
    project: str = ""
    """The root of its project."""
    target: str = ""
    title: str = ""
    state: str = "open"
    """``open``; how it was closed: verified, partial, abandoned; or ``imported``, made from somebody else's transcript."""
    step: str = ""
    opened_at: float = 0.0
    last_at: float = 0.0
    runs: int = 0
    events: int = 0
    damage: str = ""
    """Why it cannot be shown or continued; the other columns mean little then."""
    flaws: str = ""
    """What of it is lost although the rest is well: bad lines, a cut-off end."""
    read_only: str = ""
    """Why it can be read but not continued."""
    root_cause: str = ""
    failure: str = ""
    """The newest failure, ``KeyError: 'pen'``."""
    loops: int = 0
    """Notices that somebody goes in circles."""
    hypotheses: int = 0
    seconds: float = 0.0
    """Time somebody was at it: gaps of more than ten minutes count for ten."""
    imported: str = ""
    """Where it was imported from; such a session can only be read."""


COLUMNS = tuple(each.name for each in fields(Listed))


class Known(NamedTuple):
    """One failure of a session, as it is looked up."""

    strict: str
    loose: str
    test: str
    exception: str
    message: str
    place: str
