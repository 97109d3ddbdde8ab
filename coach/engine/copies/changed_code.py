"""Run in a copy: mutants, wrong fixes, the code without the fix, trials, and what searches try.

A mutant is worth trying because nobody knows what it does: a condition that is turned round in front of ``os.remove`` removes
the files that it kept. So it gets files of its own, and its plan is made of these, whatever is saved meanwhile.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.core.experiments.trial_request import Trial
from coach.core.runs.confinement import changes_code
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.copies.lacking import as_in_checkout
from coach.engine.execute import Execution, set_up
from coach.engine.instrument.apply_variation import varied
from coach.engine.instrument.observer import PLAIN, Observer
from coach.engine.ports import Trees
from coach.engine.process.run_context import RunContext
from coach.engine.trees.checkout import file_clock
from coach.errors import ScratchError


def run_in_copy(
    request: RunRequest,
    context: RunContext,
    cancel: threading.Event,
    trees: Trees | None,
    observer: Observer = PLAIN,
) -> RunReport:
    """Run on the tree that is asked for, on the code of before under the tests of now, or on the work tree as it is.

    Raises:
        ScratchError: there can be no copy, or it cannot be made ready for the run.

    """
    with in_copy(request, context, cancel, trees, observer) as run:
        return run.report(cancel)


@dataclass(slots=True)
class RunInCopy:
    """A run that is laid out in its copy."""

    request: RunRequest
    execution: Execution
    copy: Path
    root: Path
    tree: str = ""
    """What the copy holds, where that is known."""
    note: str = ""

    def report(self, cancel: threading.Event) -> RunReport:
        """Make the run; the report names the checkout's paths."""
        report = self.execution.report(cancel)
        notes = (*report.probe_notes, *filter(None, [self.note]))
        report = as_in_checkout(report.model_copy(update={"probe_notes": notes}), self.copy, self.root)
        if not self.tree or isinstance(self.request.instrument, Trial):
            return report  # a patch may have made another tree of it
        return report.model_copy(update={"tree": self.tree})


@contextlib.contextmanager
def in_copy(
    request: RunRequest,
    context: RunContext,
    cancel: threading.Event,
    trees: Trees | None,
    observer: Observer = PLAIN,
) -> Iterator[RunInCopy]:
    """Lay out what ``run_in_copy`` runs; the copy goes with it. Raises ScratchError."""
    trees = copied_from(request, trees)
    recorded = file_clock()
    tree = tree_for(request, trees)
    with (
        trees.materialise(tree) as copy,
        _laid_out(request, context, cancel, copy, observer, recorded) as run,
    ):
        run.tree = tree
        yield run


def copied_from(request: RunRequest, trees: Trees | None) -> Trees:
    """Return what copies are made from. Raises ScratchError where there can be none."""
    if trees is None:
        what = "changed code" if changes_code(request) else "this"
        raise ScratchError(
            f"{what} runs only in a copy, and there can be none",
            why="git is not installed, or the project has none and is too large",
            do="install git, or run git init",
        )
    return trees


def tree_for(request: RunRequest, trees: Trees) -> str:
    """Return the tree that a run is of: the one asked for, the code of before under the tests of now, or the work tree of now."""
    other = trees.without(request.without, request.focus) if request.without else request.tree
    return other or trees.record()


def run_laid_out(  # noqa: PLR0913, PLR0917 - what a run needs, its copy, and who observes it
    request: RunRequest,
    context: RunContext,
    cancel: threading.Event,
    copy: Path,
    observer: Observer = PLAIN,
    recorded: int = 0,
) -> RunReport:
    """Run in a copy that is laid out already, in a disposable folder of its own; the report names the checkout's paths."""
    with _laid_out(request, context, cancel, copy, observer, recorded) as run:
        return run.report(cancel)


@contextlib.contextmanager
def _laid_out(  # noqa: PLR0913, PLR0917 - as for ``run_laid_out``
    request: RunRequest,
    context: RunContext,
    cancel: threading.Event,
    copy: Path,
    observer: Observer,
    recorded: int,
) -> Iterator[RunInCopy]:
    request = observer.prepare(request, copy, recorded)
    varied_context, note = varied(request.variation, context, cancel, copy)
    with set_up(request, varied_context, copy, observer) as execution:
        yield RunInCopy(request, execution, copy, context.root, note=note)
