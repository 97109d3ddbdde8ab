"""What *isolated* means: one place, or two, holds enough of the probability, or two kinds of evidence agree on it.

Not a count: five places that lead are five places to read. Where nothing of the kind holds, the answer is *weak*, with its
figure: a person may go on with that, knowing it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coach.core.localize.standing import LEADING, LIKELY, agreement
from coach.core.localize.suspect import Suspect

_WORDS = {
    "alone": "no passing test runs its line",
    "flip": "a small mutation there turns the test green",
    "edits": "without the edit there it passes",
    "commits": "the culprit commit changed it",
    "proven": "taking the culprit commit back turns the test green",
    "calls": "the calls part there",
    "origins": "the wrong value came from there",
    "raised": "it raised",
}
_TRIED = frozenset({"flip", "edits", "commits", "proven", "calls"})
"""What more than lines and tracebacks showed: two places are no answer before something of the kind was measured."""


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
        held = sum(each.probability for each in likely[:number])
        if not likely or held < LIKELY or _is_tied_with_more(likely, number):
            continue
        if number == 1 or any(_TRIED & set(each.kinds) for each in likely[:number]):
            return Isolation(tuple(likely[:number]), _said(likely[:number]))
    agreed = [(each, pair) for each in likely if each.leads and (pair := agreement(each.kinds))]
    if 0 < len(agreed) <= 2:
        places = tuple(each for each, _ in agreed)
        first, second = agreed[0][1]
        return Isolation(places, f"{_said(places)}: {_WORDS[first]}, and {_WORDS[second]}")
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
