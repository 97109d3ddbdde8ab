"""Source code as lines: numbered, highlighted by three quiet roles, the line that matters marked in the margin."""

import re
import textwrap
from functools import lru_cache

from coach.core.base.text import SafeText, safe
from coach.tui.views.line import Line, Piece, Role
from coach.tui.views.link import Open

MAX_LINES = 400
_HEAD, _ROOM_FOR_HEAD = 2, 6
"""Lines that the head of a function takes above the window; lines of a window from which it is shown."""
_DOCSTRING = re.compile(
    r"""^[ ]*(?:[rR]?)(?P<quotes>\"{3}|'{3})(?P<text>(?:(?!(?P=quotes)).)*)(?P=quotes)[ ]*$""",
    re.DOTALL | re.MULTILINE,
)

_PYTHON = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>[rbfuRBFU]{0,2}(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))
    |(?P<keyword>\b(?:False|None|True|and|as|assert|async|await|break|case|class|continue|def|del|elif|else|except
        |finally|for|from|global|if|import|in|is|lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b)
    |(?P<name>(?<=def\ )\w+|(?<=class\ )\w+|@[\w.]+)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Enough of Python for a quiet highlight. A full lexer costs 40 ms of the first paint and says no more here."""


@lru_cache(maxsize=64)
def code(
    source: str,
    first: Open,
    *,
    mark: int = 0,
    most: int = MAX_LINES,
    hot: tuple[int, ...] = (),
) -> tuple[Line, ...]:
    """Return the lines of ``source`` around line ``mark``, at most ``most``; docstrings are folded to their first line.

    Args:
        source: any number of whole lines.
        first: where its first line stands. A click on a number opens that line; without a path it does not.
        mark: the line that matters; 0 for none. It is wrapped where it is too wide, as the ``hot`` ones are.
        most: lines to return. The first line of a function stays in view when the window begins below it.
        hot: lines that get a bar.

    """
    text = safe(textwrap.dedent(source.rstrip("\n")), limit=200_000)
    styled, start = _styled(text), first.line
    width = len(str(start + len(styled)))
    hidden = _folded(text, {mark - start, *(each - start for each in hot)})
    more = Piece(SafeText(" …"), "dim")
    numbered = [
        _numbered(
            Open(first.path, start + index),
            width,
            [*pieces, more] if index + 1 in hidden else pieces,
            is_marked=start + index == mark,
            is_hot=start + index in hot,
        )
        for index, pieces in enumerate(styled)
        if index not in hidden
    ]
    at = sum(index not in hidden for index in range(mark - start)) if mark else 0
    return _window(numbered, at, most, width)


def _window(lines: list[Line], at: int, most: int, width: int) -> tuple[Line, ...]:
    """Return the lines around the one at index ``at``, below the first of all where there is room for it."""
    first = max(0, min(at - most // 2, len(lines) - most))
    window = lines[first : first + most]
    if first > 1 and most >= _ROOM_FOR_HEAD:
        left_out = Line((Piece(SafeText(f"{'⋮':>{width + 1}}"), "dim"),))
        window = [lines[0], left_out, *window[_HEAD:]]
    return tuple(window)


def _folded(text: SafeText, seen: set[int]) -> set[int]:
    """Return the indices of lines that continue a docstring, unless one of them is ``seen``."""
    found: set[int] = set()
    for match in _DOCSTRING.finditer(text):
        first = text.count("\n", 0, match.start("quotes"))
        lines = set(range(first + 1, first + 1 + match["text"].count("\n")))
        found |= set() if lines & seen else lines
    return found


def _numbered(place: Open, width: int, pieces: list[Piece], *, is_marked: bool, is_hot: bool) -> Line:
    sign, link = "▸" if is_marked else " ", place if place.path else None
    gutter = Piece(SafeText(f"{sign}{place.line:>{width}} "), "accent" if is_marked else "dim", link=link)
    bar = Piece(SafeText("┃ " if is_hot else "│ "), "accent" if is_marked or is_hot else "dim")
    first = pieces[0].text if pieces else ""
    hang = width + 4 + len(first) - len(first.lstrip(" ")) + 4
    return Line((gutter, bar, *pieces), hang=hang, fit="wrap" if is_marked or is_hot else "long")


def _styled(text: SafeText) -> list[list[Piece]]:
    rows: list[list[Piece]] = [[]]
    for part, role in _tokens(text):
        for index, piece_text in enumerate(part.split("\n")):
            if index:
                rows.append([])
            if piece_text:
                rows[-1].append(Piece(SafeText(piece_text), role))
    return rows


def _tokens(text: str) -> list[tuple[str, Role]]:
    roles: dict[str | None, Role] = {
        "comment": "code-comment",
        "string": "code-string",
        "keyword": "code-keyword",
        "name": "code-name",
    }
    found: list[tuple[str, Role]] = []
    end = 0
    for match in _PYTHON.finditer(text):
        if match.start() > end:
            found.append((text[end : match.start()], "plain"))
        found.append((match.group(), roles.get(match.lastgroup, "plain")))
        end = match.end()
    found.append((text[end:], "plain"))
    return found
