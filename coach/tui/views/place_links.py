"""Places that stand in a text, such as ``shop/cart.py:12`` or ``File "shop/cart.py", line 12``, as links to the editor."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from coach.core.base.text import SafeText
from coach.tui.views.line import Piece
from coach.tui.views.link import Open

_PLACE = re.compile(
    r"""File\ "(?P<named>[^"]+)",\ line\ (?P<at>\d{1,7})
    | (?<![\w./+@~-])(?P<path>[\w./+@~-]+):(?P<line>\d{1,7})(?!\d)""",
    re.VERBOSE,
)
"""A path begins where a word does: so each character of a long line is looked at a few times, never once for each before it."""
_MOST = 2_000
"""Characters of a piece that are looked through: a row that is drawn is not wider."""


def with_place_links(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return the same text in the same roles; places in it are pieces of their own, with their link."""
    return tuple(part for each in pieces for part in ((each,) if each.link else _parts(each)))


def _parts(piece: Piece) -> Iterator[Piece]:
    done = 0
    for found in _PLACE.finditer(piece.text, 0, _MOST) if ":" in piece.text or "File " in piece.text else ():
        path, line = found["named"] or found["path"], found["at"] or found["line"]
        if PurePosixPath(path).suffix[1:2].isalpha():  # an address and a version have digits there
            if done < found.start():
                yield piece._replace(text=SafeText(piece.text[done : found.start()]))
            yield piece._replace(text=SafeText(found.group()), link=Open(path, int(line)))
            done = found.end()
    if done < len(piece.text):
        yield piece._replace(text=SafeText(piece.text[done:])) if done else piece
