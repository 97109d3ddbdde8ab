"""What the screen is made of: lines of pieces, each a safe text and the role it plays.

A role is a word, not a colour; the style sheet decides what it looks like.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

from coach.core.base.text import SafeText, safe, safe_line
from coach.tui.views.link import Link

Role = Literal[
    "plain",
    "dim",
    "strong",
    "accent",
    "good",
    "bad",
    "warn",
    "key",
    "next",
    "match",
    "hunk",
    "code-keyword",
    "code-string",
    "code-comment",
    "code-name",
    "lamp-good",
    "lamp-bad",
    "lamp-warn",
    "lamp-none",
]
ROLES: tuple[Role, ...] = get_args(Role)

Fit = Literal["wrap", "cut", "long"]
"""What becomes of a line wider than its panel: broken at words, cut with ``…``, or left for scrolling sideways."""


class Piece(NamedTuple):
    """A run of text in one role; an ``elastic`` one gives way first, out of its middle."""

    text: SafeText
    role: Role = "plain"
    elastic: bool = False
    link: Link | None = None
    """What a click on it does."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel. ``figure`` stands at the right edge."""

    pieces: tuple[Piece, ...] = ()
    figure: tuple[Piece, ...] = ()
    hang: int = 0
    """Columns by which the continuation of a wrapped line is indented."""
    fit: Fit = "wrap"
    key: str = ""
    """What this line stands for, when it can be selected."""
    most: int = 0
    """Rows that a wrapped line may take while there is no room for more of them; 0: as many as it needs."""
    entry: str = ""
    """Which entry of a list it belongs to, when it cannot be selected."""
    is_heading: bool = False
    """Whether the lines below it are its part."""

    def of_entry(self, name: str) -> "Line":
        """Return the line as a part of an entry that cannot be selected."""
        return replace(self, entry=name)

    @property
    def plain(self) -> str:
        left = "".join(piece.text for piece in self.pieces)
        right = "".join(piece.text for piece in self.figure)
        return f"{left}  {right}" if right else left


Part = str | tuple[str, Role] | Piece
BLANK = Line()


def piece(text: str, role: Role = "plain", *, elastic: bool = False, link: Link | None = None) -> Piece:
    """Make foreign or own text fit to be shown on one line."""
    return Piece(safe_line(text), role, elastic, link)


def elastic(text: str, role: Role = "plain", link: Link | None = None) -> Piece:
    """Return a piece that is shortened in its middle when room is short: a path, a test id."""
    return piece(text, role, elastic=True, link=link)


def linked(link: Link, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return pieces of one line that do the same when they are clicked."""
    return tuple(each._replace(link=link) for each in pieces)


def pieces(*parts: Part) -> tuple[Piece, ...]:
    return tuple(_piece(part) for part in parts if part)


def line(
    *parts: Part,
    figure: Part | tuple[Piece, ...] = "",
    hang: int = 0,
    fit: Fit = "wrap",
    key: str = "",
    most: int = 0,
) -> Line:
    """Build a line from strings, (string, role) pairs and pieces."""
    right = figure if _is_pieces(figure) else pieces(figure)  # type: ignore[arg-type]
    return Line(pieces(*parts), right, hang, fit, key, most)  # type: ignore[arg-type]


def paragraphs(text: str, role: Role = "plain", *, indent: int = 0, most: int = 20_000) -> tuple[Line, ...]:
    """Return a text of several lines as lines of the panel."""
    pad = " " * indent
    return tuple(
        Line((Piece(SafeText(pad)), Piece(SafeText(part), role)), hang=indent)
        for part in safe(text, limit=most).split("\n")
    )


def heading(text: str, figure: Part = "") -> Line:
    return replace(line((text, "accent"), figure=figure, fit="cut"), is_heading=True)


def _piece(part: Part) -> Piece:
    if isinstance(part, Piece):
        return part
    return piece(part) if isinstance(part, str) else piece(*part)


def _is_pieces(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, Piece) for each in value)
