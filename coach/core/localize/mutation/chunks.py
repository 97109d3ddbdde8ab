"""A round of mutations in chunks that are tried beside each other, and their results as those of one round.

A chunk is dealt lines, not places: each begins with lines as promising as those of the others, so that a flip is found as early
as it can be, and all have about as much to do. A mutant belongs to one line; so what the chunks try together is what the round
would try as a whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from coach.core.localize.mutation.mutants import OF_LINE, Place, promises_of
from coach.core.localize.mutation.results import MAX_REFUSALS, Flip, Mutations, PlaceTally, best_first

MAX_WHY = 3
"""Reasons of chunks that are told one by one."""
_ENDED = ("stopped", "budget", "all", "impossible")
"""How a round ended by how its chunks did, the first that one of them says: one that could not begin says nothing of the others."""


def chunks(places: Sequence[Place], count: int) -> tuple[tuple[Place, ...], ...]:
    """Deal the lines of places to at most ``count`` chunks; none is empty, and every line is in exactly one.

    The lines are dealt by promise, in turns that go to and fro: chunks differ by one line at most, and in what they promise by no
    more than the best line does. Places stand in a chunk in their own order, and so do the lines of each.
    """
    dealt: list[dict[int, set[int]]] = [{} for _ in range(max(count, 1))]
    for turn, (index, position) in enumerate(_by_promise(places)):
        round_, seat = divmod(turn, len(dealt))
        own = dealt[-1 - seat if round_ % 2 else seat]
        own.setdefault(index, set()).add(position)
    return tuple(tuple(_part(places[index], own[index]) for index in sorted(own)) for own in dealt if own)


def line_promises(places: Sequence[Place]) -> list[list[float]]:
    """Return what each line of each place promises, beside the best one."""
    return [
        [promise * OF_LINE**position for position in range(len(place.lines))]
        for place, promise in zip(places, promises_of(places), strict=True)
    ]


def _by_promise(places: Sequence[Place]) -> list[tuple[int, int]]:
    """Return the lines, most promising first: the place's number, and the line's among its lines."""
    rows = line_promises(places)
    found = [(index, position) for index, row in enumerate(rows) for position in range(len(row))]
    return sorted(found, key=lambda each: -rows[each[0]][each[1]])


def _part(place: Place, positions: Iterable[int]) -> Place:
    return replace(place, lines=tuple(place.lines[each] for each in sorted(positions)))


def merged(results: Sequence[Mutations]) -> Mutations:
    """Put the results of chunks together. There must be one at least; alone it stays as it is."""
    first = results[0]
    if len(results) == 1:
        return first
    refusals = dict.fromkeys(act for each in results for act in each.refusals)
    return Mutations(
        test=first.test,
        tree=first.tree,
        tried=sum(each.tried for each in results),
        planned=sum(each.planned for each in results),
        hung=sum(each.hung for each in results),
        seconds=max(each.seconds for each in results),
        baseline=max(each.baseline for each in results),
        ended=min((each.ended for each in results), key=_ENDED.index),
        why=_why(results),
        is_settled=any(each.is_settled for each in results),
        flips=best_first(_in_turn(results)),
        refused=sum(each.refused for each in results),
        refusals=tuple(islice(refusals, MAX_REFUSALS)),
        tallies=_tallies(results),
    )


def _in_turn(results: Sequence[Mutations]) -> tuple[Flip, ...]:
    """Return the flips in an order that does not depend on how the lines were dealt."""
    every = [flip for each in results for flip in each.flips]
    return tuple(sorted(every, key=lambda flip: (flip.path, flip.line, flip.kind, flip.before, flip.after)))


def _why(results: Sequence[Mutations]) -> str:
    """Say why chunks ended early: once where all say the same, else which of them said what."""
    said = [(number, each.why) for number, each in enumerate(results, 1) if each.why]
    if len({why for _, why in said}) == 1 and len(said) == len(results):
        return said[0][1]
    told = [f"part {number} of {len(results)}: {why}" for number, why in said[:MAX_WHY]]
    more = len(said) - len(told)
    return "; ".join([*told, *([f"{more} more parts did not end well"] if more > 0 else [])])


def _tallies(results: Sequence[Mutations]) -> tuple[PlaceTally, ...]:
    """Add up what was counted of each place."""
    found: dict[tuple[str, str], PlaceTally] = {}
    for each in (tally for result in results for tally in result.tallies):
        known = found.get((each.path, each.function), PlaceTally(path=each.path, function=each.function))
        found[each.path, each.function] = PlaceTally(
            path=each.path,
            function=each.function,
            tried=known.tried + each.tried,
            changed=known.changed + each.changed,
            lines=tuple(sorted({*known.lines, *each.lines})),
        )
    return tuple(found.values())
