"""What small mutations add to the standing of places: flips, and mutants that changed the failure without mending it."""

import re

from coach.core.localize.evidence import Board, Candidate
from coach.core.localize.mutation.results import Flip, Mutations

_BREAKS = 0.1
"""Share kept by a flip that turns a passing test red; no right flip of the tuning set breaks one."""
_LEAST_MENDED = 0.25
"""Share kept by a flip that mends none of the other red tests: they may be red for reasons of their own."""
_CALL = re.compile(r"(?:not |return |await )*(?:\w+\.)*(?P<name>\w+)\(")
"""A piece of code that is a call, perhaps negated, returned or awaited."""


def add_flips(board: Board, mutations: Mutations, *, is_alone: bool) -> None:
    """The cleanest flip of a place counts, less for every neighbour it breaks; that there are others counts a little.

    Where most passing tests run the place it counts less: they would hardly pass if it were wrong, and of so many the few that
    were tried say little. A flip that changes a call as a whole says as much of what is called: either gave the wrong value.
    """
    for flip in mutations.flips:
        each = board.at(flip.path, flip.function.rpartition(".")[2], flip.line)
        if each.flip:
            each.evidence["other flips"] = 1.0
            continue
        rare = each.suspiciousness or 1.0
        untried = _untried(flip, rare)
        kind, amount = _weight_of(flip, untried, is_alone=is_alone)
        amount *= 1 - (1 - rare) * (1 + untried) / 3
        called = _called(board, flip, each)
        each.adds(kind, amount / (1 + len(called)))
        for callee in called:
            callee.adds(kind, amount / (1 + len(called)))
            callee.reasons.append(
                f"its call at {flip.path}:{flip.line} can be changed so that the test passes"
            )
        _name_line(each, flip)
    for tally in mutations.tallies:
        if tally.changed:
            place = board.at(tally.path, tally.function.rpartition(".")[2], min(tally.lines, default=0))
            place.adds("reaches", tally.changed / max(tally.tried, 1))


def _name_line(place: Candidate, flip: Flip) -> None:
    """Put the line of a flip first; of one that dodges second: then what ran says more of the line than it does."""
    others = [line for line in place.best_lines if line != flip.line]
    position = 0 if flip.names_its_line else min(len(others), 1)
    place.best_lines = (*others[:position], flip.line, *others[position:])
    place.flip, place.line = flip.sentence, place.best_lines[0]
    place.reasons.insert(0, flip.sentence)


def _called(board: Board, flip: Flip, place: Candidate) -> list[Candidate]:
    """Return the one candidate whose call a flip changes as a whole; none where several bear the name."""
    call = _CALL.match(flip.before)
    named = [
        each
        for each in board.all
        if call and each.ran and each.function.rpartition(".")[2] == call["name"] and each is not place
    ]
    return named if len(named) == 1 and "in tests" not in named[0].evidence else []


def _untried(flip: Flip, rare: float) -> float:
    """Return which share of the passing tests that run the place the flip was not tried with; ``rare`` is its Ochiai."""
    passing = 1 / rare**2 - 1
    return max(0.0, 1 - flip.neighbours / passing) if passing > 1 else 0.0


def _weight_of(flip: Flip, untried: float, *, is_alone: bool) -> tuple[str, float]:
    """Say as what a flip counts, and how much: the share of neighbours it keeps, as if there were more, half kept.

    One more where it was tried with all passing tests that run the line, five where with hardly any.
    """
    more = 1 + 4 * untried
    kept = (flip.green + more / 2) / (flip.neighbours + more) if flip.neighbours else 1.0
    if flip.green < flip.neighbours:  # what turns a test green and another one red dodges the check
        kept *= _BREAKS
    if flip.siblings:  # a right flip mends nearly all that are red of the same cause
        kept *= max(_LEAST_MENDED, flip.mended / flip.siblings)
    if flip.silences:
        return "flip silences", kept
    if flip.neighbours:
        return "flip", kept
    return "flip alone" if is_alone else "flip unchecked", kept
