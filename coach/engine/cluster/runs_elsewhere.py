"""The runs of a session that a cluster carries out: each is waited for by a thread of its own, none waits for another."""

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import Observation
from coach.core.runs.instrument import Mutate
from coach.core.runs.report import RunReport
from coach.engine.cluster.clusters import Clusters
from coach.engine.copies.changed_code import copied_from
from coach.engine.instrument.observer import ObserverContext
from coach.engine.ports import Trees
from coach.errors import CoachError

if TYPE_CHECKING:
    from coach.engine.cluster.cluster import Cluster

Seen = tuple[Observation, ...]
"""What was seen of a run besides its report."""


class RunsElsewhere:
    """Carries out the runs of a session that name a cluster."""

    def __init__(self, clusters: Clusters | None, trees: Trees | None, observers: ObserverContext) -> None:
        self._clusters, self._trees, self._observers = clusters, trees, observers
        if clusters is not None:
            clusters.tell = observers.runs.live.at_work
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()

    def begin(self, carry_out: Callable[[], None]) -> None:
        """Have something done by a thread of its own."""

        def done() -> None:
            try:
                carry_out()
            finally:
                with self._lock:
                    self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=done, name="coach-elsewhere", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def run(self, asked: StartRun, cancel: threading.Event) -> tuple[RunReport, Seen | None]:
        """Have a run carried out where it says; see ``run_elsewhere``. Raises CoachError."""
        from coach.engine.cluster.run_elsewhere import run_elsewhere  # only where a cluster is used

        runs, instrument = self._observers.runs, asked.request.instrument
        trees = copied_from(asked.request, self._trees)
        known = self._observers.known_coverage(asked.coverage) if isinstance(instrument, Mutate) else None
        with self._at(asked.request.on, cancel) as cluster:
            return run_elsewhere(
                asked,
                cluster,
                trees=trees,
                coverage=known,
                cancel=cancel,
                tell=self._observers.tell,
                keep=lambda text: runs.keep(runs.redactor(text)),
            )

    def close(self, seconds: float) -> None:
        """Wait for the threads, whose runs were ended, and leave the clusters."""
        with self._lock:
            threads = tuple(self._threads)
        for each in threads:
            each.join(seconds)
        if self._clusters is not None:
            self._clusters.close()

    def _at(self, address: str, stop: threading.Event) -> "contextlib.AbstractContextManager[Cluster]":
        if self._clusters is None:
            raise CoachError(f"no cluster can be reached at {address} from here")
        return self._clusters.on(address, stop)
