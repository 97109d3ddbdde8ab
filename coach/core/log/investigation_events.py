"""The events of investigations; they stand with all others in ``coach.core.log.events``."""

from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, Name, Prose
from coach.core.base.value import Value
from coach.core.history.past_pass import PastChanges
from coach.core.localize.measurement import Ending, How, Limits


class InvestigationLimited(Value):
    """What coach may measure by itself: the settings when the session was opened or taken up, and what the machine can do."""

    kind: Literal["investigation_limited"] = "investigation_limited"
    limits: Limits
    confined: bool = True
    """Whether code that coach changed can be confined here; where it cannot, it runs only when the engineer asks."""


class InvestigationBegan(Value):
    """An investigation of one failing test on one tree began."""

    kind: Literal["investigation_began"] = "investigation_began"
    run: int
    """The run that shows the failure."""
    test: TestId
    tree: Name = ""
    """The tree it failed on; where none is recorded, how many edits there were."""
    seconds: float
    """How long it may measure."""
    by_itself: bool = False
    on: Name = ""
    """The cluster that carries out its searches and mutations; empty: this machine."""


class MeasurementBegan(Value):
    """The investigation chose a measurement, and why: a run that looks, or a search."""

    kind: Literal["measurement_began"] = "measurement_began"
    name: CoachId
    why: Prose = ""
    expected: float = 0.0
    """Seconds it is thought to take."""
    run: int = 0
    search: int = 0
    test_runs: int = 0
    """Runs of the failing test, with nothing changed, that it is thought to need."""


class MeasurementEnded(Value):
    """A measurement of the investigation ended; one that was interrupted is made again later."""

    kind: Literal["measurement_ended"] = "measurement_ended"
    name: CoachId
    how: How
    said: Prose = ""
    seconds: float = 0.0


class InvestigationPaused(Value):
    """The investigation waits until it is resumed."""

    kind: Literal["investigation_paused"] = "investigation_paused"


class InvestigationResumed(Value):
    """The investigation goes on."""

    kind: Literal["investigation_resumed"] = "investigation_resumed"


class InvestigationEnded(Value):
    """The investigation ended: the place is isolated, its seconds are used up, nothing is left to measure, or it was stopped."""

    kind: Literal["investigation_ended"] = "investigation_ended"
    ending: Ending
    sentence: Prose = ""


class PastChangesRead(Value):
    """What changed since the failing test passed in a past session; read where this one never saw it pass."""

    kind: Literal["past_changes_read"] = "past_changes_read"
    past: PastChanges


class FailureDated(Value):
    """Tests that failed were run once in a copy of the commit checked out: did they fail there, before any edit?"""

    kind: Literal["failure_dated"] = "failure_dated"
    run: int
    """The run in the copy."""
    commit: Name = ""
    pattern: CoachId = ""
    of_run: int = 0
    """What was noticed after which run hangs on it."""
    failed: tuple[TestId, ...] = ()
    passed: tuple[TestId, ...] = ()
    unknown: tuple[TestId, ...] = ()
    why: Prose = ""
    """Why it is not known of the last ones."""
    sentence: Prose = ""


InvestigationEvent = (
    InvestigationLimited
    | InvestigationBegan
    | MeasurementBegan
    | MeasurementEnded
    | InvestigationPaused
    | InvestigationResumed
    | InvestigationEnded
    | FailureDated
)
