"""The place that measuring has named: told in every step, since the steps that ask for something else are gone through with it in mind."""

from dataclasses import dataclass

from coach.core.decide.investigation import why_gone
from coach.core.decide.measurement_kinds import failure_key, is_isolated
from coach.core.decide.refusals import refusal
from coach.core.localize.suspect import Suspect
from coach.core.session.state import SessionState
from coach.core.workflow.surer import Ask, surer

_MEASURED = frozenset({"isolated", "time", "nothing left"})
"""Endings of an investigation after which it has said what it can."""


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """Where to look."""

    place: Suspect
    is_isolated: bool
    surer: Ask | None = None
    """What would make a weak answer surer, that which promises most; None when it is isolated, or nothing would."""
    price: str = ""
    """How long that takes, about."""


def place_found(state: SessionState) -> PlaceFound | None:
    """Return the likeliest place of the failure in the files as they are now: isolated, or weak once an investigation has ended."""
    likeliest = next((each for each in state.standing_suspects if each.ran), None)
    if likeliest is None or why_gone(state):
        return None
    if is_isolated(state):
        return PlaceFound(likeliest, is_isolated=True)
    found = state.investigation
    if found is None or found.ending not in _MEASURED or found.key != failure_key(state):
        return None
    for _, ask, seconds in surer(state):
        if not refusal(state, f"{ask.action}:{ask.of}" if ask.of else ask.action):
            return PlaceFound(likeliest, is_isolated=False, surer=ask, price=seconds)
    return PlaceFound(likeliest, is_isolated=False)
