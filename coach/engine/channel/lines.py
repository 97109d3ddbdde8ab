"""What the probe may write: the lines of a channel, checked field by field."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.core.base.text import Text
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
    file: Text
    line: int
    function: Text = ""
    source: Text = ""
    locals: list[list[Text]] = []


class WireCause(_Wire):
    kind: CauseKind
    exception: Text = ""
    message: Text = ""
    frames: list[WireFrame] = []


class WireFailure(_Wire):
    phase: Phase
    exception: Text = ""
    message: Text = ""
    frames: list[WireFrame] = []
    difference: list[list[Text | bool]] = []
    causes: list[WireCause] = []
    sections: list[list[Text]] = []


class WireEvent(_Wire):
    """One line. Which fields matter depends on ``event``; the others keep their defaults."""

    event: EventName
    pid: int
    nonce: str
    test: Text = ""
    outcome: TestOutcome | None = None
    duration: float = 0.0
    failures: list[WireFailure] = []
    reason: Text = ""
    """Why a test was skipped or deselected."""
    named: list[Text] = []
    """Ids of deselected tests, the first of them."""
    reruns: int = 0
    rerun_failures: list[WireFailure] = []
    failed: int = -1
    """Failures that pytest's own summary counts; -1: unknown."""
    selected: int = 0
    deselected: int = 0
    exitstatus: int | None = None
    loaded: list[Text] = []
    by_folder: list[Text] = []
    python: Text = ""
    pytest: Text = ""
    rootdir: Text = ""
    text: Text = ""
    truncated: bool = False
    file: Text = ""
    """Where a failing test is written; what a module was imported from, whose source lies in ``text``."""
    line: int = 0
    name: Text = ""
    reads: list[list[Text]] = []
    """Files it opened, and ``test`` where code of the tests did."""
    helpers: list[Text] = []
    refused: list[Text] = []
    """What a confined process tried and was not allowed to do."""
