"""What a run in a copy may do besides writing there: decided here, from what it runs and what the engineer set."""

from dataclasses import dataclass
from typing import Literal

from coach.core.experiments.trial_request import Trial
from coach.core.runs.run import RunRequest

Confine = Literal["copies", "all", "off"]


@dataclass(frozen=True, slots=True)
class Confinement:
    """Files outside of the copy are never written; what else is refused."""

    is_strict: bool
    """The code is not what anybody wrote: TCP, other people's sockets and memory shared by number are refused as well."""
    in_checkout: bool = False


def confinement_of(request: RunRequest, setting: Confine, *, in_copy: bool) -> Confinement | None:
    """Return how a run is confined; None: not at all, as when the engineer types pytest.

    Old commits, other orders and smaller inputs are the project's own: their tests need the ports and services they always
    needed. A mutant, a fix that is taken back, half of an edit, a patch to be tried and another version of a dependency
    have never run before.
    """
    if setting == "off" or (not in_copy and setting != "all"):
        return None
    return Confinement(is_strict=in_copy and changes_code(request), in_checkout=not in_copy)


def changes_code(request: RunRequest) -> bool:
    """Whether a run is of code that coach put together."""
    is_patched = isinstance(request.instrument, Trial) and bool(request.instrument.patch)
    is_other = bool(request.without or request.is_mixed or request.variation.packages)
    return request.tries_mutants or is_patched or is_other
