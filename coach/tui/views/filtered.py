"""A list with only the entries that hold a text: entries are lines of one key or one entry, and everything else is no list."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from coach.tui.views.line import Line


def entry_of(line: Line) -> str:
    """Return which entry of a list a line belongs to; empty for a line that is not part of a list."""
    return line.key or line.entry


def filtered(lines: Sequence[Line], text: str) -> tuple[Line, ...]:
    """Leave out entries that do not hold ``text``, in any case of letters, and headings of which no entry is left.

    Lines that are no part of a list stay: what is left out elsewhere is said in one, and a text is marked, not thinned out.
    """
    if not text:
        return tuple(lines)
    held = {name for name, said in _entries(lines).items() if text.lower() in said}
    kept = [part for part in _parts(lines) if not _is_left_out(part, held)]
    return tuple(each for part in kept for each in part if not entry_of(each) or entry_of(each) in held)


def count_entries(lines: Sequence[Line]) -> int:
    """Return how many entries there are."""
    return len({entry_of(each) for each in lines} - {""})


def _entries(lines: Sequence[Line]) -> dict[str, str]:
    """Return the whole text of each entry, in small letters, also what a narrow panel does not show."""
    said: dict[str, str] = {}
    for each in lines:
        if name := entry_of(each):
            said[name] = f"{said.get(name, '')}\n{each.plain.lower()}"
    return said


def _parts(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """Yield the lines below each heading with the heading, first those before any."""
    number = 0

    def part_of(each: Line) -> int:
        nonlocal number
        number += each.is_heading
        return number

    for _, part in groupby(lines, part_of):
        yield tuple(part)


def _is_left_out(part: tuple[Line, ...], held: set[str]) -> bool:
    names = {entry_of(each) for each in part} - {""}
    return part[0].is_heading and bool(names) and not names & held
