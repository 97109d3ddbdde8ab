"""Runs of trees that nobody wrote: each cold, in a confined copy of its own, here or on the workers of a cluster."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.localize.call_trace import CallsRequest, CallTrace
from coach.core.localize.spectrum import Coverage, Spectrum
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import CallsSeen, Observation, SpectrumSeen
from coach.core.runs.instrument import Instrument, Trace
from coach.core.runs.report import RunReport
from coach.core.runs.run import Purpose, RunRequest
from coach.core.runs.target import Target
from coach.engine.copies.changed_code import run_laid_out
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.observer import ObserverContext
from coach.engine.instrument.trace_lines import LineTracer
from coach.engine.search.candidate import SearchContext, runs_of
from coach.engine.trees.checkout import file_clock
from coach.engine.trees.tree_store import TreeStore

if TYPE_CHECKING:
    from coach.engine.cluster.cluster import Cluster

_SLACK, _TIMES = 15.0, 4.0
"""A run with a bug may take so many times what the suite took, and so many seconds more, before it counts as hanging."""


class Stopped(Exception):
    """Nobody wants the answer any more."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run showed."""

    report: RunReport
    seen: tuple[Observation, ...] = ()
    coverage: Coverage | None = None
    """Of a traced run that was carried out here."""

    @property
    def spectrum(self) -> Spectrum | None:
        return next((each.spectrum for each in self.seen if isinstance(each, SpectrumSeen)), None)

    @property
    def calls(self) -> CallTrace | None:
        return next(
            (trace for each in self.seen if isinstance(each, CallsSeen) for trace in each.traces), None
        )


@dataclass(frozen=True, slots=True)
class TreeRuns:
    """Carries out runs of trees. Any thread may; ``Stopped`` is raised once ``stop`` is set."""

    trees: TreeStore
    context: SearchContext
    tests: tuple[str, ...] = ()
    """What pytest is given for the whole suite; empty: what it takes by itself."""
    stop: threading.Event = field(default_factory=threading.Event)
    cluster: "Cluster | None" = None

    @property
    def is_over(self) -> bool:
        """Whether no run can be carried out any more: the cluster is gone."""
        return self.cluster is not None and bool(self.cluster.ended)

    def for_bugs(self, seconds: float, cluster: "Cluster | None") -> "TreeRuns":
        """Return the same for trees with bugs, which may hang; ``seconds``: what the suite takes without one."""
        return replace(self.within(_SLACK + _TIMES * seconds), cluster=cluster)

    def within(self, seconds: float) -> "TreeRuns":
        """Return the same with another limit for each run; runs on a cluster keep the one it was opened with."""
        limits = replace(self.context.limits, wall=seconds, silence=seconds)
        return replace(self, context=replace(self.context, limits=limits))

    def carried_out(self, request: RunRequest) -> RunReport:
        """Carry out a run on the tree that a request names. Raises CoachError, OSError, Stopped."""
        return self._run(request).report

    def suite(self, tree: str, number: int = 1) -> RunReport:
        """Run the whole suite on a tree. Each ``number`` has a hash seed of its own. Raises CoachError, OSError, Stopped."""
        return self._run(self._request(tree, "suite", self.tests, number)).report

    def only(self, tree: str, tests: tuple[str, ...]) -> RunReport:
        """Run some tests on a tree. Raises CoachError, OSError, Stopped."""
        return self._run(self._request(tree, "experiment", tests)).report

    def traced(self, tree: str, test: TestId = NO_TEST) -> Ran:
        """Record which lines each test runs: of the file of one test, without one of the whole suite, here then.

        Raises CoachError, OSError, Stopped.
        """
        words = (test.file,) if test else self.tests
        instrument = Trace(scope="file" if test else "suite")
        asked = self._request(tree, "trace", words, instrument=instrument, focus=test)
        return self._run(asked) if test else self._run_here(asked)

    def calls(self, tree: str, test: TestId) -> CallTrace | None:
        """Record who calls whom in one test. Raises CoachError, OSError, Stopped."""
        asked = self._request(tree, "calls", (test,), instrument=CallsRequest(), focus=test)
        return self._run(asked).calls

    def _request(  # noqa: PLR0913 - a run
        self,
        tree: str,
        purpose: Purpose,
        words: tuple[str, ...],
        number: int = 1,
        *,
        instrument: Instrument | None = None,
        focus: TestId = NO_TEST,
    ) -> RunRequest:
        text = "\0".join((tree, purpose, *words, str(number)))
        return RunRequest(
            number=number,
            purpose=purpose,
            target=Target(words=words),
            hash_seed=int(hashlib.sha256(text.encode()).hexdigest()[:8], 16),
            tree=tree,
            is_mixed=True,  # the right tree is held as the wrong ones are: else the fence would tell them apart
            instrument=instrument,
            focus=focus,
        )

    def _run(self, request: RunRequest) -> Ran:
        return self._run_here(request) if self.cluster is None else self._run_there(request, self.cluster)

    def _run_here(self, request: RunRequest) -> Ran:
        if self.stop.is_set():
            raise Stopped
        asked, runs = StartRun(request=request), runs_of(self.context)
        observer = observer_of(asked, ObserverContext(runs))
        recorded = file_clock()
        with self.trees.materialise(request.tree) as copy:
            report = run_laid_out(request, runs, self.stop, copy, observer, recorded)
        if self.stop.is_set():
            raise Stopped
        report = self.context.redactor.report(report.model_copy(update={"tree": request.tree}))
        coverage = observer.coverage if isinstance(observer, LineTracer) else None
        # Without a test there is no spectrum: the lines alone were asked for.
        seen = tuple(observer.seen(request, report)) if request.focus else ()
        return Ran(report, seen, coverage)

    def _run_there(self, request: RunRequest, cluster: "Cluster") -> Ran:
        from coach.engine.cluster.run_elsewhere import awaited  # only where a cluster is used
        from coach.engine.cluster.work_elsewhere import ran_elsewhere

        ran = awaited(ran_elsewhere(cluster, StartRun(request=request), request.tree), self.stop)
        if ran is None:
            raise Stopped
        return Ran(self.context.redactor.report(ran.report), ran.seen)


@contextlib.contextmanager
def stopped_at_end(stop: threading.Event) -> Iterator[None]:
    """Set ``stop`` when this is left: runs of other threads end."""
    try:
        yield
    finally:
        stop.set()
