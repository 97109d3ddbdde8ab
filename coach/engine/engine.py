"""Perform effects on this machine: runs one after the other, reads beside them, watching all the while.

Every effect is answered. Runs wait in one queue and are worked off by one thread; reads have their own thread, so that a
diff can be seen while tests run. What goes wrong becomes ``EffectFailed``: nothing is lost, no thread dies.
"""

import os
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from coach.core.changes import Changes
from coach.core.effects import (
    ChangesSeen,
    Effect,
    EffectFailed,
    FilesSaved,
    Observation,
    ReadAttempt,
    ReadChanges,
    ReadTest,
    RestoreTree,
    RunEnded,
    StartRun,
    StopRuns,
    TestSeen,
    TreePutBack,
    Watch,
    WatchSeen,
)
from coach.core.events import Interpreter
from coach.core.live import LiveView
from coach.core.report import Ending, EndingKind, RunReport
from coach.core.run import RunRequest
from coach.engine.attempts import read_attempt
from coach.engine.execution import Surroundings, execute
from coach.engine.output import LiveOutput
from coach.engine.run import Limits
from coach.engine.sources import read_test
from coach.engine.switches import Switches
from coach.errors import CoachError, ScratchError

_JOIN_SECONDS = 10.0
_CONFIG_FILES = frozenset(
    {"pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "conftest.py"}
)
_STOP_SENTENCES: dict[EndingKind, str] = {
    "cancelled": "stopped on request",
    "superseded": "superseded by a newer run",
    "interrupted": "coach was closed during the run",
}


class Trees(Protocol):
    """Records and compares work trees."""

    def record(self) -> str: ...
    def changes(self, base: str, tree: str, label: str) -> Changes: ...
    def changed_between(self, before: str, after: str) -> tuple[str, ...]: ...
    def materialise(self, tree: str) -> AbstractContextManager[Path]: ...
    def contents(self, blobs: Sequence[str], most_bytes: int) -> Mapping[str, bytes]: ...
    def restore(self, tree: str) -> tuple[str, tuple[str, ...]]: ...


class Watcher(Protocol):
    """Tells about saves."""

    def start(
        self, on_saved: Callable[[tuple[str, ...]], None], on_note: Callable[[bool, str], None]
    ) -> None: ...
    def stop(self) -> None: ...


@dataclass(slots=True)
class _Job:
    """A run that was asked for. ``reason`` is set together with ``cancel``."""

    request: RunRequest
    cancel: threading.Event = field(default_factory=threading.Event)
    reason: EndingKind = "cancelled"


class LocalEngine:
    """The engine of a session. Implements ``coach.dispatcher.Engine``."""

    def __init__(  # noqa: PLR0913 - its collaborators, all by name
        self,
        *,
        root: Path,
        interpreter: Interpreter,
        limits: Limits,
        keep: Callable[[str], str],
        trees: Trees | None = None,
        watcher: Watcher | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._live = LiveOutput()
        self._around = Surroundings(root, interpreter, limits, keep, self._live, dict(env or os.environ))
        self._trees, self._watcher = trees, watcher
        self._switches = Switches(root)
        self._observe: Callable[[Observation], None] = lambda _: None
        self._lock = threading.Lock()
        self._owed = 0
        self._is_closed = False
        self._is_watching = False
        self._jobs: list[_Job] = []
        self._runs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[Effect | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve_runs, name="coach-runs", daemon=True),
            threading.Thread(target=self._serve_reads, name="coach-reads", daemon=True),
        ]

    @property
    def live(self) -> LiveView:
        return self._live

    @property
    def is_busy(self) -> bool:
        with self._lock:
            return self._owed > 0

    def start(self, observe: Callable[[Observation], None]) -> None:
        self._observe = observe
        for thread in self._threads:
            thread.start()

    def perform(self, effect: Effect) -> None:
        """Begin an effect and return at once.

        Raises:
            CoachError: the engine is closed.

        """
        with self._lock:
            if self._is_closed:
                raise CoachError("the engine is closed")
            if isinstance(effect, StopRuns):
                self._cancel("superseded" if effect.superseded else "cancelled")
                return
            self._owed += 1
            if isinstance(effect, StartRun):
                job = _Job(effect.request)
                self._jobs.append(job)
                self._runs.put(job)
            else:
                self._reads.put(effect)

    def close(self) -> None:
        """Stop watching, end every run, and return when no thread and no process is left."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._cancel("interrupted")
        self._runs.put(None)
        self._reads.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_JOIN_SECONDS)
        if self._watcher is not None and self._is_watching:
            self._watcher.stop()

    def _cancel(self, reason: EndingKind) -> None:
        """Mark every run that is under way or waits; the worker answers each one. Called with the lock held."""
        for job in self._jobs:
            if not job.cancel.is_set():
                job.reason = reason
                job.cancel.set()

    def _serve_runs(self) -> None:
        while (job := self._runs.get()) is not None:
            try:
                observation: Observation = RunEnded(number=job.request.number, report=self._run(job))
            except Exception as error:  # noqa: BLE001 - one of the engine's doors: a defect must not lose the run
                observation = _failed(StartRun(request=job.request), error)
            with self._lock:
                self._jobs.remove(job)
            self._answer(observation)

    def _serve_reads(self) -> None:
        while (effect := self._reads.get()) is not None:
            try:
                observation = self._read(effect)
            except Exception as error:  # noqa: BLE001 - the other door
                observation = _failed(effect, error)
            self._answer(observation)

    def _answer(self, observation: Observation | None) -> None:
        """Post first, then be less busy: "idle" must mean that everything was seen."""
        try:
            if observation is not None:
                self._observe(observation)
        finally:
            with self._lock:
                self._owed -= 1

    def _run(self, job: _Job) -> RunReport:
        if job.cancel.is_set():
            return RunReport(ending=_stopped(job.reason, None))
        report = self._run_in_copy(job) if job.request.in_copy else self._run_in_checkout(job)
        if report.ending.kind == "cancelled":
            ending = _stopped(job.reason, report.ending.exit_code)
            report = report.model_copy(update={"ending": ending})
        return report

    def _run_in_copy(self, job: _Job) -> RunReport:
        if self._trees is None:
            raise ScratchError(
                "a run in a copy is not possible", why="the project has no git", do="run git init"
            )
        with self._trees.materialise(job.request.tree) as copy:
            report = execute(job.request, self._around, job.cancel, copy)
        return report.model_copy(update={"tree": job.request.tree})

    def _run_in_checkout(self, job: _Job) -> RunReport:
        before, note = self._record()
        head = self._switches.mark()
        report = execute(job.request, self._around, job.cancel)
        after, later_note = self._record()
        changed: tuple[str, ...] = ()
        if self._trees is not None and before and after and before != after:
            names = self._trees.changed_between(before, after)
            changed = tuple(name for name in names if _is_source(name))
        notes = tuple(dict.fromkeys(each for each in (note, later_note) if each))
        update = {"tree": before, "head": head, "changed_during": changed, "probe_notes": (*report.probe_notes, *notes)}
        return report.model_copy(update=update)

    def _record(self) -> tuple[str, str]:
        """Record the checkout. A run is worth having without its tree; that it has none is said."""
        if self._trees is None:
            return "", ""
        try:
            return self._trees.record(), ""
        except CoachError as error:
            return "", f"the work tree could not be recorded: {error}"

    def _read(self, effect: Effect) -> Observation | None:
        match effect:
            case ReadTest():
                return self._read_test(effect)
            case ReadChanges():
                return self._read_changes(effect)
            case Watch():
                return self._watch(on=effect.on)
            case ReadAttempt():
                loaded = self._around.loaded.get(effect.run)
                return read_attempt(effect, self._known_trees(), self._switches, loaded)
            case RestoreTree():
                before, paths = self._known_trees().restore(effect.tree)
                return TreePutBack(tree=effect.tree, before=before, why=effect.why, paths=paths)
            case _:
                raise AssertionError(effect)

    def _read_test(self, effect: ReadTest) -> TestSeen:
        found = read_test(self._around.root, effect.test)
        return TestSeen(
            test=effect.test,
            path=found.path,
            line=found.line,
            source=found.source,
            digest=found.digest,
            pin=effect.pin,
        )

    def _read_changes(self, effect: ReadChanges) -> ChangesSeen:
        trees = self._known_trees()
        tree = effect.tree or trees.record()
        return ChangesSeen(changes=trees.changes(effect.base, tree, effect.label))

    def _known_trees(self) -> Trees:
        if self._trees is None:
            raise ScratchError(
                "changes cannot be read", why="the project has no git", do="run git init and commit once"
            )
        return self._trees

    def _watch(self, *, on: bool) -> WatchSeen | None:
        """Start or stop the watcher. It says by itself when it has begun or fallen back; stopping is said here."""
        if self._watcher is None:
            return WatchSeen(watching=False, note="saves are not watched here" if on else "")
        if on and not self._is_watching:
            self._watcher.start(self._saw_saves, self._saw_note)
            self._is_watching = True
            return None
        if not on and self._is_watching:
            self._watcher.stop()
            self._is_watching = False
        return WatchSeen(watching=on)

    def _saw_saves(self, paths: tuple[str, ...]) -> None:
        if paths and not self._is_closed:
            self._observe(FilesSaved(paths=paths))

    def _saw_note(self, watching: bool, note: str) -> None:  # noqa: FBT001 - the watcher's callback
        if not self._is_closed:
            self._observe(WatchSeen(watching=watching, note=note))


def _stopped(reason: EndingKind, exit_code: int | None) -> Ending:
    return Ending(kind=reason, sentence=_STOP_SENTENCES[reason], exit_code=exit_code)


def _failed(effect: Effect, error: Exception) -> EffectFailed:
    """Put an error into words. Expected ones say what to do; anything else names itself, so that it can be reported."""
    known = isinstance(error, CoachError | OSError)
    message = str(error) if known else f"a defect of coach: {type(error).__name__}: {error}"
    number = effect.request.number if isinstance(effect, StartRun) else 0
    return EffectFailed(effect=type(effect).__name__, message=message, run=number)


def _is_source(name: str) -> bool:
    return name.endswith(".py") or name.rpartition("/")[2] in _CONFIG_FILES
