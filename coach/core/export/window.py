"""A window on code: the head of a function and its marked lines with what stands around them, gaps counted, docstrings folded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from coach.core.localize.kept_lines import head_of, spans

LONG_HEAD = 4


class Width(NamedTuple):
    """How much of a place is shown: all of it up to ``whole`` lines, else ``around`` each of so many ``marked`` ones."""

    whole: int
    marked: int
    around: int


def window(lines: Mapping[int, str], marked: Sequence[int], width: Width) -> str:
    """Return the head of a place and its marked lines, best first, with what stands around them; gaps are counted."""
    numbers = sorted(lines)
    folded = _docstring(lines, numbers)
    body = [number for number in numbers if number not in folded]
    if len(body) > width.whole:
        wanted = {number for line in marked[: width.marked] for number in _around(line, width.around)}
        wanted |= _signature(_head(lines, numbers))
        body = [number for number in body if number in wanted] or body[: width.whole]
    body = [number for index, number in enumerate(body) if not _is_edge(index, body, lines)]
    return "\n".join(_numbered(lines, _closed(body, lines), marked[0] if marked else 0))


def _around(line: int, around: int) -> range:
    return range(line - around, line + around + 1)


def _head(lines: Mapping[int, str], numbers: Sequence[int]) -> range:
    """Return the head of the function: the first unbroken lines up to the colon before the body."""
    first = spans(numbers)[0]
    if not lines[first.start].lstrip().startswith(("def ", "async def ", "class ", "@")):
        return range(0)
    source = [lines[number] for number in first]
    head = head_of(source, 1, len(source))
    return range(first.start, first.start + len(head))


def _signature(head: range) -> set[int]:
    """Return a head without its middle: of many parameters, the first and the last line."""
    return set(head) if len(head) <= LONG_HEAD else {head.start, head.start + 1, head.stop - 1}


def _is_edge(index: int, shown: Sequence[int], lines: Mapping[int, str]) -> bool:
    """Whether a line is empty and begins or ends a part: it shows nothing."""
    number = shown[index]
    is_first = not index or shown[index - 1] < number - 1
    is_last = index == len(shown) - 1 or shown[index + 1] > number + 1
    return (is_first or is_last) and not lines[number].strip()


def _docstring(lines: Mapping[int, str], numbers: Sequence[int]) -> frozenset[int]:
    """Return the lines of the docstring after the head, its first one left: what it says seldom has to change."""
    head = _head(lines, numbers) if numbers else range(0)
    start = lines.get(head.stop, "").lstrip().lstrip("rRbBuU") if head else ""
    quotes = start[:3]
    if quotes not in {'"""', "'''"} or quotes in start[3:]:
        return frozenset()
    inside = []
    for number in range(head.stop + 1, numbers[-1] + 1):
        inside.append(number)
        if quotes in lines.get(number, ""):
            return frozenset(inside)
        if number not in lines:
            break
    return frozenset(each for each in inside if each in lines)


def _closed(shown: Sequence[int], lines: Mapping[int, str]) -> Iterator[int]:
    """Yield the shown lines, and single ones between them: to count one costs as much as to show it."""
    for index, number in enumerate(shown):
        if index and number - shown[index - 1] == 2 and number - 1 in lines:
            yield number - 1
        yield number


def _numbered(lines: Mapping[int, str], shown: Iterable[int], mark: int) -> Iterator[str]:
    last = 0
    for number in shown:
        if last and number > last + 1:
            yield f"  … {number - last - 1} lines …"
        yield f"{'>' if number == mark else ' '}{number} {lines[number]}".rstrip()
        last = number
