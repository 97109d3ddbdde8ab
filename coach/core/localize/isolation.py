"""What *isolated* means: one place, or two together, hold nearly all of the probability, and two kinds of evidence point at each.

Not a count: five places that lead are five places to read. Nor a figure alone: a probability that rests on one kind is as wrong as
that kind. The likeliest place is isolated with less where kinds agree on it that do not depend on each other. Where nothing of that
holds the answer is *weak*, with its figure: a person may go on with that, knowing it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coach.core.localize.standing import LEADING, LIKELY, PROBABLE, agreement
from coach.core.localize.suspect import Suspect

_WORDS = {
    "line": "few passing tests run its line",
    "flip": "a small mutation there turns the test green",
    "edits": "without the edit there it passes",
    "commits": "the culprit commit changed it",
    "proven": "taking the culprit commit back turns the test green",
    "calls": "the calls part there",
    "origins": "the wrong value came from there",
}
_KINDS = 2
"""Kinds of evidence that must point at a place that is named."""
_TRIED = frozenset({"flip", "flip alone", "edits", "commits", "proven", "calls"})
"""Experiments: two places are no answer before one of the kind points at one of them. Where a value came from often names both."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """The places that hold the cause, likeliest first, and on what that rests; no places: weak."""

    places: tuple[Suspect, ...]
    why: str

    def __bool__(self) -> bool:
        return bool(self.places)


def isolation(standing: Sequence[Suspect]) -> Isolation:
    """Judge suspects that were not ruled out, likeliest first, as ``probable`` gives them."""
    likely = [each for each in standing if each.ran and each.probability > 0]
    for number in (1, 2):
        first = tuple(likely[:number])
        held = sum(each.probability for each in first)
        is_backed = all(len(each.kinds) >= _KINDS for each in first)
        is_tried = number == 1 or any(_TRIED & set(each.kinds) for each in first)
        if held >= LIKELY and is_backed and is_tried and not _is_tied_with_more(likely, number):
            return Isolation(first, _said(first))
    pair = agreement(likely[0].kinds) if likely and likely[0].probability >= PROBABLE else None
    if pair:
        return Isolation((likely[0],), f"{_said(likely[:1])}: {_WORDS[pair[0]]}, and {_WORDS[pair[1]]}")
    return Isolation((), f"weak: {_said(likely[:1])}" if likely else "weak: nothing measured names a place")


def probable(suspects: Sequence[Suspect], ruled_out: Collection[str]) -> tuple[Suspect, ...]:
    """Leave out what was ruled out and share its probability among the others, the cause being elsewhere among them."""
    kept = tuple(each for each in suspects if each.key not in ruled_out)
    gone = sum(each.probability for each in suspects if each.key in ruled_out)
    if not 0.0 < gone < 1.0:
        return kept
    likeliest = max((each.probability for each in kept), default=0.0)
    return tuple(
        each.model_copy(
            update={
                "probability": round(each.probability / (1.0 - gone), 4),
                "leads": each.ran and each.probability >= LEADING * likeliest,
            }
        )
        for each in kept
    )


def _is_tied_with_more(likely: Sequence[Suspect], number: int) -> bool:
    return len(likely) > number and likely[number].score == likely[number - 1].score


def _said(places: Sequence[Suspect]) -> str:
    return " and ".join(f"{each.place} {each.likelihood}" for each in places)
