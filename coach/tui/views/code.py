"""Source code as lines: numbered, highlighted by three quiet roles, the line that matters marked in the margin."""

import re
import textwrap
from functools import lru_cache

from coach.core.base.text import SafeText, safe
from coach.tui.views.line import Line, Piece, Role

MAX_LINES = 400

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
    source: str, start: int, *, mark: int = 0, most: int = MAX_LINES, hot: tuple[int, ...] = ()
) -> tuple[Line, ...]:
    """Return ``source``, whose first line has the number ``start``; line ``mark`` is marked, the ``hot`` ones get a bar."""
    text = safe(textwrap.dedent(source.rstrip("\n")), limit=200_000)
    lines = text.split("\n")
    first = max(0, min(mark - start - most // 2, len(lines) - most)) if mark else 0
    width = len(str(start + len(lines)))
    styled = _styled(text)
    numbered = [
        _numbered(start + index, width, pieces, is_marked=start + index == mark, is_hot=start + index in hot)
        for index, pieces in enumerate(styled)
    ]
    return tuple(numbered[first : first + most])


def _numbered(number: int, width: int, pieces: list[Piece], *, is_marked: bool, is_hot: bool) -> Line:
    gutter = Piece(
        SafeText(f"{'▸' if is_marked else ' '}{number:>{width}} "), "accent" if is_marked else "dim"
    )
    bar = Piece(SafeText("┃ " if is_hot else "│ "), "accent" if is_marked or is_hot else "dim")
    return Line((gutter, bar, *pieces), fit="long")


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
