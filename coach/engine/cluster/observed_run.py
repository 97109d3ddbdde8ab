"""A run in a copy with whoever observes it, as a worker carries it out."""

import threading
from pathlib import Path

from coach.core.localize.spectrum import Coverage
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import Observation
from coach.core.runs.report import RunReport
from coach.engine.copies.changed_code import run_laid_out
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.observer import ObserverContext
from coach.engine.process.run_context import RunContext
from coach.engine.search.candidate import SearchContext, runs_of


def observed(  # noqa: PLR0913, PLR0917 - a run, its place, and who looks
    asked: StartRun,
    context: SearchContext,
    copy: Path,
    tree: str,
    cancel: threading.Event,
    coverage: Coverage | None,
) -> tuple[RunReport, tuple[Observation, ...]]:
    """Run in a copy that is laid out, and return the report with what its observer says. Raises CoachError, OSError."""
    around: RunContext = runs_of(context)
    observer = observer_of(asked, ObserverContext(around, coverage=coverage))
    report = run_laid_out(asked.request, around, cancel, copy, observer)
    report = report.model_copy(update={"tree": tree})
    return report, tuple(observer.seen(asked.request, report))
