"""A round of mutations in parts that are tried beside each other, and their results as those of one round.

Whoever tries a part plans the whole round and takes the mutants of its own lines: so limits of a round (how many mutants, how many
files, how much time for what runs at import) are those of the whole. Lines are dealt by promise: each part begins with lines as
promising as those of the others, so that a flip is found as early as it can be, and all have about as much to do.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from coach.core.localize.mutation.mutants import Mutant
from coach.core.localize.mutation.results import MAX_REFUSALS, Flip, Mutations, PlaceTally, best_first

MAX_WHY = 3
"""Reasons of parts that are told one by one."""
_ENDED = ("stopped", "budget", "all", "impossible")
"""How a round ended by how its parts did, the first that one of them says: one that could not begin says nothing of the others."""
WHOLE = (1, 1)
"""The part that is everything: its number, and of how many."""


def part_of(chosen: Sequence[Mutant], part: tuple[int, int]) -> tuple[Mutant, ...]:
    """Return the mutants of one part, in their order; every line of ``chosen`` is in exactly one part.

    Each line goes to the part that has the fewest mutants so far: parts differ by the mutants of one line at most.

    Args:
        chosen: the whole round, the most promising lines first.
        part: its number, from 1, and of how many.

    """
    number, count = part
    sizes, own = [0] * count, set()
    for line, size in Counter((each.path, each.line) for each in chosen).items():
        least = min(range(count), key=sizes.__getitem__)
        sizes[least] += size
        if least == number - 1:
            own.add(line)
    return tuple(each for each in chosen if (each.path, each.line) in own)


def merged(results: Sequence[Mutations]) -> Mutations:
    """Put the results of parts together. There must be one at least; alone it stays as it is."""
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
    """Say why parts ended early: once where all say the same, else which of them said what."""
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
