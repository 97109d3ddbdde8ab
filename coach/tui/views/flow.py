"""Lay lines out for a width: figures to the right edge, long text wrapped, cut or shortened in the middle.

Widths are terminal cells, not characters: a CJK character takes two, a combining mark none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

from coach.core.base.test_id import TestId
from coach.core.base.text import SafeText
from coach.tui.views.line import BLANK, Line, Piece

_TOKEN = re.compile(r"\s*\S+|\s+$")
_GAP = 2
_SHORTEST = 9
"""Cells an elastic piece keeps at least; less than that names nothing."""


class Row(NamedTuple):
    """One row of the screen: pieces from left to right, and the key of the line they belong to."""

    pieces: tuple[Piece, ...]
    key: str = ""


def cells(pieces: Iterable[Piece]) -> int:
    return sum(cell_len(piece.text) for piece in pieces)


def flow(lines: Iterable[Line], width: int) -> list[Row]:
    """Return the rows that show ``lines`` in ``width`` cells."""
    width = max(1, width)
    return [Row(row, line.key) for line in lines for row in _rows(line, width)]


def fill(lines: Iterable[Line], width: int, height: int, *, dense: bool = False) -> list[Row]:
    """Return the rows that show ``lines``; those that would be cut are wrapped as long as rows would stay empty.

    Args:
        lines: what to show.
        width: cells of a row.
        height: rows there are.
        dense: whether to leave out lines that only part others.

    """
    width = max(1, width)
    parts = [(line, list(_rows(line, width))) for line in lines if not dense or line != BLANK]
    left = height - sum(len(rows) for _, rows in parts)
    found: list[Row] = []
    for line, rows in parts:
        if left > 0 and (line.most or (line.fit != "wrap" and _is_cut(line, width))):
            wrapped = list(_rows(replace(line, fit="wrap", most=0), width))
            more = len(wrapped) - len(rows)
            if 0 < more <= left:
                left -= more
                rows = wrapped  # noqa: PLW2901 - the same line, laid out anew
        found += [Row(row, line.key) for row in rows]
    return found


def _is_cut(line: Line, width: int) -> bool:
    right = cells(line.figure)
    room = width - right - _GAP if right else width
    return cells(_shorten(line.pieces, room)) > room


def tail(text: str, width: int) -> SafeText:
    """Cut the start off a text so that it takes at most ``width`` cells."""
    if cell_len(text) <= width:
        return SafeText(text)
    return SafeText("…" + set_cell_size(text[::-1], width - 1)[::-1]) if width > 1 else SafeText("…"[:width])


def middle(text: str, width: int) -> SafeText:
    """Cut the middle out of a text so that it takes at most ``width`` cells; the end says more than the start.

    Of a path the folders go first, from the outside inwards: the name of the file says most, but of ``__init__.py`` nothing
    without its folder.
    """
    if cell_len(text) <= width:
        return SafeText(text)
    if width <= 1:
        return SafeText("…"[:width])
    folders = TestId(text).file.count("/") if " " not in text else 0
    for _ in range(folders - ("/__" in text)):
        text = text.partition("/")[2]
        if cell_len(text) + 2 <= width:
            return SafeText(f"…/{text}")
    tail_width = (width - 1) * 2 // 3
    head = set_cell_size(text, width - 1 - tail_width).rstrip(" ")
    tail = set_cell_size(text[::-1], tail_width)[::-1].lstrip(" ")
    return SafeText(f"{head}…{tail}")


def _rows(line: Line, width: int) -> Iterator[tuple[Piece, ...]]:
    right = cells(line.figure)
    room = width - right - _GAP if right else width
    left = _shorten(line.pieces, room) if line.fit != "long" else line.pieces
    if line.fit == "long":
        yield left
    elif cells(left) <= room:
        yield _beside(left, line.figure, width)
    elif line.fit == "cut":
        yield _beside(_cut(left, max(1, room)), line.figure, width)
    else:
        left = _shorten(line.pieces, width)
        rows = list(_wrapped(left if cells(left) <= width else line.pieces, line, width))
        yield from rows if not line.most or len(rows) <= line.most else _first(rows, line.most, width)


def _first(rows: list[tuple[Piece, ...]], most: int, width: int) -> Iterator[tuple[Piece, ...]]:
    """Yield the first rows; the last of them ends in ``…``, for what is left out."""
    yield from rows[: most - 1]
    yield _cut((*rows[most - 1], Piece(SafeText("…"))), width)


def _beside(left: tuple[Piece, ...], figure: tuple[Piece, ...], width: int) -> tuple[Piece, ...]:
    if not figure:
        return left
    pad = " " * max(0, width - cells(left) - cells(figure))
    return (*left, Piece(SafeText(pad)), *_cut(figure, width))


def _wrapped(left: tuple[Piece, ...], line: Line, width: int) -> Iterator[tuple[Piece, ...]]:
    """Wrap; the figure stands at the right of the last row when it fits, else below, where the text begins."""
    *first, last = list(_wrap(left, width, min(line.hang, width // 2)))
    yield from first
    if not line.figure:
        yield last
    elif cells(last) + _GAP + cells(line.figure) <= width:
        yield _beside(last, line.figure, width)
    else:
        yield last
        indent = (Piece(SafeText(" " * line.hang)),) if line.hang else ()
        for row in _wrap(line.figure, max(1, width - line.hang), 0):
            yield (*indent, *row) if indent else _beside((), row, width)


def _shorten(pieces: tuple[Piece, ...], room: int) -> tuple[Piece, ...]:
    """Let elastic pieces give way, the longest first."""
    excess = cells(pieces) - room
    if excess <= 0:
        return pieces
    result = list(pieces)
    order = sorted((i for i, each in enumerate(result) if each.elastic), key=lambda i: -len(result[i].text))
    for index in order:
        have = cell_len(result[index].text)
        keep = max(min(_SHORTEST, have), have - excess)
        result[index] = result[index]._replace(text=middle(result[index].text, keep))
        excess -= have - keep
        if excess <= 0:
            break
    return tuple(result)


def _cut(pieces: tuple[Piece, ...], room: int) -> tuple[Piece, ...]:
    if cells(pieces) <= room:
        return pieces
    kept: list[Piece] = []
    left = room - 1
    for each in pieces:
        wide = cell_len(each.text)
        if wide > left:
            text = set_cell_size(each.text, left).rstrip(" …") if left > 0 else ""
            kept.append(each._replace(text=SafeText(text + "…")))
            break
        kept.append(each)
        left -= wide
    return tuple(kept)


def _wrap(pieces: tuple[Piece, ...], width: int, hang: int) -> Iterator[tuple[Piece, ...]]:
    row: list[Piece] = []
    used = 0
    for token in _tokens(pieces, max(1, width - hang)):
        wide = cell_len(token.text)
        if used and used + wide > width:
            yield tuple(row)
            row, used = [Piece(SafeText(" " * hang))], hang
            token = token._replace(text=SafeText(token.text.lstrip(" ")))  # noqa: PLW2901 - the space broke the line
            wide = cell_len(token.text)
        row.append(token)
        used += wide
    yield tuple(row)


def _tokens(pieces: tuple[Piece, ...], most: int) -> Iterator[Piece]:
    """Yield words with the space before them; words wider than a row come in slices."""
    for each in pieces:
        for match in _TOKEN.finditer(each.text):
            for part in chop_cells(match.group(), most):
                yield each._replace(text=SafeText(part))
