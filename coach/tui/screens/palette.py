"""The command palette, on a screen of any size."""

import contextlib

from textual.command import CommandPalette


class Palette(CommandPalette):
    """Textual's own, but for a key that pages through a list which has no room to be drawn: there it raises KeyError."""

    def _action_command_list(self, action: str) -> None:
        with contextlib.suppress(KeyError, IndexError):
            super()._action_command_list(action)
