"""How well texts stand out from their ground, by the formula of WCAG 2.1; there 4.5 is the least for text of this size."""

import re
from collections.abc import Iterator

from rich.style import Style
from textual.screen import Screen

from tests.tui.textual_private import rows_of

LEAST = 4.5
FRAMES = re.compile(r"[\s\u2500-\u259f\u2800-\u28ff]+")
"""Frames, bars and dots of a plot: not read as text."""


def ratio(style: Style) -> float:
    """Return the contrast of a style's colour with its ground, 1 to 21."""
    assert style.color, style
    assert style.bgcolor, style
    pair = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
    dark, light = sorted(_luminance(each.get_truecolor()) for each in pair)
    return (light + 0.05) / (dark + 0.05)


def weak_texts(screen: Screen[object]) -> Iterator[str]:
    """Yield each text of a screen that is hard to read, with its figures; what lies dimmed below a window is not meant to be."""
    rows = rows_of(screen)
    for widget in screen.children:
        area = widget.region.intersection(screen.region)
        for row in rows[area.y : area.bottom] if widget.display else ():
            for text, style, _ in row.crop(area.x, area.right):
                if FRAMES.sub("", text) and style and (found := ratio(style)) < LEAST:
                    yield f"{text.strip()!r} {found:.2f} ({style})"


def _luminance(colour: tuple[int, int, int]) -> float:
    shares = (each / 255 for each in colour)
    red, green, blue = (
        share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
