"""A scrolling panel of lines: every list, text and view of the screen is one.

It keeps its scroll position when its lines change, draws only the rows in view, and has a cursor on lines with a key, from
the first paint on, so that enter always does something. Textual's lists draw all their rows when one changes.
"""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from coach.tui import safe_render
from coach.tui.views.filtered import count_entries, filtered
from coach.tui.views.flow import Row, cells, fill, flow
from coach.tui.views.line import Line, linked
from coach.tui.views.link import OPENS_ROW
from coach.tui.views.place_links import with_place_links
from coach.tui.widgets.roles import Roles
from coach.tui.widgets.text_matches import TextMatches


class LinePanel(ScrollView, Roles, can_focus=True, inherit_bindings=False):
    """Shows lines, laid out for its width."""

    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown,space", "page_down", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Selected(Message):
        """The cursor moved to another line."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Chosen(Message):
        """The line under the cursor is to be opened."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, id: str, *, classes: str = "", follows: bool = False) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id, classes=classes)
        self._all: tuple[Line, ...] = ()
        self._lines: tuple[Line, ...] = ()
        """Those of them that are shown: a text that is looked for leaves out entries without it."""
        self._rows: list[Row] = []
        self._keys: tuple[str, ...] = ()
        self._cursor = ""
        self._is_cursor_moved = False
        self._clicked = ""
        """Key of the line that was clicked last, until the cursor is moved otherwise."""
        self._title = ""
        self.matches = TextMatches()
        self._follows = follows
        if follows:  # the end stays in view while lines are added, until the engineer scrolls away from it
            self.anchor()

    def show(self, lines: tuple[Line, ...], *, from_top: bool = False, marked: str = "") -> None:
        """Show lines; the same lines again cost nothing.

        Args:
            lines: those of one key belong together and are selected together.
            from_top: scroll to the first line.
            marked: the key of the line that the cursor is on until the engineer moves it.

        """
        if lines == self._all:
            return
        self._all = lines
        self._choose_lines(marked)
        self._lay_out()
        if from_top:
            self.scroll_to(0, 0, animate=False)

    def set_title(self, title: str) -> None:
        """Write a title into the frame, if it is another one: Textual draws the whole panel for it."""
        if title != self._title:
            self._title = title
            self.border_title = safe_render.plain(f"{title} ")

    @property
    def text(self) -> str:
        """The text of the panel: safe, and not broken at its width."""
        return "\n".join(line.plain for line in self._lines)

    @property
    def is_list(self) -> bool:
        """Whether it has entries, of which a text that is looked for leaves some out."""
        return count_entries(self._all) > 0

    @property
    def found(self) -> str:
        """How much holds the text that is looked for; empty when none is."""
        if not self.matches.query:
            return ""
        if not self.is_list:
            return self.matches.label
        return f"{count_entries(self._lines)} of {count_entries(self._all)} shown"

    def find(self, query: str) -> None:
        """Leave out entries of a list that do not hold the query, mark every place that does, go to the first from here."""
        self.matches.query = query
        if self.is_list:
            self._choose_lines(self._cursor)
            self._lay_out()
        self.matches.seek(query, self._plain_rows(), self.scroll_offset.y)
        self._show_found()

    def find_next(self, way: int) -> None:
        self.matches.step(way)
        self._show_found()

    def on_resize(self) -> None:
        self._lay_out()

    def action_move(self, way: int) -> None:
        """Move the cursor where there is something to select, else scroll."""
        if self._keys:
            here = self._keys.index(self._cursor) if self._cursor else -1 if way > 0 else len(self._keys)
            if 0 <= here + way < len(self._keys):
                self._select(self._keys[here + way])
                return
        self.scroll_relative(y=way, animate=False)

    def action_choose(self) -> None:
        if self._cursor:
            self.post_message(self.Chosen(self._cursor))

    def action_page_up(self) -> None:
        self.scroll_relative(y=-max(1, self.size.height - 2), animate=False)

    def action_page_down(self) -> None:
        self.scroll_relative(y=max(1, self.size.height - 2), animate=False)

    def on_click(self, event: events.Click) -> None:
        """Select by mouse; a second click on the same line opens it. What has no key is left to the screen: links, a text."""
        y = event.y - self.gutter.top + self.scroll_offset.y
        key = self._rows[y].key if 0 <= y < len(self._rows) else ""
        if not key or event.button != 1 or self.text_selection:  # a drag over lines marks their text
            return
        event.stop()
        event.prevent_default()  # Textual's: two clicks mark the text of the whole panel
        if key == self._clicked:
            self._clicked = ""
            self.post_message(self.Chosen(key))
        else:
            self._select(key)
            self._clicked = key

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract("\n".join(self._plain_rows())), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002 - textual's signature
        self.refresh()

    def render_line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        number = top + y
        if number >= len(self._rows) or width < 1:
            return Strip.blank(max(0, width), self.base)
        row = self._rows[number]
        # A row that is selected by a click has no other links: what a click does is seen before it.
        shown = linked(OPENS_ROW, row.pieces) if row.key else with_place_links(row.pieces)
        drawn = self._marked(safe_render.strip(shown, self.style_of), number)
        more = drawn.cell_length - left > width
        drawn = drawn.crop_extend(left, left + width, self.base)
        if more:
            drawn = Strip.join([drawn.crop(0, width - 1), safe_render.strip(_MORE, self.style_of)])
        if row.key and row.key == self._cursor and (self.has_focus or self.matches.query):
            drawn = safe_render.on_ground(drawn, self.base, self.role_alone("role--cursor"))
        return drawn.apply_offsets(left, number)

    def _marked(self, drawn: Strip, number: int) -> Strip:
        found = self.matches.spans(number)
        if found:
            drawn = safe_render.restyle(drawn, found, self.style_of("match"))
        selection = self.text_selection
        span = selection.get_span(number) if selection else None
        if span:
            drawn = safe_render.restyle(
                drawn, [span], self.screen.get_component_rich_style("screen--selection")
            )
        return drawn

    def _choose_lines(self, marked: str) -> None:
        self._lines = filtered(self._all, self.matches.query)
        self._keys = tuple(dict.fromkeys(line.key for line in self._lines if line.key))
        if self._cursor not in self._keys or not self._is_cursor_moved:
            self._is_cursor_moved = False
            self._cursor = marked if marked in self._keys else next(iter(self._keys), "")

    def _lay_out(self) -> None:
        width, height = self.scrollable_content_region.size
        dense = self.screen.size.height < _ROOMY
        # The output of a run that goes on is never laid out anew: what was read would move.
        laid_out = (
            flow(self._lines, width) if self._follows else fill(self._lines, width, height, dense=dense)
        )
        before, self._rows = self._rows, laid_out if width > 0 else []
        widest = max((cells(row.pieces) for row in self._rows), default=0)
        size = Size(max(width, widest), len(self._rows))
        is_as_large, self.virtual_size = size == self.virtual_size, size
        self.matches.renew(self._plain_rows)
        if is_as_large and not self.matches.query:
            self._redraw(before)
        else:
            self.refresh()

    def _redraw(self, before: list[Row]) -> None:
        """Draw only the rows that changed: a figure that changes every second must not draw a panel each time."""
        changed = [number for number, row in enumerate(self._rows) if row != before[number]]
        if changed:
            self.refresh_lines(changed[0], changed[-1] - changed[0] + 1)

    def _plain_rows(self) -> list[str]:
        return ["".join(piece.text for piece in row.pieces) for row in self._rows]

    def _select(self, key: str) -> None:
        self._cursor, self._is_cursor_moved, self._clicked = key, True, ""
        rows = [index for index, row in enumerate(self._rows) if row.key == key]
        if rows:
            self._bring_into_view(rows[0], rows[-1])
        self.refresh()
        self.post_message(self.Selected(key))

    def _bring_into_view(self, first: int, last: int) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if first < top:
            self.scroll_to(y=0 if first <= 2 else first, animate=False)
        elif last >= top + height:
            self.scroll_to(y=last - height + 1, animate=False)

    def _show_found(self) -> None:
        row = self.matches.row
        if row >= 0:
            self._bring_into_view(row, row)
        self.refresh()


_ROOMY = 30
"""Rows of a screen from which blank lines part what stands in its panels."""
_MORE = (safe_render.MORE,)
