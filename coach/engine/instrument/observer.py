"""What is done with one run besides running it: what the probe is told, what it showed, what is said of that.

One class for each kind of ``Instrument``, beside the functions it needs; ``instruments`` lists them. They are used in this
order, by one thread: ``prepare`` before the run, ``settings`` and ``options`` when its process is about to start,
``heard`` while it runs, ``collect`` when it is gone and its files are still there, ``seen`` when its report is known. A run that was stopped before
it began has only the last of these.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from coach.core.localize.spectrum import Coverage
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import Observation
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.instrument.kept_coverage import coverage_from
from coach.engine.process.run_context import RunContext
from coach.engine.process.run_files import RunFiles
from coach.engine.process.supervise import Limits
from coach.engine.source.project_paths import Places

InstrumentT = TypeVar("InstrumentT")

IDLE_NICENESS = 10
"""How much more a measurement that nobody waits for gives way, where it runs beside what somebody waits for."""
STOPPED = frozenset({"cancelled", "superseded", "interrupted"})
"""Endings of a run that was ended on request."""


class Observer:
    """A plain run: nothing is done besides."""

    niceness = 0
    """How much more its process gives way than coach does."""

    def prepare(self, request: RunRequest, _root: Path, _recorded: int = 0, /) -> RunRequest:
        """Plan from the files below a root, and return the request as it is to be executed.

        Args:
            request: what was asked for.
            _root: where it will run: the checkout, or a copy.
            _recorded: when the tree of a copy was recorded, by the clock of files (nanoseconds).

        Raises:
            TargetError: what is to be looked at is not there.
            ScratchError: the copy cannot be made ready.

        """
        return request

    def settings(self, _files: RunFiles, /) -> dict[str, Any]:
        """Write what the probe reads, and return what it is told of that."""
        return {}

    def options(self, _files: RunFiles, /) -> list[str]:
        """Return words for pytest, before the target's own."""
        return []

    def limits(self, limits: Limits, /) -> Limits:
        """Return what the run may use, never more than the project's own limits."""
        return limits

    def hears_reads(self, request: RunRequest, /) -> bool:
        """Whether the probe tells which files the tests open."""
        return not (request.warm or request.only_looks)

    def heard(self, _files: RunFiles, /) -> None:
        """Tell what is worth knowing before the run is over; asked whenever its process reported something."""

    def collect(self, _files: RunFiles, _places: Places, /) -> None:
        """Read what the probe wrote."""

    def seen(self, _request: RunRequest, _report: RunReport, /) -> Sequence[Observation]:
        """Say what the run showed; nothing, where a run that was stopped half way shows nothing."""
        return ()


PLAIN = Observer()


@dataclass(slots=True)
class ObserverContext:
    """What the observers of a session share."""

    runs: RunContext
    recall: Callable[[str], str] = lambda _: ""
    """Returns a kept text by its hash; empty when it is gone."""
    coverage: Coverage | None = None
    """The newest one: it says which tests notice a change."""
    tree: str = ""
    """The tree the coverage belongs to."""
    tell: Callable[[Observation], None] = lambda _: None
    """Takes what is worth knowing while a run goes on; called by the thread that runs it."""

    def known_coverage(self, kept: str) -> Coverage:
        """Return the newest coverage; where this session has none, the one that is kept under a hash."""
        return self.coverage or coverage_from(self.recall(kept) if kept else "")


class ProbeObserver(Observer, Generic[InstrumentT]):
    """A run that the probe looks at: it reads a plan and writes what it sees to a file."""

    setting: ClassVar[str] = ""
    """What the probe calls the plan; empty: it needs none."""

    def __init__(self, instrument: InstrumentT, asked: StartRun, context: ObserverContext) -> None:
        self.instrument, self.asked, self.context = instrument, asked, context
        self.plan = self.said = ""
        # Not in the checkout: a run that supersedes it there waits until it is gone, and one that gives way ends late.
        is_beside = asked.request.in_copy or asked.request.tries_mutants
        self.niceness = IDLE_NICENESS if asked.is_idle_work and is_beside else 0

    def settings(self, files: RunFiles, /) -> dict[str, Any]:
        files.trace.touch(mode=0o600)
        if not self.setting:
            return {"trace": str(files.trace)}
        files.plan.write_text(self.plan, "utf-8")
        return {"trace": str(files.trace), self.setting: str(files.plan)}

    def collect(self, files: RunFiles, _places: Places, /) -> None:
        self.said = files.traced()
