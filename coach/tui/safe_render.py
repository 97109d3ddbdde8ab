"""The only way text reaches a widget: safe text, wrapped literally.

Textual 8 passes escape sequences in content to the terminal and its markup parser crashes on ``[/``. So nothing here is
ever parsed as markup, and only ``SafeText`` (made by ``core.text``) is accepted.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import cast

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from coach.core.base.text import SafeText, safe, safe_line
from coach.tui.views.line import Piece, Role
from coach.tui.views.link import Key, Link

MORE = Piece(SafeText("…"), "dim")
"""At the right edge of a row that goes on there."""
_LINK = "coach-link"
"""Under which name a style carries the link of what is drawn in it. Text never makes a style."""
_NAMED = {"esc": "escape", "↑": "up", "↓": "down", "enter": "enter"}
"""Keys that have a name, and Textual's name of each."""


def content(*texts: tuple[SafeText, Style | str]) -> Content:
    """Return literal content; a style is one of ours, never part of the text."""
    return Content.assemble(*[Content.styled(text, style) for text, style in texts])


def plain(text: str) -> Content:
    """Return any text as literal content of one line: border titles, labels, placeholders."""
    return Content(safe_line(text))


def editable(text: str) -> str:
    """Return kept text as a form may show it for editing; escapes are gone, the words stay."""
    return safe(text)


def strip(pieces: Iterable[Piece], style_of: Callable[[Role], RichStyle]) -> Strip:
    """Return one row of pieces as it is drawn."""
    return Strip([Segment(each.text, _style(each, style_of)) for each in pieces if each.text])


def link_at(style: RichStyle) -> Link | None:
    """Return the link of what is drawn in a style: Textual gives the style of the cell with each event of the mouse."""
    return cast("Link | None", style.meta.get(_LINK))


def linking(link: Link) -> Style:
    """Return the style that makes a part of a title or frame a link."""
    return Style.from_meta({_LINK: link})


def frame_keys(*keys: tuple[str, str]) -> Content:
    """Return the keys of a window for its frame, each with what it does; a click on one presses it.

    Args:
        keys: (key, words), or several keys of one kind, such as ``("1 2 3", "budget")``; words between them are no keys.

    """
    return Content(" · ").join(_frame_key(key.split(" "), words) for key, words in keys)


def _frame_key(keys: list[str], words: str) -> Content:
    *first, last = keys
    parts = [_key_part(each, each) for each in first]
    return Content(" ").join([*parts, _key_part(last, f"{last} {words}")])


def _key_part(key: str, text: str) -> Content:
    is_key = key in _NAMED or "+" in key or (len(key) == 1 and key.isalnum())
    shown = safe_line(text)
    return Content.styled(shown, linking(Key(_NAMED.get(key, key)))) if is_key else Content(shown)


def _style(each: Piece, style_of: Callable[[Role], RichStyle]) -> RichStyle:
    style = style_of(each.role)
    return style + _rich_link(each.link) if each.link else style


@lru_cache(maxsize=512)
def _rich_link(link: Link) -> RichStyle:
    return RichStyle(meta={_LINK: link})


def restyle(row: Strip, spans: Sequence[tuple[int, int]], style: RichStyle) -> Strip:
    """Lay a style over cell ranges of a row: what was searched for, what is selected by mouse."""
    for start, end in spans:
        stop = row.cell_length if end < 0 else min(end, row.cell_length)
        if start >= stop:
            continue
        marked = Strip(
            [Segment(each.text, (each.style or RichStyle()) + style) for each in row.crop(start, stop)]
        )
        row = Strip.join([row.crop(0, start), marked, row.crop(stop, row.cell_length)])
    return row


def on_ground(row: Strip, plain: RichStyle, lit: RichStyle) -> Strip:
    """Lay a ground under a row, wherever it has the ``plain`` one: what stands on a ground of its own, such as a key, keeps it."""
    return Strip(
        [
            Segment(text, (style or plain) + lit if (style or plain).bgcolor == plain.bgcolor else style)
            for text, style, _ in row
        ],
        row.cell_length,
    )
