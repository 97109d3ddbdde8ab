"""The command palette, on a screen of any size."""

import contextlib
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.widgets import OptionList


class Palette(CommandPalette):
    """Textual's own, but for the keys that page: in a list that has no room to be drawn they raise KeyError there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page('up')", show=False),
        Binding("pagedown", "page('down')", show=False),
    ]

    async def action_page(self, way: str) -> None:
        """Move a page ``up`` or ``down``."""
        with contextlib.suppress(KeyError, IndexError):
            await self.query_one(OptionList).run_action(f"page_{way}")
