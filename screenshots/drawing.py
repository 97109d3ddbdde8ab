"""Draw a screen of characters as a small SVG that loads nothing: runs of text, and one path for each colour of ground and frame.

Textual's own pictures name fonts on somebody's server and take five times the bytes. Frames and bars are drawn here, not
written, so that they join in whatever font the reader has; every run of text is fitted to its cells for the same reason.
"""

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

import pyte
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

WIDE, HIGH = 6, 12
"""Units of one cell."""
BASELINE = 9
MARGIN = 8
FONTS = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
SCALE = 1.4
"""Pixels of a unit where nobody says how large the picture is to be."""
_PIECE = re.compile(
    r"([\u2500-\u259f])\1*"  # frames and bars
    r"|[\u2800-\u28ff]+"  # dots of a plot
    r"|[\u2190-\U0010ffff]"  # a sign that many fonts borrow from another one, whose width is another too
    r"|[^\s\u2190-\U0010ffff]+(?: [^\s\u2190-\U0010ffff]+)*"
)
_ARMS = {"HORIZONTAL": "lr", "VERTICAL": "ud", "LEFT": "l", "RIGHT": "r", "UP": "u", "DOWN": "d"}
_ENDS = {"l": "h-3", "r": "h3", "u": "v-6", "d": "v6"}


class Look(NamedTuple):
    """How a character is drawn. Colours are ``#rrggbb``."""

    colour: str
    ground: str
    marks: str = ""
    """``b`` bold, ``i`` italic, ``u`` underlined, ``s`` struck through."""


class Run(NamedTuple):
    """Characters of one look, from a column on."""

    column: int
    text: str
    look: Look


Row = tuple[Run, ...]


def rows_of_strips(strips: Iterable[Strip], plain: Look) -> list[Row]:
    """Return what Textual draws. ``plain`` is how a cell without colours looks."""
    return [_row((each.text, _look(each.style or Style(), plain)) for each in strip) for strip in strips]


def rows_of_terminal(screen: pyte.Screen, plain: Look) -> list[Row]:
    """Return what a terminal shows."""
    columns = range(screen.columns)
    return [
        _row((cell.data, _cell_look(cell, plain)) for cell in map(screen.buffer[y].__getitem__, columns))
        for y in range(screen.lines)
    ]


def _row(parts: Iterable[tuple[str, Look]]) -> Row:
    """Join neighbours of one look."""
    runs, column = [], 0
    for look, same in itertools.groupby(parts, key=lambda part: part[1]):
        text = "".join(text for text, _ in same)
        runs.append(Run(column, text, look))
        column += cell_len(text)
    return tuple(runs)


def _look(style: Style, plain: Look) -> Look:
    colour = style.color.get_truecolor().hex if style.color and not style.color.is_default else plain.colour
    ground = (
        style.bgcolor.get_truecolor().hex if style.bgcolor and not style.bgcolor.is_default else plain.ground
    )
    if style.reverse:
        colour, ground = ground, colour
    marks = zip("bius", (style.bold, style.italic, style.underline, style.strike), strict=True)
    return Look(colour, ground, "".join(name for name, is_on in marks if is_on))


def _cell_look(cell: pyte.screens.Char, plain: Look) -> Look:
    colour = f"#{cell.fg}" if re.fullmatch(r"[0-9a-f]{6}", cell.fg) else plain.colour
    ground = f"#{cell.bg}" if re.fullmatch(r"[0-9a-f]{6}", cell.bg) else plain.ground
    if cell.reverse:
        colour, ground = ground, colour
    marks = zip("bius", (cell.bold, cell.italics, cell.underscore, cell.strikethrough), strict=True)
    return Look(colour, ground, "".join(name for name, is_on in marks if is_on))


def picture(rows: Sequence[Row], size: tuple[int, int], ground: str, title: str) -> str:
    """Return one screen as a whole SVG; ``size`` is in cells."""
    return framed(drawn(rows, ground), size, ground, title)


def framed(content: str, size: tuple[int, int], ground: str, title: str, style: str = "") -> str:
    """Put a window's edge around what was drawn."""
    wide, high = size[0] * WIDE + 2 * MARGIN, size[1] * HIGH + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-{MARGIN} -{MARGIN} {wide} {high}"'
        f' width="{wide * SCALE:.0f}" height="{high * SCALE:.0f}">\n<title>{escape(title)}</title>\n'
        f"<style>text{{font:10px {FONTS}}}{style}</style>\n"
        f'<rect x="{0.5 - MARGIN}" y="{0.5 - MARGIN}" width="{wide - 1}" height="{high - 1}" rx="6"'
        f' fill="{ground}" stroke="#808080" stroke-opacity=".5"/>\n{content}\n</svg>\n'
    )


