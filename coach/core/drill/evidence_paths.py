"""Which evidence would have named the cause: a failure that was measured in every way is ranked anew with a part of that."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from coach.core.base.value import replace
from coach.core.decide.suspect_measurement import known_candidates
from coach.core.drill.debrief import EvidencePath
from coach.core.drill.drill import Cause
from coach.core.drill.facts import NamedCause
from coach.core.drill.score_lines import is_named
from coach.core.localize.ranking import ranked
from coach.core.localize.suspect import Suspect
from coach.core.session.state import SessionState


class _Way(NamedTuple):
    """A way to the cause: the measurements it needs, and the fields of the state that hold what they say."""

    hints: tuple[str, ...]
    needs: tuple[str, ...]


_FIELDS: dict[str, tuple[str, ...]] = {
    "lines": ("spectrum",),
    "suite": ("spectrum",),
    "mutations": ("mutants",),
    "calls": ("calls", "calls_passing"),
    "origins": ("origins", "wrong_value"),
}
"""Measurement → what of a state it fills."""
_NOTHING = {
    "spectrum": None,
    "mutants": None,
    "calls": None,
    "calls_passing": None,
    "origins": None,
    "wrong_value": None,
    "touched": (),
}
_WAYS = (
    _Way((), ()),
    _Way(("suspects",), ("lines",)),
    _Way(("divergence",), ("calls",)),
    _Way(("origin of the value",), ("origins",)),
    _Way(("suspects of the whole suite",), ("suite",)),
    _Way(("suspects", "mutations"), ("lines", "mutations")),
    _Way(("suspects", "divergence"), ("lines", "calls")),
    _Way(("suspects", "origin of the value"), ("lines", "origins")),
)


def evidence_paths(
    after: Mapping[str, SessionState], seconds: Mapping[str, float], causes: Sequence[Cause]
) -> tuple[EvidencePath, ...]:
    """Return what each way to the cause says.

    Args:
        after: the state of one session after each measurement, by its name: ``""`` after the red run, before any.
        seconds: how long each measurement took.
        causes: what is wrong.

    """
    found = []
    for hints, needs in _WAYS:
        if not set(needs) <= after.keys():
            continue
        fields = {name: getattr(after[need], name) for need in needs for name in _FIELDS[need]}
        state = replace(after[""], **{**_NOTHING, **fields})
        suspects = ranked(known_candidates(state))
        found.append(
            EvidencePath(
                hints=hints,
                rank=rank_of(causes, suspects),
                first=f"{suspects[0].place} {suspects[0].function}".strip() if suspects else "",
                seconds=round(sum(seconds.get(each, 0.0) for each in needs), 2),
            )
        )
    return tuple(found)


def rank_of(causes: Sequence[Cause], suspects: Sequence[Suspect]) -> int:
    """Return the last place that the first of the causes may take, from 1; 0 where none is among the suspects."""
    ranks = [
        each.rank + each.ties - 1
        for each in suspects
        if any(is_named(cause, NamedCause(path=each.path, function=each.function)) for cause in causes)
    ]
    return min(ranks, default=0)
