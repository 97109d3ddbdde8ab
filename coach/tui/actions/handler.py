"""What a key does, as a type."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.tui.screens.session import SessionScreen

Handler = Callable[["SessionScreen", str], None]
"""A function of the screen and the key that was pressed (empty from the palette)."""
