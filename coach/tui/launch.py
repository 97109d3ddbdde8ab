"""How a session is opened after the first paint, and what the screen asks its caller to remember."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded after the first paint
    from coach.session.port import SessionPort


@dataclass(frozen=True, slots=True)
class SessionLaunch:
    """A session that is not open yet. Every function but ``remember_theme`` may be called in a thread."""

    label: str
    """What the header says while the session is being opened."""
    open: "Callable[[], SessionPort]"
    """Open it, which may take seconds. May raise CoachError."""
    preferences: Callable[[], tuple[str, Mapping[str, str]]] = lambda: ("", {})
    """Return the engineer's theme (empty: the default) and own keys by the ids of actions. May raise CoachError."""
    remember_theme: Callable[[str], None] = lambda _: None
    """Keep the theme the engineer chose."""
    is_first_time: Callable[[], bool] = lambda: False
    """Return whether the welcome was never shown on this machine; true once only, since asking records it."""
