"""An investigation: the measurements that coach makes of one failure by itself, what each was for and how it ended.

It is about one failing test on one tree. What was measured of that is kept under both, and is not measured again.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import Field

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId
from coach.core.base.value import Value
from coach.core.localize.mutation.results import Mutations
from coach.core.localize.spectrum import Spectrum

MAX_SECONDS = 86_400.0
MAX_KEPT = 8
"""Failures, each on its tree, of which measurements are kept: who edits goes back a few steps, not dozens."""

How = Literal["done", "interrupted", "failed"]
"""How a measurement ended. *interrupted*: a run of the engineer's came first, so that it is made again."""
Ending = Literal["isolated", "time", "nothing left", "stopped", "gone"]
"""Why an investigation ended. *time*: its seconds are used up · *gone*: the failure it is about is no longer there."""


class Limits(Value):
    """``[tool.coach.investigate]``: what coach measures by itself once a failure is known, and how much of it."""

    auto: bool = True
    """Whether an investigation begins by itself on the screen and under ``coach watch``."""
    seconds: float = Field(default=90.0, gt=0, le=MAX_SECONDS)
    """Seconds of measuring for one failure."""
    cores: int = Field(default=2, ge=1, le=64)
    """Processes at most that a search of the investigation runs beside each other."""
    runs: int = Field(default=40, ge=0, le=100_000)
    """How often it may run the failing test with nothing changed, for tests that cost money or touch shared systems; 0: not at all."""


class FailureKey(NamedTuple):
    """What an investigation is about."""

    test: TestId
    tree: str
    """The content of the work tree; where none is recorded, how many edits there were."""


@dataclass(frozen=True)
class Measurement:
    """One measurement of an investigation; ``how`` is empty while it is under way."""

    name: CoachId
    why: str
    run: int = 0
    search: int = 0
    began: float = 0.0
    """Seconds since the epoch, stamped by the dispatcher."""
    expected: float = 0.0
    """Seconds it was thought to take."""
    test_runs: int = 0
    """Runs of the failing test, with nothing changed, that it was thought to need."""
    how: How | Literal[""] = ""
    said: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Investigation:
    """An investigation as the session knows it."""

    key: FailureKey
    budget: float
    """Seconds it may measure."""
    began: float = 0.0
    by_itself: bool = False
    on: str = ""
    """The cluster that carries out its searches and mutations; empty: this machine."""
    measurements: tuple[Measurement, ...] = ()
    paused: bool = False
    ending: Ending | Literal[""] = ""
    sentence: str = ""

    @property
    def is_open(self) -> bool:
        return not self.ending

    @property
    def current(self) -> Measurement | None:
        """The measurement under way; never two."""
        newest = self.measurements[-1] if self.measurements else None
        return newest if newest and not newest.how else None

    @property
    def spent(self) -> float:
        """Seconds measured so far; while it was interrupted or paused none passed."""
        return sum(each.seconds for each in self.measurements)

    @property
    def left(self) -> float:
        return max(0.0, self.budget - self.spent)

    @property
    def test_runs(self) -> int:
        """Runs of the failing test that its measurements needed."""
        return sum(each.test_runs for each in self.measurements)


@dataclass(frozen=True)
class Kept:
    """What was measured of one failure on one tree: when the files are so again, it is known."""

    names: frozenset[str] = frozenset()
    """Measurements that came to their end."""
    spectrum: Spectrum | None = None
    mutants: Mutations | None = None