def drawn(rows: Sequence[Row], ground: str) -> str:
    """Return the elements that draw rows, the first of them at the top; what has the ground's own colour needs none."""
    grounds, bars, lines, texts = (defaultdict(str) for _ in range(4))
    for y, row in enumerate(rows):
        for run in row:
            look = run.look
            if look.ground != ground:
                grounds[look.ground] += _box(run.column * WIDE, y * HIGH, cell_len(run.text) * WIDE, HIGH)
            for found in _PIECE.finditer(run.text):
                piece, column = found[0], run.column + cell_len(run.text[: found.start()])
                x = column * WIDE
                if arms := _arms(piece[0]):
                    lines[look.colour] += _lines(piece[0], arms, x, y, len(piece))
                elif bar := _bar(piece[0]):
                    bars[look.colour] += _bars(bar, x, y, len(piece))
                else:
                    texts[look.colour, look.marks] += _text(x, y, piece)
    return "".join(
        [
            *(f'<path fill="{colour}" d="{path}"/>' for colour, path in [*grounds.items(), *bars.items()]),
            *(f'<path fill="none" stroke="{colour}" d="{path}"/>' for colour, path in lines.items()),
            *(f'<g fill="{colour}"{_marked(marks)}>{text}</g>' for (colour, marks), text in texts.items()),
        ]
    )


def _box(x: float, y: float, wide: float, high: float) -> str:
    return f"M{x:g} {y:g}h{wide:g}v{high:g}h{-wide:g}z"


def _arms(char: str) -> str:
    """Return where a sign of frames leads to, of ``lrud``; nothing for another sign."""
    words = unicodedata.name(char, "").split()
    if words[:1] != ["BOX"] or "DIAGONAL" in words:
        return ""
    return "".join(_ARMS.get(word, "") for word in words)


def _lines(sign: str, arms: str, x: int, y: int, times: int) -> str:
    middle, half = y * HIGH + HIGH // 2, WIDE // 2
    if arms == "lr":
        return f"M{x} {middle}h{times * WIDE}"
    if "ARC" in unicodedata.name(sign):
        end_x, end_y = x + (WIDE if "r" in arms else 0), y * HIGH + (HIGH if "d" in arms else 0)
        return f"M{x + half} {end_y}Q{x + half} {middle} {end_x} {middle}"
    starts = range(x + half, x + half + times * WIDE, WIDE)
    return "".join(f"M{start} {middle}{_ENDS[arm]}" for start in starts for arm in arms)


def _bar(char: str) -> tuple[float, float, float, float] | None:
    """Return x, y, width and height of a block within its cell."""
    code = ord(char)
    if 0x2581 <= code <= 0x2588:
        high = HIGH * (code - 0x2580) / 8
        return 0, HIGH - high, WIDE, high
    if 0x2589 <= code <= 0x258F:
        return 0, 0, WIDE * (0x2590 - code) / 8, HIGH
    return {
        "▀": (0, 0, WIDE, HIGH / 2),
        "▐": (WIDE / 2, 0, WIDE / 2, HIGH),
        "▔": (0, 0, WIDE, HIGH / 8),
        "▕": (WIDE * 7 / 8, 0, WIDE / 8, HIGH),
    }.get(char)


def _bars(bar: tuple[float, float, float, float], x: int, y: int, times: int) -> str:
    left, top, wide, high = bar
    if wide == WIDE:
        return _box(x, y * HIGH + top, times * WIDE, high)
    return "".join(_box(x + each * WIDE + left, y * HIGH + top, wide, high) for each in range(times))


def _text(x: int, y: int, text: str) -> str:
    cells = cell_len(text)
    fitted = f' textLength="{cells * WIDE}"' if cells > 1 and len(text) > 1 else ""
    return f'<text x="{x}" y="{y * HIGH + BASELINE}"{fitted}>{escape(text, quote=False)}</text>'


def _marked(marks: str) -> str:
    lines = " ".join(name for mark, name in (("u", "underline"), ("s", "line-through")) if mark in marks)
    return "".join(
        [
            ' font-weight="700"' if "b" in marks else "",
            ' font-style="italic"' if "i" in marks else "",
            f' text-decoration="{lines}"' if lines else "",
        ]
    )
