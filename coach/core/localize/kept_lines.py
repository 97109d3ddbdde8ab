"""The lines of a place that are kept: around its suspicious lines, with its head, so that a long one shows what is marked."""

from collections.abc import Iterable, Sequence

from coach.core.base.text import Prose
from coach.core.base.value import Value

WHOLE = 60
"""Lines up to which a place is kept whole; of a longer one, these around its most suspicious line."""
BESIDE = 40
"""Lines of a longer place that are kept besides: its head, and what stands around its other suspicious lines."""
AROUND = 3
_HEAD = 24
"""Lines of a head that are looked at."""


class Excerpt(Value):
    """Lines of a file, as they were when the run ended."""

    start: int
    """Number of the first one."""
    text: Prose


def excerpts(
    source: Sequence[str], first: int, last: int, wanted: Sequence[int]
) -> tuple[Excerpt, tuple[Excerpt, ...]]:
    """Return the excerpt around the most suspicious line of a place, and those beside it.

    Args:
        source: the lines of the file.
        first: number of the place's first line.
        last: number of its last line.
        wanted: its suspicious lines, best first; they may lie outside of ``first`` to ``last``.

    """
    last = min(last, len(source))
    best = next(iter(wanted), first)
    start = max(1, first if first <= best <= last else best - AROUND)
    end = max(last, best) if first <= best <= last else min(len(source), best + AROUND)
    if end - start >= WHOLE:
        start = max(start, min(best - WHOLE // 2, end - WHOLE + 1))
        end = min(end, start + WHOLE - 1)
    inside = range(start, end + 1)
    around = (line for each in wanted for line in range(each - AROUND, each + AROUND + 1))
    is_within = all(first <= each <= last for each in wanted)
    own = [
        line
        for line in dict.fromkeys(around)
        if (first if is_within else 1) <= line <= (last if is_within else len(source))
    ]
    beside = [line for line in (*head_of(source, first, last), *own) if line not in inside]
    return _excerpt(source, inside), tuple(_excerpt(source, each) for each in spans(beside[:BESIDE]))


def head_of(source: Sequence[str], first: int, last: int) -> range:
    """Return the lines of the head of a function or class: decorators and all up to the colon before its body."""
    depth = 0
    for number in range(first, min(last, first + _HEAD, len(source)) + 1):
        code = source[number - 1].partition("#")[0].rstrip()
        depth += sum(code.count(sign) for sign in "([{") - sum(code.count(sign) for sign in ")]}")
        if depth <= 0 and code.endswith(":"):
            return range(first, number + 1)
    return range(first, first + 1)


def spans(lines: Iterable[int]) -> list[range]:
    """Return lines as unbroken ranges, in order."""
    found: list[range] = []
    for line in sorted(set(lines)):
        if found and found[-1].stop == line:
            found[-1] = range(found[-1].start, line + 1)
        else:
            found.append(range(line, line + 1))
    return found


def _excerpt(source: Sequence[str], lines: range) -> Excerpt:
    return Excerpt(start=lines.start, text="\n".join(source[lines.start - 1 : lines.stop - 1]))
