"""Perform effects on this machine: runs one after the other, reads beside them, watching all the while.

Every effect is answered. Runs wait in one queue and are worked off by one thread; reads have their own thread, so
that a diff can be seen while tests run. What goes wrong becomes ``EffectFailed``: nothing is lost, no thread dies.
"""

import os
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.effects import (
    ChangesSeen,
    Effect,
    EffectFailed,
    FilesSaved,
    FindRelated,
    MutationPlace,
    Observation,
    ReadAttempt,
    ReadChanges,
    ReadTest,
    ReadTouched,
    RelatedFound,
    RestoreTree,
    RunEnded,
    RunSearch,
    StartRun,
    StopRuns,
    StopSearch,
    TestSeen,
    TouchedSeen,
    TreePutBack,
    Watch,
    WatchSeen,
)
from coach.core.events import Interpreter
from coach.core.live import LiveView
from coach.core.report import Ending, EndingKind, RunReport
from coach.core.run import RunRequest
from coach.engine.attempts import read_attempt
from coach.engine.checkout import CheckoutRuns
from coach.engine.collaborators import Trees, Watcher
from coach.engine.compiled_probe import probe_folder
from coach.engine.execution import Surroundings, execute, server_environment
from coach.engine.looking import Looking
from coach.engine.output import LiveOutput
from coach.engine.probing import as_in_checkout
from coach.engine.related import concerned, related_tests
from coach.engine.run import Limits
from coach.engine.searching import SearchBench
from coach.engine.sources import read_test
from coach.engine.switches import Switches
from coach.engine.trying import carry_out
from coach.engine.warm import WarmServer
from coach.errors import CoachError, ScratchError

_JOIN_SECONDS = 10.0
_IDLE_SECONDS = 0.3
"""How long no run must be wanted before the warm server is looked after."""
_STOP_SENTENCES: dict[EndingKind, str] = {
    "cancelled": "stopped on request",
    "superseded": "superseded by a newer run",
    "interrupted": "coach was closed during the run",
}


