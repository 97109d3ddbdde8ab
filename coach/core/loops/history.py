"""The sequence of attempts with their runs, as the detectors see it.

It grows by one entry per finished run of the target and is a part of the session's state, so that looking for a loop
costs a walk over what matters and never a second reading of the log.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from coach.core.base.persistent_list import PersistentList
from coach.core.base.test_id import NO_TEST, FunctionId, TestId
from coach.core.base.value import replace
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.loops.attempt import Attempt
from coach.core.loops.thresholds import at_work
from coach.core.runs.failure import FailureSignature, innermost_own, is_structural, normalise, steady
from coach.core.runs.report import Failure, RunReport
from coach.core.runs.run import Run
from coach.core.runs.set_up_failure import is_set_up_failure

Mark = Literal["note", "hypothesis", "learnt", "ruled-out", "experiment"]
"""What an engineer wrote or looked at between two runs. *learnt*: a hypothesis was refuted or left open by a run."""


class Age(NamedTuple):
    """How a test did in a copy of the commit checked out, before any edit."""

    outcome: Literal["failed", "passed", "unknown"]
    why: str = ""
    """Why it is not known."""


def _none_dated() -> Mapping[TestId, Age]:
    return MappingProxyType({})


_NO_TRIAL = frozenset(
    {"cancelled", "superseded", "interrupted", "not_started", "no_pytest", "internal_error", "unknown"}
)
_HANGS = frozenset({"timeout", "silence", "signalled", "ended_early", "output_limit"})
LATELY = 50
"""Trials a detector looks back over: a longer loop shows itself in its last fifty runs, and the cost stays bounded."""
WRITING = 4
"""Trials for which a new function counts as being written."""
_HALF_TYPED = frozenset({"NameError"})


@dataclass(frozen=True)
class Trial:
    """One finished run of the target in the checkout, and the edits that led to it."""

    run: int
    tree: str
    outcome: Literal["red", "green", "unclear"]
    strict: frozenset[str]
    """The strict failing set; for a run that hung or died, the way it did."""
    tests: frozenset[TestId]
    failing: tuple[FailureSignature, ...]
    report: RunReport
    is_rerun: bool
    """The same tree as in the run before."""
    marks: frozenset[Mark]
    """Written since the run before."""
    attempt: Attempt | None = None
    """None for the first run, a rerun, and while the edits could not be read."""
    is_patch: bool = False
    """Whether somebody changed code before this run in the hope of another outcome. Going on with a function that was
    begun a few edits ago is writing it, not mending it."""
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """The changed files: path → blob before, blob after."""
    scripts: frozenset[str] = frozenset()
    """Those of them that are the target itself, and scratch: no code, no tests."""
    is_asked: bool = False
    """Whether somebody, or a save, asked for just this run: it is no part of a series."""
    is_after_look: bool = False
    """Whether a transcript shows that something else was looked at before it."""
    by: str = ""
    """Who held the session when it ended (an assistant); empty: the engineer."""
    unpredicted: float = 0.0
    """Seconds at work on a red target since the newest prediction, when it ended."""

    @property
    def is_red(self) -> bool:
        return self.outcome == "red"

    @property
    def spots(self) -> frozenset[str]:
        """Where it fails: test, exception, own place, and the very line when that is a test's."""
        if self.is_red and not self.failing:
            return frozenset({self.report.ending.kind})
        return frozenset(_spot(each) for each in self.report.failures)

    @property
    def is_broken(self) -> bool:
        """Whether every failure is one of set-up or half-typed code: import, syntax, fixture, name."""
        failures = self.report.failures
        return bool(failures) and all(_is_broken(each) for each in failures)

    @property
    def label(self) -> str:
        """What fails, in words that also tell two failures apart."""
        if not self.failing:
            return self.report.ending.kind.replace("_", " ")
        first = self.failing[0]
        return f"{steady(first.test)} {first.exception}: {first.message}"[:200]


