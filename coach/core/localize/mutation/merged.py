"""A round of mutations that several workers carry out: each gets some of the lines, and what they saw is one round again."""

from collections.abc import Sequence
from typing import Literal

from coach.core.base.test_id import NO_TEST
from coach.core.localize.mutation.results import Flip, Mutations, PlaceTally, best_first
from coach.core.protocol.effects import MutationPlace

Ended = Literal["all", "budget", "stopped", "impossible"]
_WORST: tuple[Ended, ...] = ("stopped", "budget", "all", "impossible")
"""How a round ended by how its parts did: one that could not begin says nothing of the others."""
MAX_REFUSALS = 5


def dealt(places: Sequence[MutationPlace], workers: int) -> tuple[tuple[MutationPlace, ...], ...]:
    """Deal the lines of places out, one after the other, so that each worker has likely ones; none gets nothing.

    Every line is in exactly one part, and in each part the places stand as they stood.
    """
    lines = [(number, line) for number, place in enumerate(places) for line in place.lines]
    parts = []
    for worker in range(min(max(workers, 1), len(lines))):
        own = lines[worker::workers]
        kept = [
            (place, tuple(line for of, line in own if of == number)) for number, place in enumerate(places)
        ]
        parts.append(tuple(place.model_copy(update={"lines": its}) for place, its in kept if its))
    return tuple(parts)


def merged(parts: Sequence[Mutations], lost: Sequence[str] = ()) -> Mutations:
    """Return the round that parts of it make together; ``lost`` says why others are not among them.

    With the flips of all of them best first. A part that was not carried out leaves the round unfinished.
    """
    if not parts:
        return Mutations(test=NO_TEST, ended="impossible", why="; ".join(dict.fromkeys(lost)))
    ended = min((each.ended for each in parts), key=_WORST.index)
    whys = [
        each.why for each in parts if each.why and (each.ended == "impossible") == (ended == "impossible")
    ]
    return Mutations(
        test=parts[0].test,
        tree=parts[0].tree,
        tried=sum(each.tried for each in parts),
        planned=sum(each.planned for each in parts),
        hung=sum(each.hung for each in parts),
        seconds=max(each.seconds for each in parts),
        baseline=max(each.baseline for each in parts),
        ended="stopped" if lost else ended,
        why="; ".join(dict.fromkeys((*whys, *lost))),
        is_settled=any(each.is_settled for each in parts),
        flips=best_first(_in_turn([each.flips for each in parts])),
        refused=sum(each.refused for each in parts),
        refusals=tuple(dict.fromkeys(act for each in parts for act in each.refusals))[:MAX_REFUSALS],
        tallies=_added([tally for each in parts for tally in each.tallies]),
    )


def _in_turn(flips: Sequence[tuple[Flip, ...]]) -> tuple[Flip, ...]:
    """Return flips in an order that does not depend on how lines were dealt out."""
    every = [flip for part in flips for flip in part]
    return tuple(sorted(every, key=lambda flip: (flip.path, flip.line, flip.kind, flip.before, flip.after)))


def _added(tallies: Sequence[PlaceTally]) -> tuple[PlaceTally, ...]:
    """Add up what is said of one place."""
    found: dict[tuple[str, str], PlaceTally] = {}
    for each in tallies:
        known = found.get((each.path, each.function))
        found[each.path, each.function] = each if known is None else _sum(known, each)
    return tuple(found.values())


def _sum(one: PlaceTally, other: PlaceTally) -> PlaceTally:
    lines = tuple(sorted({*one.lines, *other.lines}))
    tried, changed = one.tried + other.tried, one.changed + other.changed
    return one.model_copy(update={"tried": tried, "changed": changed, "lines": lines})
