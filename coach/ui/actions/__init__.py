"""What each key does: action id → a small function on the session screen.

Commands ask the session for something, dialogs ask the engineer first, views only change what is looked at.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from coach.ui.actions import commands, dialogs, experiments, narrowing, past, views

if TYPE_CHECKING:
    from coach.ui.screens.session import SessionScreen

Deed = Callable[["SessionScreen", str], None]
"""A function of the screen and the key that was pressed (empty from the palette)."""

DEEDS: dict[str, Deed] = {
    **commands.DEEDS,
    **dialogs.DEEDS,
    **narrowing.DEEDS,
    **experiments.DEEDS,
    **past.DEEDS,
    **views.DEEDS,
}