@dataclass(frozen=True)
class History:
    """All trials of the present target, oldest first, and what the detectors must know besides."""

    trials: Sequence[Trial] = PersistentList()
    marks: frozenset[Mark] = frozenset()
    """Written since the last trial."""
    scope: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    """Files nobody may touch, by the spec or the team."""
    pin_test: TestId = NO_TEST
    unpinned: frozenset[TestId] = frozenset()
    """Tests whose pin was taken off with a reason: they may change."""
    ran: frozenset[FunctionId] = frozenset()
    """Functions the failing test is known to have run; empty when not measured."""
    ran_test: TestId = NO_TEST
    is_flaky: bool = False
    """The reproduction measured a rate below one."""
    words: tuple[str, ...] = ()
    """What the present target is."""
    left: Trial | None = None
    """The last trial of the target before this one."""
    left_words: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()
    """Trees that hold what the commit checked out holds, as far as it is known."""
    dated: Mapping[TestId, Age] = field(default_factory=_none_dated)
    """Tests, cases apart, that were run in a copy of that commit to know whether they failed before any edit."""
    heard: float = 0.0
    """When something happened last, as the log has it; 0 before the target was red."""
    unpredicted: float = 0.0
    """Seconds at work since the target became red, or since the newest prediction: pauses count for little."""

    @property
    def now(self) -> Trial | None:
        return self.trials[-1] if self.trials else None

    @property
    def previous(self) -> Trial | None:
        return self.trials[-2] if len(self.trials) > 1 else None

    @property
    def runs(self) -> list[int]:
        return [trial.run for trial in self.trials]

    def finished(self, run: Run, by: str = "") -> "History":
        """Take in a finished run of the target, and who held the session then."""
        if not is_trial(run):
            return self
        trial = _trial(run, self.now, self.marks, self.unpredicted, by)
        done = replace(self, trials=PersistentList.of(self.trials).plus(trial), marks=frozenset())
        return done if trial.is_red else replace(done, heard=0.0, unpredicted=0.0)

    def working(self, at: float) -> "History":
        """Take in that something happened at a time; a long gap before it was a pause."""
        if not (self.now and self.now.is_red):
            return self
        gap = at_work(self.heard, at) if self.heard else 0.0
        return replace(self, heard=at, unpredicted=self.unpredicted + gap)

    def read(self, attempt: Attempt) -> "History":
        """Take in what was edited before a run; it is nearly always the last one."""
        for index in range(len(self.trials) - 1, -1, -1):
            if self.trials[index].run == attempt.run:
                trial = _with_attempt(
                    self.trials[index], attempt, self._being_written(index), self._scripts(attempt)
                )
                return replace(self, trials=PersistentList.of(self.trials).put(index, trial))
        return self

    def _scripts(self, attempt: Attempt) -> frozenset[str]:
        """Return the changed files that are scratch: scripts that the target runs, and the commit is not known to have."""
        files = (each for each in attempt.changes.files if each.in_head is not True)
        return frozenset(each.path for each in files if self.is_own_script(each.path))

    def _being_written(self, index: int) -> frozenset[FunctionId]:
        """Return the functions that the last edits before a trial brought in."""
        latest = self.trials[max(0, index - WRITING) : index]
        return frozenset(name for trial in latest if trial.attempt for name in trial.attempt.added)

    def at_head(self, tree: str) -> "History":
        """Take in that a tree holds what the commit checked out holds."""
        return replace(self, heads=self.heads | {tree}) if tree else self

    def with_ages(self, ages: Mapping[TestId, Age]) -> "History":
        """Take in how tests, cases apart, did in a copy of the commit checked out."""
        return replace(self, dated=MappingProxyType({**self.dated, **ages}))

    def is_base(self, tree: str) -> bool:
        """Whether a tree is what the runs of the target began with, or what the commit checked out holds."""
        began = self.trials[0].tree if self.trials else ""
        return bool(tree) and (tree == began or tree in self.heads)

    def marked(self, mark: Mark) -> "History":
        unpredicted = 0.0 if mark == "hypothesis" else self.unpredicted
        return replace(self, marks=self.marks | {mark}, unpredicted=unpredicted)

    def aimed(self, words: tuple[str, ...]) -> "History":
        """Begin anew with another target: failures of the old one say nothing about it."""
        fresh = replace(self, trials=(), is_flaky=False, ran=frozenset(), ran_test=NO_TEST)
        fresh = replace(fresh, heard=0.0, unpredicted=0.0)
        return replace(fresh, words=words, left=self.now, left_words=self.words)

    def measured(self, test: TestId, ran: frozenset[FunctionId]) -> "History":
        """Take in which functions a failing test runs."""
        return replace(self, ran_test=test, ran=ran)

    def pinned(self, test: TestId) -> "History":
        return replace(self, pin_test=test, unpinned=self.unpinned - {test})

    def is_own_script(self, path: str) -> bool:
        """Whether a file is the script that the target runs, and no test runner's: it may be whatever its author needs."""
        return any(_is_named(path, word) for word in self.words) and not any(
            each.phase != "command" for trial in self.trials for each in trial.report.failures
        )

    def taken_off(self) -> "History":
        return replace(self, pin_test=NO_TEST, unpinned=self.unpinned | {self.pin_test})

    def up_to(self, run: int) -> "History":
        """Return the history as it was when a run had just ended: a slow reading must not blame later runs."""
        if not self.trials or self.trials[-1].run == run:
            return self
        return replace(self, trials=tuple(each for each in self.trials if each.run <= run))

    def backwards(self) -> Iterator[Trial]:
        """Yield the latest trials before the present one, newest first, without interludes.

        A run without an answer, and one on code that cannot even be imported while the present failure can, says
        nothing: the next save mends it.
        """
        now = self.now
        for trial in reversed(self.trials[-LATELY - 1 : -1]):
            if trial.outcome == "unclear" or (trial.is_broken and now is not None and not now.is_broken):
                continue
            yield trial

    def disagrees(self) -> bool:
        """Whether one tree gave two different answers lately: then a change of the answer proves nothing."""
        if self.is_flaky:
            return True
        seen: dict[str, frozenset[str]] = {}
        for trial in self.trials[-LATELY:]:
            if trial.outcome != "unclear" and seen.setdefault(trial.tree, trial.strict) != trial.strict:
                return True
        return False


