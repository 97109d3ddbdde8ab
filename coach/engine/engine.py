"""Perform effects on this machine: runs one after the other, reads beside them, watching all the while.

Every effect is answered, but for those that only end others, each of which gives its own answer, and the run that is only expected. Runs wait in one queue and are worked off by one thread; reads have their own thread, so
that a diff can be seen while tests run. What goes wrong becomes ``EffectFailed``: nothing is lost, no thread dies.
"""

import contextlib
import logging
import os
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.core.protocol.effects import (
    Effect,
    ExpectRun,
    FindRelated,
    PutBack,
    ReadAttempt,
    ReadChanges,
    ReadPastPass,
    ReadTest,
    ReadTouched,
    RestoreTree,
    RunSearch,
    StartRun,
    StopRuns,
    StopSearch,
    Watch,
)
from coach.core.protocol.live import LiveView
from coach.core.protocol.observations import (
    Observation,
    RelatedFound,
    RunEnded,
    TouchedSeen,
    unrecorded,
)
from coach.core.runs.confinement import Confine
from coach.core.runs.report import EndingKind, RunReport
from coach.engine.ahead import IDLE_SECONDS
from coach.engine.cluster.clusters import Clusters
from coach.engine.cluster.runs_elsewhere import RunsElsewhere, Seen
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.observer import ObserverContext
from coach.engine.ports import Trees, Watcher
from coach.engine.process.environment import server_environment
from coach.engine.process.output import LiveOutput
from coach.engine.process.probe_install import probe_folder
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.restore.carry_out import restored
from coach.engine.run_queue import Job, failed, stopped
from coach.engine.runners.pytest_start import Spelling
from coach.engine.runs_here import RunsHere
from coach.engine.search.queue import SearchBench
from coach.engine.source.pinned_test import read_pinned
from coach.engine.source.related_tests import concerned, related_tests
from coach.engine.trees.attempts import read_attempt, read_changes
from coach.engine.trees.branch_switch import Switches
from coach.engine.trees.since_past_pass import PastPasses, no_past, read_past_pass
from coach.engine.warm.server import WarmServer
from coach.engine.watch.saves import SaveNotices
from coach.errors import CoachError, ScratchError, SessionError

_DIAGNOSTICS = logging.getLogger("coach")
_JOIN_SECONDS = 10.0
_IDLE_SECONDS = 0.3
"""How long no run must be wanted before the warm server is looked after."""


def _serving(
    runs: Callable[[], None], measurements: Callable[[], None], reads: Callable[[], None]
) -> list[threading.Thread]:
    return [
        threading.Thread(target=runs, name="coach-runs", daemon=True),
        threading.Thread(target=measurements, name="coach-measurements", daemon=True),
        threading.Thread(target=reads, name="coach-reads", daemon=True),
    ]


