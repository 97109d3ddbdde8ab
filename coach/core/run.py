"""A run: one process executing tests (never called a session)."""

from typing import Literal

from coach.core.failure import FailureSignature
from coach.core.oracle import Judged
from coach.core.report import RunReport
from coach.core.target import Target
from coach.core.value import Value

Purpose = Literal["reproduce", "feedback", "experiment", "verify", "suite", "baseline"]
"""Why a run was made. ``feedback`` follows a save or a key; the others are evidence for a step."""

PURPOSE_WORDS: dict[Purpose, str] = {
    "reproduce": "reproduce",
    "feedback": "after a save",
    "experiment": "experiment",
    "verify": "verify",
    "suite": "whole suite",
    "baseline": "suite before the fix",
}


class RunRequest(Value):
    """What to run and how. ``tree`` set means: in a disposable copy of that tree, not in the checkout."""

    number: int
    purpose: Purpose
    target: Target
    hash_seed: int = 0
    """PYTHONHASHSEED of the run: fresh for evidence, so that hash order cannot hide a flake."""
    warm: bool = False
    tree: str = ""

    @property
    def in_copy(self) -> bool:
        return bool(self.tree)


class Run(Value):
    """A run as the session knows it: requested, then perhaps over."""

    request: RunRequest
    started: float
    """Seconds since the epoch, stamped by the dispatcher."""
    report: RunReport | None = None
    failing: tuple[FailureSignature, ...] = ()
    judged: Judged | None = None

    @property
    def number(self) -> int:
        return self.request.number

    @property
    def is_over(self) -> bool:
        return self.report is not None

    @property
    def strict(self) -> tuple[str, ...]:
        """The strict failing set: what this run shares with another one that failed the same way."""
        return tuple(each.strict for each in self.failing)

    @property
    def is_current_evidence(self) -> bool:
        """Whether it ran on one tree from start to end, in the checkout."""
        return self.report is not None and not self.report.changed_during and not self.request.in_copy