def is_trial(run: Run) -> bool:
    """Whether a run of the target says something about one tree of the checkout."""
    return run.report is not None and run.is_current_evidence and run.report.ending.kind not in _NO_TRIAL


def _with_attempt(
    trial: Trial, attempt: Attempt, being_written: frozenset[str], scripts: frozenset[str]
) -> Trial:
    files = {file.path: (file.before, file.after) for file in attempt.changes.files}
    is_writing = bool(attempt.touched) and set(attempt.touched) <= being_written
    is_patch = attempt.nature == "patch" and attempt.is_edit and not is_writing
    is_patch = is_patch and not (scripts and patches(attempt) <= scripts)
    return replace(trial, attempt=attempt, is_patch=is_patch, files=files, scripts=scripts)


def patches(attempt: Attempt) -> frozenset[str]:
    """Return the files in which behaviour may differ; where they were not read one by one, all of a patch but tests."""
    if attempt.patched or attempt.nature != "patch":
        return frozenset(attempt.patched)
    return frozenset(path for path in attempt.paths if not is_test_path(path))


def change_one_place(*trials: Trial) -> bool:
    """Whether the edits before several runs changed one function, or, where contents are not known, one file."""
    attempts = [each.attempt for each in trials if each.attempt is not None]
    if len(attempts) < len(trials):
        return False
    if all(each.touched for each in attempts):
        return bool(set.intersection(*(set(each.touched) for each in attempts)))
    return any(each.unread for each in attempts) and bool(
        set.intersection(*(set(each.paths) for each in attempts))
    )


def _is_named(path: str, word: str) -> bool:
    """Whether a word of a command line names a file, relative to the root or to the folder that the command runs in."""
    word = word.removeprefix("./")
    return word == path or ("/" in path and path.endswith(f"/{word}")) or word.endswith(f"/{path}")


def _trial(run: Run, previous: Trial | None, marks: frozenset[Mark], unpredicted: float, by: str) -> Trial:
    report = run.report
    assert report is not None
    kind = report.ending.kind
    hangs = not run.failing and kind in _HANGS
    outcome: Literal["red", "green", "unclear"] = "unclear"
    if is_set_up_failure(report):
        outcome = "unclear"
    elif run.failing or hangs:
        outcome = "red"
    elif run.judged and run.judged.outcome == "PASS":
        outcome = "green"
    return Trial(
        run=run.number,
        tree=report.tree,
        outcome=outcome,
        strict=frozenset({kind} if hangs else run.strict),
        tests=frozenset({TestId(kind)} if hangs else (steady(each.test) for each in run.failing)),
        failing=run.failing,
        report=report,
        is_rerun=previous is not None and bool(report.tree) and previous.tree == report.tree,
        marks=marks,
        is_asked=run.request.purpose in {"feedback", "experiment", "imported"},
        is_after_look=run.request.purpose == "imported" and not run.request.is_repeat,
        by=by,
        unpredicted=unpredicted if outcome == "red" else 0.0,
    )


def _is_broken(failure: Failure) -> bool:
    return is_structural(failure) or failure.exception in _HALF_TYPED


def _spot(failure: Failure) -> str:
    frame = innermost_own(failure)
    if frame is None:
        place = normalise(failure.message) if failure.phase == "command" else ""
        return f"{steady(failure.test)} {failure.exception} {place}".rstrip()
    line = frame.source if is_test_path(frame.path) else ""
    return f"{steady(failure.test)} {failure.exception} {frame.path} {frame.function} {line}"
