"""Roles of text as component classes, so that the style sheet alone knows colours."""

from typing import ClassVar

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from coach.ui.present.line import ROLES, Role


class Roles(Widget):
    """A widget that draws lines; ``.role--good`` and the others come from the style sheet."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"role--{role}" for role in ROLES} | {"role--cursor"}

    _base: Style | None = None
    _roles: dict[Role, Style]

    @property
    def base(self) -> Style:
        """The style of plain text, worked out once per repaint: asking textual for each row costs more than drawing."""
        return self._base if self._base is not None else self.rich_style

    def render_lines(self, crop: Region) -> list[Strip]:
        self._base, self._roles = self.rich_style, {}
        return super().render_lines(crop)

    def style_of(self, role: Role) -> Style:
        """Return the style of a role on this widget's background."""
        if role == "plain":
            return self.base
        if role not in self._roles:
            self._roles[role] = self.base + self.get_component_rich_style(f"role--{role}", partial=True)
        return self._roles[role]
