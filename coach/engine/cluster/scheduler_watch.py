"""Looks at a cluster again and again: a scheduler that is gone or came back, work whose worker is gone or stands still."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from coach.core.protocol.live import AtWork
from coach.engine.cluster.asked import Asked
from coach.engine.cluster.workers import FROZEN_SECONDS, GONE_SECONDS, Workers

_LOOK = 0.5


class Watched(Protocol):
    """What is looked at: a cluster with the work that waits for an answer."""

    address: str
    ended: str
    lock: threading.RLock
    workers: Workers
    asked: dict[str, Asked]

    @property
    def at_work(self) -> tuple[AtWork, ...]: ...

    def begin(self) -> None: ...

    def again(self, asked: Asked, why: str) -> None: ...

    def loses(self, worker: tuple[str, str]) -> None: ...

    def end(self, why: str) -> None: ...


class SchedulerWatch:
    """The thread that looks, twice a second, until it is closed."""

    def __init__(self, cluster: Watched, client: Any, tell: Callable[[tuple[AtWork, ...]], None]) -> None:
        self._cluster, self._client, self._tell = cluster, client, tell
        self._gone_since = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="coach-cluster", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK):
            self._tell(self._cluster.at_work)
            try:
                self._cluster.workers.look()
                self._cluster.workers.ask()
            except Exception:  # noqa: BLE001 - whatever the client says, the scheduler did not answer
                self._away(f"the scheduler at {self._cluster.address} is gone")
                continue
            was_gone = bool(self._gone_since)
            is_there = bool(self._cluster.workers.usable)
            if is_there:
                self._gone_since = 0.0
            else:
                self._away(
                    self._cluster.workers.all_refused or f"no worker is left at {self._cluster.address}"
                )
            self._look_at_work(came_back=was_gone and is_there)

    def _away(self, why: str) -> None:
        """Wait for it to come back, not for ever."""
        now = time.monotonic()
        self._gone_since = self._gone_since or now
        if now - self._gone_since > GONE_SECONDS and not self._cluster.ended:
            with self._cluster.lock:
                self._cluster.end(why)

    def _look_at_work(self, *, came_back: bool) -> None:
        """Find work whose worker or scheduler is gone, or whose worker stands still."""
        if came_back:
            with self._cluster.lock, contextlib.suppress(Exception):
                self._cluster.begin()
        given = self._given_to(self._cluster.workers.newly_silent())
        silent, present = self._cluster.workers.silent, self._cluster.workers.present
        for asked in tuple(self._cluster.asked.values()):
            worker, status = asked.worker, getattr(asked.task, "status", "")
            if status in {"cancelled", "lost"}:
                self._cluster.again(asked, "the scheduler was lost while it ran this")
            elif worker[1] and worker[1] not in present:
                self._cluster.loses(worker)
                if not asked.may_be_sent_again():
                    self._cluster.again(asked, "it was lost while it ran this")
            elif worker[1] in silent:
                self._cluster.loses(worker)
                self._cluster.again(asked, f"it said nothing for {FROZEN_SECONDS:g} s")
            elif asked.task is not None and asked.task.key in given:
                self._cluster.again(asked, "the worker that it was given to says nothing")
            elif asked.where and not any(each in present for each in asked.where):
                self._cluster.again(asked, "the workers that it was given to are gone")

    def _given_to(self, workers: set[str]) -> frozenset[str]:
        """Return the tasks that the scheduler has given to workers, begun or not."""
        given = self._client.processing(list(workers)) if workers else {}
        return frozenset(str(key) for keys in given.values() for key in keys)
