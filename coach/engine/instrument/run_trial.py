"""Carry out trials: apply a patch to a disposable copy, look for a pattern in what a command said."""

import re
import threading
from pathlib import Path

from coach.core.experiments.trial_request import Trial
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.copies.import_roots import importing_from
from coach.engine.copies.lacking import as_in_checkout
from coach.engine.execute import execute
from coach.engine.instrument.overlay import with_packages
from coach.engine.ports import Trees
from coach.engine.process.run_context import RunContext
from coach.engine.trees.git import Git, GitError
from coach.errors import ScratchError


def carry_out(request: RunRequest, around: RunContext, cancel: threading.Event, trees: Trees) -> RunReport:
    """Run a trial in a copy of the work tree as it is.

    Raises:
        ScratchError: no copy could be made, its patch does not apply, or a package could not be installed.

    """
    assert request.trial is not None, "only trials are tried"
    with trees.materialise(trees.record()) as copy:
        own, note = with_packages(request.trial.packages, around, cancel, copy.parent)
        if request.trial.kind == "patch":
            _apply(request.trial.patch, copy)
        report = execute(request, importing_from(copy, own), cancel, copy)
        notes = (*report.probe_notes, *([note] if note else []))
        return as_in_checkout(report.model_copy(update={"probe_notes": notes}), copy, around.root)


def _apply(patch: str, copy: Path) -> None:
    """Apply a diff with ``a/`` and ``b/`` before its paths, or without; it can reach nothing outside of the copy."""
    git = Git(copy, {"GIT_CEILING_DIRECTORIES": str(copy.parent)})
    content = patch.encode("utf-8", "surrogateescape")
    content = content if content.endswith(b"\n") else content + b"\n"
    reason = ""
    for strip in ("-p1", "-p0"):
        try:
            git.run("apply", "--whitespace=nowarn", "--recount", strip, "-", stdin=content)
        except GitError as error:
            reason = reason or error.why
        else:
            return
    raise ScratchError("the patch does not apply to the files as they are", why=reason, do="make it anew")


def matched(trial: Trial, output: str) -> bool | None:
    """Whether the pattern is in what the run said; None without a pattern."""
    return re.search(trial.pattern, output, re.MULTILINE) is not None if trial.pattern else None
