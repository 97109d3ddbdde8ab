"""Watches the scheduler of a cluster and its workers: who joined, who is gone, who stands still, and whose work that was."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from coach.core.protocol.live import AtWork
from coach.engine.cluster import workers
from coach.engine.cluster.asked import Asked
from coach.engine.cluster.workers import Workers

GONE_SECONDS = 20.0
"""How long is waited for a scheduler, or a first worker, that is gone."""
_LOOK = 0.5


class Watched(Protocol):
    """What is watched, and what becomes of its work."""

    address: str

    @property
    def asked(self) -> tuple[Asked, ...]: ...
    @property
    def at_work(self) -> tuple[AtWork, ...]: ...
    def joined(self, new: frozenset[str]) -> None: ...
    def again(self, asked: Asked, why: str) -> None: ...
    def loses(self, worker: tuple[str, str]) -> None: ...
    def end(self, why: str) -> None: ...


class SchedulerWatch:
    """A thread that looks twice a second, until it is closed."""

    def __init__(self, cluster: Watched, there: Workers, tell: Callable[[tuple[AtWork, ...]], None]) -> None:
        self._cluster, self._workers, self._tell = cluster, there, tell
        self._gone_since = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="coach-cluster", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more; returns when the thread is gone."""
        self._over.set()
        self._thread.join()
        self._tell(())

    def _watch(self) -> None:
        while not self._over.wait(_LOOK):
            self._tell(self._cluster.at_work)
            try:
                self._cluster.joined(self._workers.look())
            except Exception:  # noqa: BLE001 - whatever the client says, the scheduler did not answer
                self._away(f"the scheduler at {self._cluster.address} is gone")
                continue
            if self._workers.usable():
                self._gone_since = 0.0
            else:
                self._away(self._workers.why_none or f"no worker is left at {self._cluster.address}")
            self._look_at_work()

    def _away(self, why: str) -> None:
        """Wait for it to come back, not for ever."""
        now = time.monotonic()
        self._gone_since = self._gone_since or now
        if now - self._gone_since > GONE_SECONDS:
            self._cluster.end(why)

    def _look_at_work(self) -> None:
        """Find work whose worker or scheduler is gone, or whose worker stands still."""
        newly = self._workers.quieten()
        given, there = self._given_to(newly), self._workers.there
        for asked in self._cluster.asked:
            worker, status = asked.worker, getattr(asked.task, "status", "")
            if status in {"cancelled", "lost"}:
                if self._workers.usable():
                    self._cluster.again(asked, "the scheduler was lost while it ran this")
            elif worker[1] and worker[1] not in there:
                self._cluster.loses(worker)
                if not asked.may_be_sent_again():
                    self._cluster.again(asked, "it was lost while it ran this")
            elif worker[1] in self._workers.silent:
                self._cluster.loses(worker)
                self._cluster.again(asked, f"it said nothing for {workers.FROZEN_SECONDS:g} s")
            elif asked.task is not None and asked.task.key in given:
                self._cluster.again(asked, "the worker that it was given to says nothing")
            elif self._workers.usable() and not any(each in there for each in asked.where):
                self._cluster.again(asked, "the workers that it was given to are gone")

    def _given_to(self, addresses: frozenset[str]) -> frozenset[str]:
        """Return the tasks that the scheduler has given to workers, begun or not."""
        given = self._workers.client.processing(list(addresses)) if addresses else {}
        return frozenset(str(key) for keys in given.values() for key in keys)
