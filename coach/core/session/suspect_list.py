"""The suspects of a session in words, once for every front end: where each stands, why, and whether it was ruled out."""

from collections import Counter
from typing import NamedTuple

from coach.core.localize.suspect import Suspect
from coach.core.session.state import SessionState


class SuspectDescription(NamedTuple):
    """One suspect, as its front ends word it.

    ``place`` is ``path:line``; ``named`` adds its function. ``why`` holds the reasons for its rank, or the one for which it was
    ruled out. ``tied_with`` counts the standing suspects that have the same score.
    """

    suspect: Suspect
    place: str
    named: str
    why: tuple[str, ...]
    is_ruled_out: bool
    tied_with: int


def describe_suspects(state: SessionState) -> tuple[SuspectDescription, ...]:
    """Describe all suspects, best first; those that were ruled out keep their place."""
    left = {each.key: each for each in state.standing_suspects}
    standing = Counter(each.score for each in left.values())
    return tuple(_describe(left.get(each.key, each), state, standing) for each in state.suspects)


def describe_standing(state: SessionState) -> tuple[SuspectDescription, ...]:
    """Describe the suspects that were not ruled out, best first."""
    return tuple(each for each in describe_suspects(state) if not each.is_ruled_out)


def _describe(suspect: Suspect, state: SessionState, standing: Counter[float]) -> SuspectDescription:
    ruled_out = state.ruled_out.get(suspect.key, "")
    return SuspectDescription(
        suspect=suspect,
        place=suspect.place,
        named=f"{suspect.place} {suspect.function}".strip(),
        why=(ruled_out,) if ruled_out else suspect.reasons,
        is_ruled_out=suspect.key in state.ruled_out,
        tied_with=max(suspect.ties, standing[suspect.score]) - 1,
    )
