"""Run what coach changed in a copy, never in the checkout: mutants, wrong fixes, the code without the fix, patches.

A mutant is worth trying because nobody knows what it does: a condition that is turned round in front of ``os.remove`` removes
the files that it kept. So it gets files of its own, and its plan is made of these, whatever is saved meanwhile.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.copies.import_roots import importing_from
from coach.engine.copies.lacking import as_in_checkout
from coach.engine.execute import execute
from coach.engine.instrument.run_trial import carry_out
from coach.engine.ports import Trees
from coach.engine.process.run_context import RunContext
from coach.engine.trees.checkout import file_clock
from coach.errors import ScratchError

Planning = Callable[[Path, int], RunRequest]
"""Makes the plan from the files in a copy and when they were recorded, and returns the request as it is to be executed."""


def run_changed(
    plan: Planning, around: RunContext, cancel: threading.Event, trees: Trees | None
) -> tuple[RunRequest, RunReport]:
    """Run changed code in a copy of the work tree as it is; returns the request as it was planned, and the report.

    Raises:
        ScratchError: there can be no copy, so nothing is run.

    """
    if trees is None:
        raise ScratchError(
            "changed code runs only in a copy, and there can be none",
            why="git is not installed, or the project has none and is too large",
            do="install git, or run git init",
        )
    recorded = file_clock()
    tree = trees.record()
    with trees.materialise(tree) as copy:
        request = plan(copy, recorded)
        report = execute(request, importing_from(copy, around), cancel, copy)
        return request, as_in_checkout(report, copy, around.root).model_copy(update={"tree": tree})


def run_in_copy(
    request: RunRequest, around: RunContext, cancel: threading.Event, trees: Trees | None
) -> RunReport:
    """Run a trial, another tree than that of now, or the code of before under the tests of now.

    Raises:
        ScratchError: there can be no copy, or the trial cannot be made ready in it.

    """
    if trees is None:
        raise ScratchError("a run in a copy is not possible", why="the project has no git", do="run git init")
    if request.trial:
        return carry_out(request, around, cancel, trees)
    tree = request.tree or trees.without(request.without, request.focus)
    with trees.materialise(tree) as copy:
        report = execute(request, importing_from(copy, around), cancel, copy)
        report = as_in_checkout(report, copy, around.root)
    return report.model_copy(update={"tree": tree})
