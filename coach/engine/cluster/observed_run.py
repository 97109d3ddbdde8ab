"""A run in a copy on a worker, observed as it would be where it was asked for: mutants, wrong fixes, repeats, the code without the fix.

What it shows comes back in the terms of the machine that asks. Nothing is kept here: its output travels, and is kept there.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coach.core.localize.spectrum import Coverage
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import Observation
from coach.core.runs.report import RunReport
from coach.engine.cluster.worker_place import Place
from coach.engine.copies.changed_code import run_laid_out
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.observer import ObserverContext
from coach.engine.search.candidate import runs_of


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run showed."""

    report: RunReport
    seen: tuple[Observation, ...]
    output: str = ""


def measured(  # noqa: PLR0913 - what a run needs there, by name
    asked: StartRun,
    place: Place,
    cancel: threading.Event,
    copy: Path,
    *,
    coverage: Coverage | None = None,
    tree: str = "",
    tell: Callable[[Observation], None] = lambda _: None,
) -> Measured:
    """Carry out a run in its copy. Raises CoachError, OSError.

    Args:
        asked: the run.
        place: the project on this worker.
        cancel: set when nobody wants the answer any more.
        copy: where its tree is laid out.
        coverage: says which tests notice a change.
        tree: what is laid out.
        tell: takes what is worth knowing while the run goes on.

    """
    written: list[str] = []

    def keep(text: str) -> str:
        written.append(text)
        return ""

    own = place.in_our_terms
    runs = runs_of(place.context, keep=keep)
    watched = ObserverContext(runs, coverage=coverage, tell=lambda seen: tell(own(seen)))
    observer = observer_of(asked, watched)
    # When the tree was recorded, the clock of another machine said: no file of this one's checkout is taken for the tree's.
    report = run_laid_out(asked.request, runs, cancel, copy, observer, recorded=0)
    report = report.model_copy(update={"tree": tree})
    shown = tuple(own(each) for each in observer.seen(asked.request, report))
    return Measured(own(report), shown, place.renamed("".join(written[:1])))
