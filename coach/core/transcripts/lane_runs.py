"""Lanes: the runs of one target each, with the edits between them, as the history of a session that asks that alone."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from coach.core.loops.analysis.analyse_attempt import read_attempt
from coach.core.loops.attempt import Attempt
from coach.core.loops.history import is_trial
from coach.core.runs.command_line.invocation import Invocation
from coach.core.runs.failure import failing_set
from coach.core.runs.oracle import judge
from coach.core.runs.report import Failure, RunReport, headline
from coach.core.runs.run import Run, RunRequest
from coach.core.runs.target import Target
from coach.core.transcripts.contents import Content
from coach.core.transcripts.model import By
from coach.core.transcripts.seen_runs import SeenEdit, SeenRun
from coach.core.transcripts.tree_difference import Trees

Key = tuple[str, ...]
MAX_WORD = 120
"""Characters of one word of a target."""


@dataclass(frozen=True, slots=True)
class LaneRun:
    """A run with what led to it: what a log says of both."""

    run: Run
    attempt: Attempt | None
    output: str
    by: By


@dataclass(slots=True)
class _Track:
    """One lane while a transcript is walked through."""

    target: Target
    is_script: bool
    last: int = 0
    """Number of its newest run that was a trial."""
    files: Mapping[str, Content] = field(default_factory=dict)
    edits: list[SeenEdit] = field(default_factory=list)
    known: dict[str, list[Failure]] = field(default_factory=dict)
    """What was printed of each failing test so far, whole."""


@dataclass(slots=True)
class LaneBuilder:
    """Numbers runs, keeps them apart by target, and reads what was edited between two of a lane."""

    trees: Trees
    assistant: str
    started: float = 0.0
    tracks: dict[Key, _Track] = field(default_factory=dict)
    unread: int = 0
    """Attempts with a changed file whose content is not known."""
    attempts: int = 0
    _number: int = 0

    def edited(self, edit: SeenEdit) -> None:
        """Take in that files changed."""
        for track in self.tracks.values():
            track.edits.append(edit)

    def ran(self, seen: SeenRun) -> LaneRun:
        """Take in a run."""
        track = self._track(seen.invocation)
        self._number += 1
        report = _told_whole(seen.report, track.known)
        report = report.model_copy(update={"tree": self.trees.tree(seen.files)})
        request = RunRequest(
            number=self._number, purpose="imported", target=track.target, is_repeat=seen.is_repeat
        )
        failing = failing_set(report)
        run = Run(
            request=request,
            started=seen.at or self.started,
            report=report,
            failing=failing,
            judged=judge(report, failing),
        )
        return LaneRun(run, self._attempt(track, run, seen), seen.output, seen.by)

    def _track(self, invocation: Invocation) -> _Track:
        key = (invocation.runner, *invocation.words)
        if key not in self.tracks:
            self.tracks[key] = _Track(target_of(invocation), invocation.is_script)
        return self.tracks[key]

    def _attempt(self, track: _Track, run: Run, seen: SeenRun) -> Attempt | None:
        """Read what changed since the run of the lane before, where this one says something about its files."""
        if not is_trial(run):
            return None
        before, track.last = track.last, run.number
        old, track.files = track.files, seen.files
        edits, track.edits = track.edits, []
        if not before:
            return None
        difference = self.trees.between(old, seen.files)
        if not difference.changes.files:
            return None
        attempt = read_attempt(run.number, before, difference.changes, difference.known)
        self.attempts += 1
        self.unread += bool(difference.unknown)
        return attempt.model_copy(
            update={
                "by": self._by(edits),
                "head_moved": bool(edits) and all(each.is_git for each in edits),
                "unread": difference.unknown,
            }
        )

    def _by(self, edits: list[SeenEdit]) -> str:
        names = dict.fromkeys(name_of(each.by, self.assistant) for each in edits if not each.is_git)
        return (
            " and ".join(each or "the engineer" for each in names)
            if len(names) > 1
            else next(iter(names), "")
        )


def name_of(by: By, assistant: str) -> str:
    """Return who acted, as a session names them: empty for a person."""
    if by == "person":
        return ""
    return assistant if by == "assistant" else f"a subagent of {assistant}"


def target_of(invocation: Invocation) -> Target:
    """Return the target that a command line asks about."""
    if invocation.runner == "pytest":
        return Target(kind="pytest", words=invocation.words)
    return Target(kind="command", words=tuple(map(_short, invocation.command)))


def _short(word: str) -> str:
    """Return a word as a label can hold it; of a whole script its beginning, and what tells it from another one."""
    shown = " ".join(word.split())
    if shown == word and len(word) <= MAX_WORD:
        return word
    digest = hashlib.sha256(word.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{shown[:MAX_WORD]}… ({digest})"


def _told_whole(report: RunReport, known: dict[str, list[Failure]]) -> RunReport:
    """A message that a summary line cut short is taken for the newest one of that test that it begins.

    Without this, the same failure printed in two ways would be two.
    """
    failures = tuple(_whole(each, known.setdefault(each.test, [])) for each in report.failures)
    return report.model_copy(update={"failures": failures}) if report.failures else report


def _whole(failure: Failure, known: list[Failure]) -> Failure:
    said = headline("" if failure.exception == "failed" else failure.exception, failure.message)
    is_short = not failure.frames and (not said or said.endswith("..."))
    if not is_short:
        known.append(failure)
        return failure
    begin = said.removesuffix("...")
    for each in reversed(known):
        if headline(each.exception, each.message).startswith(begin) or each.message.startswith(begin):
            return each
    return failure
