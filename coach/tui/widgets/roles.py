"""Roles of text as component classes, so that the style sheet alone knows colours.

The classes belong to the screens, not to the widgets: textual matches every class against the whole style sheet for
each owner, and a dozen owners cost 60 ms of the first paint.
"""

from rich.style import Style
from textual.geometry import Region
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget

from coach.tui import safe_render
from coach.tui.views.flow import flow
from coach.tui.views.line import ROLES, Line, Role
from coach.tui.views.place_links import with_place_links

ROLE_CLASSES: set[str] = {f"role--{role}" for role in ROLES} | {"role--cursor"}


class Roles(Widget):
    """A widget that draws lines; ``.role--good`` and the others come from its screen's style sheet."""

    auto_links = Reactive(False)  # noqa: FBT003 - links of Textual's own: a widget was painted for each move of the mouse over it
    _base: Style | None = None
    _roles: dict[Role, Style]

    @property
    def base(self) -> Style:
        """The style of plain text, computed once per repaint: asking Textual for each row costs more than drawing it."""
        return self._base if self._base is not None else self.rich_style

    def render_lines(self, crop: Region) -> list[Strip]:
        self._base, self._roles = self.rich_style, {}
        return super().render_lines(crop)

    def drawn(self, shown: Line, width: int) -> Strip:
        """Return the one row of a line that fits itself into ``width`` cells."""
        rows = flow([shown], width) if width > 0 else []
        row = safe_render.strip(with_place_links(rows[0].pieces), self.style_of) if rows else Strip([])
        return row.crop_extend(0, width, self.base)

    def style_of(self, role: Role) -> Style:
        """Return the style of a role on this widget's background."""
        if role == "plain":
            return self.base
        if role not in self._roles:
            self._roles[role] = self.base + self.role_alone(f"role--{role}")
        return self._roles[role]

    def role_alone(self, name: str) -> Style:
        """Return what a role adds to a style: its colour as seen on the ground, its own ground only if it has one.

        Other themes name colours as shares of the ground (``auto 60%``); only the whole style has them worked out.
        """
        added = self.screen.get_component_rich_style(name, partial=True)
        return added + Style(color=self.screen.get_component_rich_style(name).color) if added.color else added