@dataclass(slots=True)
class _Job:
    """A run that was asked for. ``reason`` is set together with ``cancel``."""

    request: RunRequest
    places: tuple[MutationPlace, ...] = ()
    coverage: str = ""
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
        warm: bool = False,
        searches: SearchBench | None = None,
        recall: Callable[[str], str] = lambda _: "",
        home: Path | None = None,
    ) -> None:
        self._searches = searches or SearchBench()
        self._live = LiveOutput()
        own = dict(env or os.environ)
        server = WarmServer(root, interpreter.path, self._server_environment) if warm else None
        self._around = Surroundings(root, interpreter, limits, keep, self._live, own, warm=server, home=home)
        self._looking = Looking(self._around, recall)
        self._trees, self._watcher = trees, watcher
        self._switches = Switches(root)
        self._here = CheckoutRuns(self._around, trees, self._switches)
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
        self._searches.start(observe, self._answer)

    def _server_environment(self) -> dict[str, str]:
        around = self._around
        return server_environment(around.env, probe_folder(around.home, around.interpreter))

    def perform(self, effect: Effect) -> None:
        """Begin an effect and return at once.

        Raises:
            CoachError: the engine is closed.

        """
        with self._lock:
            if self._is_closed:
                raise CoachError("coach was being left")
            if isinstance(effect, StopRuns):
                self._cancel("superseded" if effect.superseded else "cancelled")
                return
            if isinstance(effect, StopSearch):
                self._searches.stop()
                return
            self._owed += 1
            if isinstance(effect, RunSearch):
                self._searches.begin(effect)
            elif isinstance(effect, StartRun):
                job = _Job(effect.request, effect.places, effect.coverage)
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
        self._searches.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_JOIN_SECONDS)
        if self._around.warm is not None:
            self._around.warm.close()
        if self._watcher is not None and self._is_watching:
            self._watcher.stop()

    def _cancel(self, reason: EndingKind) -> None:
        """Mark every run that is under way or waits; the worker answers each one. Called with the lock held."""
        for job in self._jobs:
            if not job.cancel.is_set():
                job.reason = reason
                job.cancel.set()

    def _serve_runs(self) -> None:
        while (job := self._next_job()) is not None:
            seen: list[Observation] = []
            try:
                job.request = self._looking.prepare(
                    StartRun(request=job.request, places=job.places, coverage=job.coverage)
                )
                report = self._run(job)
                seen.append(RunEnded(number=job.request.number, report=report))
                seen += self._looking.seen(job.request, report)
            except Exception as error:  # noqa: BLE001 - one of the engine's doors: a defect must not lose the run
                seen.append(_failed(StartRun(request=job.request), error))
            with self._lock:
                self._jobs.remove(job)
            self._answer(*seen)

    def _next_job(self) -> _Job | None:
        """Wait for a run; when none is wanted for a moment, bring the warm server up to what runs used."""
        try:
            return self._runs.get(timeout=_IDLE_SECONDS)
        except queue.Empty:
            if self._around.warm is not None:
                used, self._around.modules[:] = list(self._around.modules), []
                self._around.warm.prepare(used)
            return self._runs.get()

    def _serve_reads(self) -> None:
        while (effect := self._reads.get()) is not None:
            try:
                observation = self._read(effect)
            except Exception as error:  # noqa: BLE001 - the other door
                observation = _failed(effect, error)
            self._answer(*([observation] if observation is not None else []))

    def _answer(self, *observations: Observation) -> None:
        """Post first, then be less busy: "idle" must mean that everything was seen."""
        try:
            for observation in observations:
                self._observe(observation)
        finally:
            with self._lock:
                self._owed -= 1

    def _run(self, job: _Job) -> RunReport:
        if job.cancel.is_set():
            return RunReport(ending=_stopped(job.reason, None))
        report = self._run_in_copy(job) if job.request.in_copy else self._here.run(job.request, job.cancel)
        if report.ending.kind == "cancelled":
            ending = _stopped(job.reason, report.ending.exit_code)
            report = report.model_copy(update={"ending": ending})
        return report

    def _run_in_copy(self, job: _Job) -> RunReport:
        if self._trees is None:
            raise ScratchError(
                "a run in a copy is not possible", why="the project has no git", do="run git init"
            )
        request = job.request
        if request.trial:
            return carry_out(request, self._around, job.cancel, self._trees)
        tree = request.tree or self._trees.without(request.without, request.focus)
        with self._trees.materialise(tree) as copy:
            report = as_in_checkout(execute(request, self._around, job.cancel, copy), copy, self._around.root)
        return report.model_copy(update={"tree": tree})

    def _read(self, effect: Effect) -> Observation | None:
        match effect:
            case ReadTest():
                return self._read_test(effect)
            case ReadChanges():
                return self._read_changes(effect)
            case FindRelated():
                return RelatedFound(paths=effect.paths, tests=self._related(effect.paths))
            case Watch():
                return self._watch(on=effect.on)
            case ReadAttempt():
                loaded = self._around.loaded.get(effect.run)
                return read_attempt(effect, self._known_trees(), self._switches, loaded)
            case ReadTouched() | RestoreTree():
                return _with_trees(
                    effect, self._trees if isinstance(effect, ReadTouched) else self._known_trees()
                )
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

    def _related(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        root, newest = self._around.root, self._looking.newest
        if newest is None or self._trees is None:
            return related_tests(root, paths)
        coverage, tree = newest
        changes = self._trees.changes(tree, self._trees.record(), "")
        return concerned(root, paths, coverage, changes)

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


def _with_trees(effect: ReadTouched | RestoreTree, trees: Trees | None) -> Observation:
    if isinstance(effect, ReadTouched):
        return TouchedSeen(touched=trees.touched(effect.places) if trees else ())
    assert trees is not None, "asked for before"
    before, paths = trees.restore(effect.tree)
    return TreePutBack(tree=effect.tree, before=before, why=effect.why, paths=paths)


def _stopped(reason: EndingKind, exit_code: int | None) -> Ending:
    return Ending(kind=reason, sentence=_STOP_SENTENCES[reason], exit_code=exit_code)


def _failed(effect: Effect, error: Exception) -> EffectFailed:
    """Put an error into words. Expected ones say what to do; anything else names itself, so that it can be reported."""
    known = isinstance(error, CoachError | OSError)
    message = str(error) if known else f"a defect of coach: {type(error).__name__}: {error}"
    number = effect.request.number if isinstance(effect, StartRun) else 0
    return EffectFailed(effect=type(effect).__name__, message=message, run=number)
