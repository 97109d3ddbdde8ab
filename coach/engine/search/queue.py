"""Searches of a session: one after the other on a thread of their own, told about as they go, ended on request.

The executor is made here unless one is handed in: then probes run wherever it takes them.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from coach.core.protocol.effects import RunSearch
from coach.core.protocol.observations import Observation, SearchAdvanced, SearchOver
from coach.core.search.request import SearchRequest, SearchResult, Tried
from coach.engine.cluster.clusters import Clusters
from coach.engine.confine.landlock import available
from coach.engine.instrument.observer import IDLE_NICENESS
from coach.engine.search.candidate import SearchContext
from coach.engine.search.driver import Disturbed, SearchDriver, Stopped, known_from
from coach.engine.search.forked import forking
from coach.engine.search.kinds.commits import search_commits
from coach.engine.search.kinds.edits import search_edits
from coach.engine.search.kinds.fix import search_fix
from coach.engine.search.kinds.flake import search_flake
from coach.engine.search.kinds.input import search_input
from coach.engine.search.kinds.order import search_order
from coach.engine.search.kinds.task import Task, ended
from coach.engine.trees.compose import composing
from coach.engine.trees.tree_store import TreeStore
from coach.errors import CoachError, ScratchError

if TYPE_CHECKING:
    from coach.engine.cluster.cluster import Cluster

TELL_EVERY = 1.0
"""Seconds between two words about a search: what was tried since goes into one event."""
MAX_NOTES = 20
_JOIN_SECONDS = 10.0

SEARCHES: dict[str, Callable[[Task], SearchResult]] = {
    "edits": search_edits,
    "commits": search_commits,
    "fix": search_fix,
    "order": search_order,
    "flake": search_flake,
    "input": search_input,
}
"""Kind of search → what carries it out; the kinds are rows of ``SEARCH_KINDS`` in the core."""


class Answer(Protocol):
    """Takes the last word of an effect."""

    def __call__(self, seen: Observation, /, *, is_idle_work: bool) -> None: ...


def _nobody(_seen: Observation, /, *, is_idle_work: bool) -> None:
    del is_idle_work


@contextlib.contextmanager
def _ended_after(seconds: float, stop: threading.Event) -> Iterator[None]:
    """Set ``stop`` after so many seconds; 0: never."""
    timer = threading.Timer(seconds, stop.set)
    timer.daemon = True
    if seconds:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


@dataclass(slots=True)
class _Progress:
    """Passes on what was tried, not more often than a reader can follow."""

    number: int
    observe: Callable[[Observation], None]
    waiting: list[Tried] = field(default_factory=list)
    doing: str = ""
    noted: list[str] = field(default_factory=list)
    told: float = field(default_factory=time.monotonic)

    def tried(self, tried: Tried) -> None:
        self.waiting.append(tried)
        if time.monotonic() - self.told >= TELL_EVERY:
            self.tell()

    def does(self, doing: str) -> None:
        self.doing = doing

    def note(self, said: str) -> None:
        """Say what is to be known of the search, at once and once."""
        if said not in self.noted and len(self.noted) < MAX_NOTES:
            self.noted.append(said)
            self.tell(said)

    def tell(self, *notes: str) -> None:
        self.told = time.monotonic()
        if self.waiting or notes:
            tried = tuple(self.waiting)
            self.observe(SearchAdvanced(number=self.number, tried=tried, doing=self.doing, notes=notes))
            self.waiting = []


class SearchBench:
    """Carries out ``RunSearch``; every one is answered by exactly one ``SearchOver``."""

    def __init__(
        self,
        trees: TreeStore | None = None,
        context: SearchContext | None = None,
        executor: Executor | None = None,
        clusters: Clusters | None = None,
    ) -> None:
        self._trees, self._ground, self._executor, self._clusters = trees, context, executor, clusters
        self._lock = threading.Lock()
        self._stops: dict[int, threading.Event] = {}
        self._queue: queue.SimpleQueue[tuple[RunSearch, threading.Event] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="coach-searches", daemon=True)
        self._observe: Callable[[Observation], None] = lambda _: None
        self._answer: Answer = _nobody

    def start(self, observe: Callable[[Observation], None], answer: Answer) -> None:
        """Learn where words about a search go, and where its last one goes."""
        self._observe, self._answer = observe, answer
        self._thread.start()

    def is_alive(self) -> bool:
        """Whether searches that are begun are carried out."""
        return self._thread.is_alive()

    def begin(self, effect: RunSearch) -> None:
        stop = threading.Event()
        with self._lock:
            self._stops[id(effect)] = stop
        self._queue.put((effect, stop))

    def stop(self) -> None:
        """End the search under way and those that wait; each answers."""
        with self._lock:
            for each in self._stops.values():
                each.set()

    def close(self) -> None:
        self.stop()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(_JOIN_SECONDS)

    def _serve(self) -> None:
        while (item := self._queue.get()) is not None:
            effect, stop = item
            number = effect.request.number
            try:
                with _ended_after(effect.within, stop):
                    niceness = IDLE_NICENESS if effect.is_idle_work else 0
                    result = self.search(effect.request, effect.known, stop, self._observe, niceness)
            except Exception as error:  # noqa: BLE001 - the thread's last defence: a defect must not lose the answer
                known = isinstance(error, CoachError | OSError)
                said = str(error) if known else f"a defect of coach: {type(error).__name__}: {error}"
                result = ended("failed", said)
            with self._lock:
                self._stops.pop(id(effect), None)
            self._answer(SearchOver(number=number, result=result), is_idle_work=effect.is_idle_work)

    def search(
        self,
        request: SearchRequest,
        known: tuple[Tried, ...],
        stop: threading.Event,
        observe: Callable[[Observation], None],
        niceness: int = 0,
    ) -> SearchResult:
        """Carry a search out, here and now. Raises CoachError when it cannot be."""
        progress, began = _Progress(request.number, observe), time.monotonic()
        trees, context = self._means(niceness, is_here=self._executor is None and not request.on)
        with (
            self._cluster(request.on, stop) as cluster,
            self._workers(request.width) as executor,
            composing(trees) as composer,
        ):
            if cluster is not None:
                request = _on_workers(request, cluster, progress)
            known_ = known_from(known)
            driver = SearchDriver(
                context, executor, known_, progress.tried, progress.does, stop, request.most, progress.note
            )
            driver.cluster, driver.unrecorded = cluster, trees.unrecorded()
            task = Task(request, driver, trees, composer, trees.record())
            for each in trees.outlook(task.now, driver.unrecorded, is_confined=_is_confined(context)):
                progress.note(each)
            with forking(context, trees.scratch, driver.name) as driver.forking:
                result, disturbed = _carried_out(task)
        progress.tell()
        seen = {
            "probes": driver.probes,
            "known": driver.from_log,
            "again": driver.again,
            "disturbed": disturbed,
            "notes": tuple(progress.noted),
            "seconds": round(time.monotonic() - began, 3),
        }
        return result.model_copy(update=seen)

    def _means(self, niceness: int, *, is_here: bool) -> tuple[TreeStore, SearchContext]:
        """Return what searches need. Raises ScratchError where the project has no trees."""
        trees, context = self._trees, self._ground
        if trees is None or context is None:
            what = "a search needs disposable copies"
            raise ScratchError(what, why="the project has no git", do="run git init and commit once")
        # Elsewhere there is no server to fork from.
        return trees, replace(context, niceness=niceness, warm=context.warm and is_here)

    def _cluster(self, on: str, stop: threading.Event) -> "contextlib.AbstractContextManager[Cluster | None]":
        if not on:
            return contextlib.nullcontext()
        if self._clusters is None:
            raise CoachError(f"no cluster can be reached at {on} from here")
        return self._clusters.on(on, stop)

    @contextlib.contextmanager
    def _workers(self, width: int) -> Iterator[Executor]:
        if self._executor is not None:
            yield self._executor
            return
        with ThreadPoolExecutor(max(width, 1), thread_name_prefix="coach-probe") as own:
            yield own


def _is_confined(context: SearchContext) -> bool:
    return context.confine != "off" and available().is_there


def _on_workers(request: SearchRequest, cluster: "Cluster", progress: _Progress) -> SearchRequest:
    """Return the request for as many probes at a time as there are workers; says what is to be known of them."""
    for each in cluster.notes:
        progress.note(each)
    width = min(request.width, cluster.width) if request.width else cluster.width
    return request.model_copy(update={"width": width})


def _carried_out(task: Task) -> tuple[SearchResult, bool]:
    """Search; once more, one probe at a time, when probes disturbed each other. Returns whether they did."""
    search = SEARCHES[task.request.kind]
    disturbed = False
    try:
        try:
            return search(task), disturbed
        except Disturbed:
            disturbed = True
            return search(replace(task, request=task.request.model_copy(update={"width": 1}))), disturbed
    except Stopped as end:
        return ended("stopped", end.why), disturbed
