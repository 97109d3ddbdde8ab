"""How the log holds a run request: flat, one field for each thing that any version of coach could ask of a run.

Fields that ``RunRequest`` has as well mean the same; the others say what instrument there is.
"""

from typing import Any, Literal

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import Name, TreeId
from coach.core.base.value import Value
from coach.core.experiments.logpoint import Logpoint
from coach.core.experiments.trial_request import Trial
from coach.core.localize.call_trace import CallsRequest
from coach.core.localize.origins import OriginsRequest
from coach.core.runs.instrument import Instrument, Mutate, MutateFix, Trace
from coach.core.runs.run import Purpose, RunRequest
from coach.core.runs.run_scope import Scope as Reach
from coach.core.runs.target import Target


class RecordedRequest(Value):
    """What to run and how. ``tree`` set means: in a disposable copy of that tree, not in the checkout."""

    number: int
    purpose: Purpose
    target: Target
    hash_seed: int = 0
    warm: bool = False
    tree: TreeId = ""
    without: TreeId = ""
    trace: bool = False
    """Whether the lines of own code that each test runs are recorded."""
    focus: TestId = NO_TEST
    scope: Literal["file", "suite"] = "file"
    """What a traced run compares the failing test with."""
    mutate: float = 0.0
    """Seconds to spend on small mutations of suspicious places; 0: none."""
    mutate_more: float = 0.0
    """How many more while none of them turned the test green."""
    logpoint: Logpoint | None = None
    """What is looked at while it runs: the prediction stands in the log before the run begins."""
    trial: Trial | None = None
    """What is tried in a copy, and what it is predicted to show."""
    calls: CallsRequest | None = None
    """What calls are traced, of ``focus`` and of tests to compare it with."""
    origins: OriginsRequest | None = None
    """Which value of ``focus`` is followed back to what made it."""
    control: bool = False
    """Whether its mutations are of a fix, and the test must notice them."""
    is_mixed: bool = False
    about: tuple[TestId, ...] = ()
    covers: Reach = "target"
    is_repeat: bool = False
    by_itself: bool = False
    on: Name = ""

    @classmethod
    def of(cls, request: RunRequest) -> "RecordedRequest":
        own = {name: getattr(request, name) for name in _SHARED}
        return cls(**own, **_fields_of(request.instrument))

    def request(self) -> RunRequest:
        """Return what was asked for."""
        own: dict[str, Any] = {name: getattr(self, name) for name in _SHARED}
        if self.trial:
            own["variation"] = self.trial.variation(self.focus)
        return RunRequest(**own, instrument=self._instrument())

    def _instrument(self) -> Instrument | None:
        if self.trace:
            return Trace(scope=self.scope)
        if self.mutate:
            more = self.mutate_more
            return MutateFix(seconds=self.mutate) if self.control else Mutate(seconds=self.mutate, more=more)
        return self.logpoint or self.calls or self.origins or self.trial


_SHARED = RecordedRequest.model_fields.keys() & RunRequest.model_fields.keys()


_WHOLE = {Logpoint: "logpoint", CallsRequest: "calls", OriginsRequest: "origins", Trial: "trial"}
"""Instruments that are recorded as they are, each in a field of its own."""


def _fields_of(instrument: Instrument | None) -> dict[str, Any]:
    match instrument:
        case Trace():
            return {"trace": True, "scope": instrument.scope}
        case Mutate():
            return {"mutate": instrument.seconds, "mutate_more": instrument.more}
        case MutateFix():
            return {"mutate": instrument.seconds, "control": True}
        case None:
            return {}
        case _:
            return {_WHOLE[type(instrument)]: instrument}
