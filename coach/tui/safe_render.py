"""The only way text reaches a widget: safe text, wrapped literally.

Textual 8 passes escape sequences in content to the terminal and its markup parser crashes on ``[/``. So nothing here is
ever parsed as markup, and only ``SafeText`` (made by ``core.text``) is accepted.
"""

from collections.abc import Callable, Iterable, Sequence

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from coach.core.base.text import SafeText, safe, safe_line
from coach.tui.views.line import Piece, Role

MORE = Piece(SafeText("…"), "dim")
"""At the right edge of a row that goes on there."""


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
    return Strip([Segment(piece.text, style_of(piece.role)) for piece in pieces if piece.text])


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
