"""Hints: evidence that coach measured because a person who plays a drill asked for it, counted from the session's runs."""

from collections.abc import Iterable

from coach.core.base.text import Name
from coach.core.localize.call_trace import CallsRequest
from coach.core.localize.origins import OriginsRequest
from coach.core.runs.instrument import Mutate, Trace
from coach.core.runs.run import Run

_KINDS: dict[type, Name] = {
    Trace: "suspects",
    Mutate: "mutations",
    CallsRequest: "divergence",
    OriginsRequest: "origin of the value",
}
"""Instruments that point at a place. Logpoints and trials only answer what was asked of them: they are the player's own work."""


def hints_of(runs: Iterable[Run]) -> tuple[Name, ...]:
    """Return what was asked for, in its order; runs that follow each other for one answer are one hint."""
    hints: list[Name] = []
    known: tuple[object, ...] = ()
    for run in runs:
        request = run.request
        kind = _KINDS.get(type(request.instrument), "")
        is_of_one_answer = isinstance(request.instrument, CallsRequest) and known == (kind, request.focus)
        if kind and not is_of_one_answer:
            hints.append(kind)
        known = (kind, request.focus)
    return tuple(hints)
