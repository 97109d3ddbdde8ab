"""Roles of text as component classes, so that the style sheet alone knows colours."""

from typing import ClassVar

from rich.style import Style
from textual.widget import Widget

from coach.ui.present.line import ROLES, Role


class Roles(Widget):
    """A widget that draws lines; ``.role--good`` and the others come from the style sheet."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"role--{role}" for role in ROLES} | {"role--cursor"}

    def style_of(self, role: Role) -> Style:
        """Return the style of a role on this widget's background."""
        if role == "plain":
            return self.rich_style
        return self.rich_style + self.get_component_rich_style(f"role--{role}", partial=True)
