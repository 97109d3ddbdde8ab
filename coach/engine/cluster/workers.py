"""The workers of a cluster as one search sees them: who is there, who says nothing, who is refused for what it is."""

import functools
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from coach.core.cluster.worker_facts import Differences, WorkerFacts, differences
from coach.engine.cluster.work import RESOURCE, Ground
from coach.engine.cluster.worker_facts_here import facts_there

FROZEN_SECONDS = 15.0
"""How long a worker may say nothing while it has work: a healthy one tells the scheduler of itself twice a second."""
GONE_SECONDS = 20.0
"""How long is waited for a scheduler, or a first worker, that is gone."""
ASK_SECONDS = 10.0
"""How long a search waits for what its workers are before it begins; those that answer later take part then."""


class Workers:
    """Looks at the workers of a scheduler, and asks each once what it is. The lock is that of whoever uses them."""

    def __init__(self, client: Any, ground: Ground, here: WorkerFacts | None, lock: threading.RLock) -> None:
        self._client, self._ground, self._here, self._lock = client, ground, here, lock
        self.present: dict[str, dict[str, Any]] = {}
        """Address → what the scheduler knows of a worker."""
        self.silent: set[str] = set()
        self.facts: dict[str, WorkerFacts] = {}
        self.compared: dict[str, Differences] = {}
        self._asked: dict[str, Any] = {}
        self._waiting: dict[str, list[Callable[[], None]]] = {}
        self._heard: dict[str, tuple[float, float]] = {}
        self._answered = threading.Event()

    @property
    def refused(self) -> dict[str, str]:
        """Addresses of those that are there and get no work, with the reason."""
        return {
            where: "; ".join(self.compared[where].refused)
            for where in self.present
            if where in self.compared and self.compared[where].refused
        }

    @property
    def usable(self) -> tuple[str, ...]:
        """Addresses of those that may get work; those that did not say yet what they are among them."""
        refused = self.refused
        return tuple(each for each in self.present if each not in refused)

    @property
    def shares_hosts(self) -> bool:
        """Whether two of them are on one machine."""
        hosts = [str(self.present[each].get("host", "")) for each in self.usable]
        return len(set(hosts)) < len(hosts)

    @property
    def all_refused(self) -> str:
        """Why none that is there gets work; empty: one does, or none is there."""
        refused = self.refused
        if not refused or self.usable:
            return ""
        said = sorted({f"{self.name_of(where)}: {why}" for where, why in refused.items()})
        more = f" (and {len(said) - 3} more)" if len(said) > 3 else ""
        return f"no worker can come to this project's verdicts: {' · '.join(said[:3])}{more}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of them: who is refused, and what else is unlike this machine; the same words once."""
        said: dict[str, list[str]] = {}
        for where, found in self.compared.items():
            if where not in self.present:
                continue
            words = f"refused, {'; '.join(found.refused)}" if found.refused else "; ".join(found.named)
            if words:
                said.setdefault(words, []).append(self.name_of(where))
        return tuple(f"{_names(names)}: {words}" for words, names in said.items())

    def name_of(self, where: str) -> str:
        return str(self.present.get(where, {}).get("name", where))

    def is_awaited(self, where: str) -> bool:
        """Whether a worker did not say yet what it is, and may still do so."""
        return self._here is not None and where in self.present and where not in self.compared

    def when_known(self, where: str, call: Callable[[], None]) -> None:
        """Call when a worker has said what it is, or is gone."""
        with self._lock:
            if self.is_awaited(where):
                self._waiting.setdefault(where, []).append(call)
                return
        call()

    def look(self) -> None:
        """Ask the scheduler who is there. Raises whatever the client raises for a scheduler that is gone."""
        if self._client.status != "running":
            raise OSError(self._client.status)
        found = self._client.sync(
            self._client.scheduler.identity, n_workers=-1, callback_timeout=GONE_SECONDS
        )
        workers = {
            str(where): dict(seen)
            for where, seen in found["workers"].items()
            if RESOURCE in (seen.get("resources") or {})
        }
        now = time.monotonic()
        with self._lock:
            gone = [each for each in self._waiting if each not in workers]
            for where in self.present.keys() - workers.keys():
                self._forget(where)
            self.present = workers
            for where, seen in workers.items():
                said = float(seen.get("last_seen", 0.0))
                if self._heard.get(where, (None, 0.0))[0] != said:
                    self._heard[where] = (said, now)
        for where in gone:
            self._release(where)

    def newly_silent(self) -> set[str]:
        """Look who says nothing; returns those who did at the last look."""
        now = time.monotonic()
        silent = {where for where in self.present if now - self._heard[where][1] > FROZEN_SECONDS}
        newly, self.silent = silent - self.silent, silent
        return newly

    def ask(self) -> None:
        """Have every newcomer say what it is: a task of its own each, so one that stands still holds up nobody else."""
        if self._here is None:
            return
        for where in tuple(self.present):
            task = self._asked.get(where)
            if where in self.compared or (task is not None and task.status not in {"cancelled", "lost"}):
                continue
            self._asked[where] = task = self._client.submit(
                facts_there,
                self._ground,
                key=f"coach-facts-{uuid.uuid4().hex}",
                pure=False,
                workers=[where],
                resources={RESOURCE: 1},
            )
            task.add_done_callback(functools.partial(self._said, where))

    def wait(self, seconds: float = ASK_SECONDS) -> None:
        """Wait until all have said what they are, not for ever."""
        until = time.monotonic() + seconds
        while any(self.is_awaited(each) for each in self.present):
            self._answered.clear()
            if not any(self.is_awaited(each) for each in self.present):
                return
            if (left := until - time.monotonic()) <= 0:
                return
            self._answered.wait(left)

    def close(self) -> None:
        self._asked.clear()

    def _said(self, where: str, task: Any) -> None:
        """A worker has said what it is, or could not. Called by a thread of the client's."""
        if task.status not in {
            "finished",
            "error",
        }:  # the scheduler is gone, or the worker: it is asked again
            return
        try:
            facts = WorkerFacts.model_validate(task.result(timeout=GONE_SECONDS))
            found = differences(facts, self._here) if self._here else Differences()
        except Exception as error:  # noqa: BLE001 - another coach there may raise whatever it likes
            facts = WorkerFacts(name=self.name_of(where))
            why = str(error).strip() or type(error).__name__
            found = Differences((f"it does not say what it is: {why}",))
        with self._lock:
            if self._asked.get(where) is not task and where in self.compared:
                return
            self.facts[where], self.compared[where] = facts, found
        self._answered.set()
        self._release(where)

    def _forget(self, where: str) -> None:
        """One that comes back by the same address may be another: it is asked anew. The lock is held."""
        for each in (self.facts, self.compared, self._asked, self._heard):
            each.pop(where, None)

    def _release(self, where: str) -> None:
        with self._lock:
            calls = self._waiting.pop(where, [])
        for call in calls:
            call()


def _names(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:3])
    more = len(names) - 3
    return f"worker{'s' if len(names) > 1 else ''} {shown}" + (f" and {more} more" if more > 0 else "")
