"""What is done with a run besides running its tests: one thing at most, so that what it shows has one cause.

Those that events hold stand elsewhere: where to look at a value (``Logpoint``), what to try (``Trial``), which calls to trace
(``CallsRequest``), which value to follow back (``OriginsRequest``).
"""

from typing import Literal

from coach.core.base.value import Value
from coach.core.experiments.logpoint import Logpoint
from coach.core.experiments.trial_request import Trial
from coach.core.localize.call_trace import CallsRequest
from coach.core.localize.origins import OriginsRequest


class Trace(Value):
    """Record the lines of own code that each test runs."""

    scope: Literal["file", "suite"] = "file"
    """What the failing test is compared with."""
    seconds: float = 0.0
    """When these are over, no further test is begun but the failing one; 0: as many as its scope usually has."""
    seconds_each: float = 10.0
    """A test that it is compared with is ended after so many; 0: no limit."""
    seconds_own: float = 30.0
    """The failing test is ended after so many; 0: no limit."""

    @property
    def seconds_of_all(self) -> float:
        return self.seconds or (60.0 if self.scope == "file" else 240.0)


class Mutate(Value):
    """Try small mutations of suspicious places: which of them make the failing test pass?"""

    seconds: float
    more: float = 0.0
    """Seconds that are added while no mutant made it pass and kept all neighbours green."""


class MutateFix(Value):
    """Try small mutations of a fix, its negative control: the regression test must notice each of them."""

    seconds: float


Instrument = Trace | Mutate | MutateFix | Logpoint | CallsRequest | OriginsRequest | Trial
