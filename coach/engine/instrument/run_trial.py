"""Trials: apply a patch to a disposable copy, look for a pattern in what a command said."""

import re
from pathlib import Path

from coach.core.experiments.trial_request import Trial
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import Observation, TrialRead
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.instrument.observer import Observer, ObserverContext
from coach.engine.trees.git import Git, GitError
from coach.errors import ScratchError


class TrialObserver(Observer):
    """Changes the copy that a trial runs in, and looks at what was said there. Answered whatever happened to the run."""

    def __init__(self, trial: Trial, asked: StartRun, context: ObserverContext) -> None:
        del asked
        self.trial, self.context = trial, context

    def prepare(self, request: RunRequest, root: Path, _recorded: int = 0, /) -> RunRequest:
        if self.trial.kind == "patch":
            _apply(self.trial.patch, root)
        return request

    def seen(self, request: RunRequest, _report: RunReport, /) -> list[Observation]:
        output = self.context.runs.live.captured.text()
        return [TrialRead(run=request.number, matched=matched(self.trial, output))]


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