class LocalEngine:
    """The engine of a session. Implements ``coach.session.dispatcher.Engine``."""

    def __init__(  # noqa: PLR0913 - its collaborators, all by name
        self,
        *,
        root: Path,
        project: str = "",
        interpreter: Interpreter,
        limits: Limits,
        keep: Callable[[str], str],
        trees: Trees | None = None,
        watcher: Watcher | None = None,
        env: Mapping[str, str] | None = None,
        warm: bool = False,
        searches: SearchBench | None = None,
        recall: Callable[[str], str] = lambda _: "",
        redactor: Callable[[str], str] = lambda text: text,
        command: Spelling = "",
        home: Path | None = None,
        no_trees: str = "",
        confine: Confine = "copies",
        past_passes: PastPasses = no_past,
        clusters: Clusters | None = None,
    ) -> None:
        self._searches, self._live = searches or SearchBench(), LiveOutput()
        server = WarmServer(root / project, interpreter.path, self._server_environment) if warm else None
        base = (root, interpreter, limits, keep, self._live, dict(env or os.environ))
        around = RunContext(*base, redactor=redactor, project=project, no_trees=no_trees, confine=confine)
        self._around = replace(around, warm=server, home=home, command=command)
        self._observers = ObserverContext(self._around, recall)
        self._elsewhere, self._past_passes = RunsElsewhere(clusters, trees, self._observers), past_passes
        self._trees, self._saves, self._switches = trees, SaveNotices(watcher), Switches(root)
        self._here = RunsHere(self._observers, trees, self._switches, self._saves)
        self._observe: Callable[[Observation], None] = lambda _: None
        self._settled: Callable[[], None] = lambda: None
        self._lock, self._jobs, self._owed, self._idle_work = threading.Lock(), list[Job](), 0, 0
        self._has_begun, self._is_closed, self._reads = False, False, queue.SimpleQueue[Effect | None]()
        self._runs, self._measurements = queue.SimpleQueue[Job | None](), queue.SimpleQueue[Job | None]()
        self._threads = _serving(self._serve_runs, self._serve_measurements, self._serve_reads)

    @property
    def live(self) -> LiveView:
        return self._live

    @property
    def is_busy(self) -> bool:
        """Whether an answer is owed that somebody waits for. Raises SessionError when a thread that may owe one is gone."""
        with self._lock:
            workers: tuple[threading.Thread | SearchBench, ...] = (*self._threads, self._searches)
            should_work = (self._owed or self._idle_work) and self._has_begun and not self._is_closed
            if should_work and not all(each.is_alive() for each in workers):
                raise SessionError("a thread of coach's engine ended", why="diagnostics.log says more")
            return self._owed > 0

    def start(
        self, observe: Callable[[Observation], None], settled: Callable[[], None] = lambda: None
    ) -> None:
        self._observe, self._settled = observe, settled
        self._saves.observe, self._observers.tell = observe, self._post
        for thread in self._threads:
            thread.start()
        self._searches.start(observe, self._answer)
        self._has_begun = True

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
                if effect.superseded:
                    return
                effect = ExpectRun()
            if isinstance(effect, ExpectRun):
                self._here.ahead.expect(effect.asked)
                return
            if isinstance(effect, StopSearch):
                self._searches.stop()
                return
            is_idle_work = isinstance(effect, StartRun | RunSearch) and effect.is_idle_work
            self._idle_work += is_idle_work
            self._owed += not is_idle_work
            if isinstance(effect, RunSearch):
                self._searches.begin(effect)
            elif isinstance(effect, StartRun):
                job = Job(effect)
                self._jobs.append(job)
                if job.is_elsewhere:
                    self._elsewhere.begin(partial(self._carry_out, job))
                else:
                    (self._measurements if job.runs_beside else self._runs).put(job)
            else:
                self._reads.put(effect)

    def close(self) -> None:
        """Stop watching, end every run, and return when no thread and no process is left."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = self._saves.is_closed = True
            self._cancel("interrupted")
        self._runs.put(None)
        self._measurements.put(None)
        self._reads.put(None)
        self._searches.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_JOIN_SECONDS)
        if self._around.warm is not None:
            self._around.warm.close()
        self._elsewhere.close(_JOIN_SECONDS)
        self._saves.close()

    def _cancel(self, reason: EndingKind) -> None:
        """Mark every run that is under way or waits; the worker answers each one. Called with the lock held."""
        for job in self._jobs:
            job.end(reason)

    def _serve_runs(self) -> None:
        while (job := self._next_job()) is not None:
            if job.asked.is_idle_work:
                self._prepare_warm()  # an investigation leaves no idle moment, and the next save is to find it ready
            self._carry_out(job)
        self._here.ahead.drop()

    def _serve_measurements(self) -> None:
        """Measure in copies beside the runs: one that is superseded may still lay its copy out, and no run waits for that."""
        while (job := self._measurements.get()) is not None:
            self._carry_out(job)

    def _carry_out(self, job: Job) -> None:
        seen: list[Observation] = []
        try:
            with job.within_its_time():
                report, shown = self._run(job)
            seen += [RunEnded(number=job.asked.request.number, report=report), *shown]
        except Exception as error:  # noqa: BLE001 - the thread's last defence: a defect must not lose the run
            seen.append(failed(job.asked, error))
        with self._lock:
            self._jobs.remove(job)
        self._answer(*seen, is_idle_work=job.asked.is_idle_work)

    def _next_job(self) -> Job | None:
        """Wait for a run; when none is wanted for a moment, bring the warm server up to what runs used."""
        for seconds, at_rest in ((_IDLE_SECONDS, self._prepare_warm), (IDLE_SECONDS, self._here.ahead.drop)):
            with contextlib.suppress(queue.Empty):
                return self._runs.get(timeout=seconds)
            at_rest()
        return self._runs.get()

    def _prepare_warm(self) -> None:
        # Only runs on save are warm: a command that runs once, or an assistant that runs by itself, would start it for nothing.
        if self._around.warm is None or not self._saves.is_watching:
            return
        try:
            self._around.warm.prepare()
        except Exception:  # noqa: BLE001 - without it runs are cold, which they say; this thread must go on
            _DIAGNOSTICS.exception("the warm server could not be prepared")

    def _serve_reads(self) -> None:
        while (effect := self._reads.get()) is not None:
            try:
                observation = self._read(effect)
            except Exception as error:  # noqa: BLE001 - the same for what is read beside runs
                observation = failed(effect, error)
            self._answer(*([observation] if observation is not None else []))

    def _answer(self, *observations: Observation, is_idle_work: bool = False) -> None:
        """Post the observations, then owe one answer less, and say so: "idle" must mean that everything was seen."""
        for observation in observations:
            self._post(observation)
        with self._lock:
            self._idle_work -= is_idle_work
            self._owed -= not is_idle_work
        self._settled()

    def _post(self, observation: Observation) -> None:
        """Hand an observation over; when that fails its run or effect is over all the same, and the thread goes on."""
        try:
            self._observe(observation)
        except Exception as error:  # noqa: BLE001 - the thread that answers must outlive a listener that raises
            _DIAGNOSTICS.exception("could not post %s", type(observation).__name__)
            with contextlib.suppress(Exception):
                self._observe(unrecorded(observation, f"a defect of coach: {type(error).__name__}: {error}"))

    def _run(self, job: Job) -> tuple[RunReport, Seen]:
        """Return the report of a run, and what it showed besides."""
        asked, observer = job.asked, None
        shown: Seen | None = None
        if job.cancel.is_set():
            report = RunReport(ending=stopped(job.reason, None))
        elif job.is_elsewhere:
            report, shown = self._elsewhere.run(asked, job.cancel)
        else:
            report, observer = self._here.run(job)
        if report.ending.kind == "cancelled":
            update = {"ending": stopped(job.reason, report.ending.exit_code)}
            report = report.model_copy(update=update)
        if shown is None:
            observer = observer or observer_of(asked, self._observers)
            shown = tuple(observer.seen(asked.request, report))
        return report, shown

    def _read(self, effect: Effect) -> Observation | None:  # noqa: PLR0911 - one for each kind
        match effect:
            case ReadTest():
                return read_pinned(self._around.root, effect)
            case ReadChanges():
                return read_changes(effect, self._known_trees(), self._around.loaded.get(effect.loaded_in))
            case FindRelated():
                return RelatedFound(paths=effect.paths, tests=self._related(effect.paths))
            case Watch():
                return self._saves.switch(on=effect.on)
            case ReadAttempt():
                loaded = self._around.loaded.get(effect.run)
                return read_attempt(effect, self._known_trees(), self._switches, loaded)
            case ReadTouched():
                return TouchedSeen(touched=self._trees.touched(effect.places) if self._trees else ())
            case ReadPastPass():
                return read_past_pass(effect, self._trees, self._past_passes)
            case RestoreTree() | PutBack():
                return restored(effect, self._known_trees())
            case _:
                raise AssertionError(effect)

    def _related(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        root, known = self._around.root, self._observers
        if known.coverage is None or not known.tree or self._trees is None:
            return related_tests(root, paths)
        changes = self._trees.changes(known.tree, self._trees.record(), "")
        return concerned(root, paths, known.coverage, changes)

    def _known_trees(self) -> Trees:
        if self._trees is None:
            why = self._around.no_trees or "the project has no git; run git init and commit once"
            raise ScratchError("changes cannot be read", why=why)
        return self._trees
