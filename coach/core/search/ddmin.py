"""Delta debugging: the smallest part of a failing whole that still fails (Zeller and Hildebrandt 2002).

Only complements are tried, from the end to the beginning, with chunks that halve after every sweep. CDD (2025) shows
that this counter gives what probabilistic variants give; testing the subsets themselves rarely pays (picire's
manual).
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from coach.core.search.ask_tell import AskTell

T = TypeVar("T")


def minimise(
    items: Sequence[T], *, width: int = 1, groups: Iterable[frozenset[T]] = ()
) -> AskTell[tuple[T, ...], tuple[T, ...]]:
    """Yield parts of ``items`` to try and return a 1-minimal failing part: no single item of it can be left out.

    The caller knows that the whole fails and that nothing at all passes; neither is asked again. UNRESOLVED counts as
    "cannot be left out". No part is asked twice.

    Args:
        items: distinct and hashable, in their order.
        width: how many parts to ask for at once.
        groups: items that may only make sense together, such as a name's definition and its uses: each group is left out
            as a whole when no single item can be.

    """
    kept = tuple(items)
    needed: set[frozenset[T]] = set()
    size = (len(kept) + 1) // 2
    while len(kept) > 1:
        shorter = yield from _sweep(kept, size, needed, width)
        if size == 1 and len(shorter) == len(kept):
            shorter = yield from _without_groups(kept, groups, needed, width)
            if len(shorter) == len(kept):
                break
        kept = shorter
        size = min((size + 1) // 2, (len(kept) + 1) // 2)
    return kept


def _sweep(
    kept: tuple[T, ...], size: int, needed: set[frozenset[T]], width: int
) -> AskTell[tuple[T, ...], tuple[T, ...]]:
    """Leave out each chunk once, the last one first; what fails without its chunk goes on without it.

    Args:
        kept: the failing part to shrink.
        size: items per chunk.
        needed: parts that are known not to fail; grows.
        width: chunks to try at once.

    """
    end = len(kept)
    while end > 0:
        chunks = [(max(stop - size, 0), stop) for stop in range(end, 0, -size)]
        tried = [chunk for chunk in chunks if _is_worth_asking(_without(kept, chunk), needed)][:width]
        if not tried:
            return kept
        outcomes = yield tuple(_without(kept, chunk) for chunk in tried)
        failing = next(
            (chunk for chunk, outcome in zip(tried, outcomes, strict=True) if outcome == "FAIL"), None
        )
        answered = zip(tried, outcomes, strict=True)
        needed.update(frozenset(_without(kept, chunk)) for chunk, outcome in answered if outcome != "FAIL")
        if failing is None:
            end = tried[-1][0]
        else:
            kept, end = _without(kept, failing), failing[0]
    return kept


def _without_groups(
    kept: tuple[T, ...], groups: Iterable[frozenset[T]], needed: set[frozenset[T]], width: int
) -> AskTell[tuple[T, ...], tuple[T, ...]]:
    """Leave out the first group that can be, the largest first."""
    parts = [
        tuple(each for each in kept if each not in group) for group in sorted(groups, key=len, reverse=True)
    ]
    waiting = [
        part for part in dict.fromkeys(parts) if len(part) < len(kept) and _is_worth_asking(part, needed)
    ]
    while waiting:
        batch, waiting = tuple(waiting[:width]), waiting[width:]
        outcomes = yield batch
        needed.update(frozenset(part) for part, seen in zip(batch, outcomes, strict=True) if seen != "FAIL")
        for part, outcome in zip(batch, outcomes, strict=True):
            if outcome == "FAIL":
                return part
    return kept


def _is_worth_asking(part: tuple[T, ...], needed: set[frozenset[T]]) -> bool:
    return bool(part) and frozenset(part) not in needed


def _without(items: tuple[T, ...], chunk: tuple[int, int]) -> tuple[T, ...]:
    start, stop = chunk
    return items[:start] + items[stop:]
