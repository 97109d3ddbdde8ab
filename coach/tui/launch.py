"""What leads to a session, and what the screen has others remember for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded after the first paint
    from coach.session.port import SessionPort


@dataclass(frozen=True, slots=True)
class SessionLaunch:
    """What leads to a session: its name for the header, and the way to open it (slow; runs in a thread)."""

    label: str
    open: "Callable[[], SessionPort]"
    wishes: Callable[[], tuple[str, Mapping[str, str]]] = lambda: ("", {})
    """The engineer's theme (empty: as it comes) and own keys by the ids of actions."""
    remember_theme: Callable[[str], None] = lambda _: None
    is_first_time: Callable[[], bool] = lambda: False
    """Whether nobody was welcomed here before; asking makes it so."""
