"""How a session is opened after the first paint, and what the screen asks its caller to remember."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # loaded after the first paint
    from coach.session.port import SessionPort


class LastSeen(NamedTuple):
    """What the list of sessions knows of one that is being opened. Texts are foreign."""

    target: str
    failure: str
    """The newest failure it saw, ``KeyError: 'pen'``; empty without one."""


@dataclass(frozen=True, slots=True)
class SessionLaunch:
    """A session that is not open yet. Every function but ``remember_theme`` may be called in a thread."""

    label: str
    """What the header says while the session is being opened."""
    open: "Callable[[], SessionPort]"
    """Open it, which may take seconds. May raise CoachError."""
    preferences: Callable[[], tuple[str, Mapping[str, str]]] = lambda: ("", {})
    """Return the engineer's theme (empty: the default) and own keys by the ids of actions. May raise CoachError."""
    last_seen: Callable[[], LastSeen | None] = lambda: None
    """Return what is known of the session before it is open; quick, and called before anything heavy is loaded."""
    remember_theme: Callable[[str], None] = lambda _: None
    """Keep the theme the engineer chose."""
    is_first_time: Callable[[], bool] = lambda: False
    """Return whether the welcome was never shown on this machine; true once only, since asking records it."""
