"""The places of a text in the rows of a panel. Positions are cells, so that marks sit right on wide text."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len


class TextMatches:
    """The text that is looked for, the places where it was found, and which of them is current."""

    def __init__(self) -> None:
        self.query = ""
        """The text that is looked for; empty when nothing is."""
        self._places: list[tuple[int, int, int]] = []
        """(row, first cell, cell after the last) of each place, from the top."""
        self._current = -1

    @property
    def row(self) -> int:
        """The row of the current place; -1 when there is none."""
        return self._places[self._current][0] if self._places else -1

    @property
    def label(self) -> str:
        """``2 of 7``, ``not found``, or nothing without a query."""
        if not self.query:
            return ""
        return f"{self._current + 1} of {len(self._places)}" if self._places else "not found"

    def seek(self, query: str, rows: Sequence[str], top: int) -> None:
        """Find every place; the first one at or below ``top`` becomes current."""
        self.query = query
        self._places = [place for number, row in enumerate(rows) for place in _in_row(query, number, row)]
        below = (index for index, place in enumerate(self._places) if place[0] >= top)
        self._current = next(below, 0)

    def renew(self, rows: Callable[[], Sequence[str]]) -> None:
        """Find the places again after the rows changed."""
        if self.query:
            current = self.row
            self.seek(self.query, rows(), max(0, current))

    def step(self, way: int) -> None:
        """Go to the next place (``way`` 1) or the one before (-1), round the ends."""
        if self._places:
            self._current = (self._current + way) % len(self._places)

    def spans(self, number: int) -> list[tuple[int, int]]:
        """Return (first cell, cell after the last) of each place in a row."""
        if not self.query:
            return []
        return [(start, end) for row, start, end in self._places if row == number]


def _in_row(query: str, number: int, row: str) -> list[tuple[int, int, int]]:
    if not query:
        return []
    places = []
    needle, text = query.lower(), row.lower()
    at = text.find(needle)
    while at >= 0:
        start = cell_len(row[:at])
        places.append((number, start, start + cell_len(row[at : at + len(needle)])))
        at = text.find(needle, at + len(needle))
    return places
