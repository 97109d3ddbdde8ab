"""What the probe may write: the lines of a channel, checked field by field."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import FilePath, Name, Prose
from coach.core.runs.report import CauseKind, Phase

TestOutcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
EventName = Literal[
    "begin",
    "collected",
    "collect_failed",
    "collect_skipped",
    "test_start",
    "test_end",
    "end",
    "note",
    "written",
    "opened",
    "elsewhere",
]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


class WireFrame(_Wire):
    file: FilePath
    line: int
    function: Name = ""
    source: Prose = ""
    locals: list[list[Prose]] = []


class WireCause(_Wire):
    kind: CauseKind
    exception: Name = ""
    message: Prose = ""
    frames: list[WireFrame] = []


class WireFailure(_Wire):
    phase: Phase
    exception: Name = ""
    message: Prose = ""
    frames: list[WireFrame] = []
    difference: list[list[Prose | bool]] = []
    causes: list[WireCause] = []
    sections: list[list[Prose]] = []


class WireEvent(_Wire):
    """One line. Which fields matter depends on ``event``; the others keep their defaults."""

    event: EventName
    pid: int
    nonce: str
    test: TestId = NO_TEST
    outcome: TestOutcome | None = None
    duration: float = 0.0
    failures: list[WireFailure] = []
    reason: Prose = ""
    """Why a test was skipped or deselected."""
    named: list[TestId] = []
    """Ids of deselected tests, the first of them."""
    reruns: int = 0
    rerun_failures: list[WireFailure] = []
    failed: int = -1
    """Failures that pytest's own summary counts; -1: unknown."""
    selected: int = 0
    deselected: int = 0
    exitstatus: int | None = None
    loaded: list[Name] = []
    by_folder: list[FilePath] = []
    python: Name = ""
    pytest: Name = ""
    rootdir: FilePath = ""
    text: Prose = ""
    truncated: bool = False
    file: FilePath = ""
    """Where a failing test is written; what a module was imported from, whose source lies in ``text``."""
    line: int = 0
    name: Name = ""
    reads: list[list[FilePath]] = []
    """Files it opened, and ``test`` where code of the tests did."""
    helpers: list[FilePath] = []
    refused: list[Prose] = []
    """What a confined process tried and was not allowed to do."""
