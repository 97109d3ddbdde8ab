"""Who is there to carry work out: workers that were looked at and fit, those that are refused, those that say nothing."""

import contextlib
import functools
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from coach.core.base.formatting import count
from coach.core.cluster.worker_facts import WorkerFacts, differences
from coach.engine.cluster.answering import first_to_answer
from coach.engine.cluster.on_worker import receive
from coach.engine.cluster.shipment import Shipment
from coach.engine.cluster.work import RESOURCE

FROZEN_SECONDS = 15.0
"""How long a worker may say nothing: a healthy one of a small cluster tells the scheduler of itself twice a second, of a
thousand every six seconds."""
IDENTITY_SECONDS = 20.0
"""How long a scheduler may take to say who is there."""
FIRST_SECONDS = 60.0
"""How long is waited for a first worker that can be used: a cluster that grows on demand starts one now."""
SETTLE_SECONDS = 5.0
"""How long the others may take to say what they are before the search begins without them; they join it later."""
MAX_NOTES = 6
_ASKED = 4
"""Workers that are known to work, of which one may hold the packs for new ones."""


@dataclass(slots=True)
class Workers:
    """The workers of a cluster by address."""

    client: Any
    here: WorkerFacts
    """What the machine that asks is: workers are compared with it."""
    there: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Everybody that can carry work out, as the scheduler describes them."""
    facts: dict[str, WorkerFacts] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    _receiving: dict[str, Any] = field(default_factory=dict)
    _heard: dict[str, tuple[float, float]] = field(default_factory=dict)
    """What the scheduler heard last, by its clock, and when that was seen to change, by ours."""
    _scheduler: str = ""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def look(self) -> frozenset[str]:
        """Ask the scheduler who is there; returns who is new. Raises whatever the client raises when it is gone."""
        client = self.client
        if client.status != "running":
            raise OSError(client.status)
        found = client.sync(client.scheduler.identity, n_workers=-1, callback_timeout=IDENTITY_SECONDS)
        there = {
            str(where): dict(seen)
            for where, seen in found["workers"].items()
            if RESOURCE in (seen.get("resources") or {})
        }
        now = time.monotonic()
        with self._lock:
            new = frozenset(each for each in there if each not in self.there or self._lacks(each))
            if self._scheduler != str(found.get("id", "")):  # another one: it knows nobody's work any more
                self._scheduler, new = str(found.get("id", "")), frozenset(there)
            self.there = there
            for where, seen in there.items():
                said = float(seen.get("last_seen", 0.0))
                if self._heard.get(where, (None, 0.0))[0] != said:
                    self._heard[where] = (said, now)
        return new

    def prepare(self, addresses: Iterable[str], shipment: Shipment) -> None:
        """Have workers take in the packs before their first work, and say what they are.

        The data is on the workers only until they have it: what Dask holds for others may end up on one that stands still.
        """
        chosen, packs = sorted(addresses), list(shipment.packs)
        try:
            data = self._scattered(chosen, packs) if chosen and packs else []
        except TimeoutError:  # they stand still: asked again the next time, until they count as silent
            return
        for where in chosen:
            own = {"key": f"coach-packs-{uuid.uuid4().hex}", "pure": False, "workers": [where]}
            task = self.client.submit(receive, shipment.ground, *data, **own, resources={RESOURCE: 1})
            task.add_done_callback(functools.partial(self._received, where))
            self._receiving[where] = task

    def _scattered(self, chosen: list[str], packs: list[bytes]) -> list[Any]:
        """Give the packs to one worker that answers; the others fetch them from it, and from each other.

        A broadcast would be over when the last one has them: where one stands still, never.
        """
        first = first_to_answer(self.client, [*self.usable()[:_ASKED], *chosen])
        return list(self.client.scatter(packs, workers=[first], hash=False))

    def _lacks(self, where: str) -> bool:
        """Whether a worker is to be sent the packs, or once more: the only one that had them may have left."""
        task = self._receiving.get(where)
        return where not in self.silent and (task is None or task.status in {"cancelled", "lost"})

    def receiving(self, where: str) -> Any:
        """Return the task by which a worker takes in the packs, for what is to come after it; None: it did not answer."""
        return self._receiving.get(where)

    def _received(self, where: str, task: Any) -> None:
        """A worker has said what it is. Called by a thread of the client's."""
        if task.status == "finished":
            with contextlib.suppress(Exception):  # one that is gone with its answer is not used
                self.learn(where, task.result(timeout=IDENTITY_SECONDS))

    def are_ready(self, seconds: float) -> bool:
        """Whether a search can begin, so many seconds after it asked, or need not wait any longer."""
        is_settled = self.are_known or seconds > SETTLE_SECONDS
        return (bool(self.usable()) and is_settled) or bool(self.why_none) or seconds > FIRST_SECONDS

    def close(self) -> None:
        """Let go of what Dask holds for them."""
        self._receiving.clear()

    def quieten(self) -> frozenset[str]:
        """Note who says nothing now; returns who is new among them."""
        now = time.monotonic()
        with self._lock:
            silent = {where for where in self.there if now - self._heard[where][1] > FROZEN_SECONDS}
            new, self.silent = frozenset(silent - self.silent), silent
        return new

    def learn(self, where: str, facts: WorkerFacts) -> None:
        """Take in what a worker says of itself, and whether it may be used."""
        found = differences(facts, self.here)
        with self._lock:
            self.facts[where] = facts
            self.refused.pop(where, None)
            if found.refused:
                self.refused[where] = "; ".join(found.refused)

    def usable(self, without: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the addresses of those that were looked at, fit and answer."""
        avoided = {*self.silent, *self.refused, *without}
        with self._lock:
            return tuple(each for each in self.there if each in self.facts and each not in avoided)

    @property
    def are_known(self) -> bool:
        """Whether everybody who is there was looked at."""
        return bool(self.there) and all(each in self.facts for each in self.there)

    def name_of(self, where: str) -> str:
        seen = self.there.get(where, {})
        return str(self.facts[where].name if where in self.facts else seen.get("name", where))

    @property
    def shares_hosts(self) -> bool:
        """Whether two of those that are used are on one machine."""
        hosts = [str(self.there[each].get("host", "")) for each in self.usable() if each in self.there]
        return len(set(hosts)) < len(hosts)

    @property
    def why_none(self) -> str:
        """Say why nobody can be used although there are workers; empty otherwise."""
        if not self.there or self.usable() or len(self.refused) < len(self.there):
            return ""
        return f"every worker is refused: {'; '.join(dict.fromkeys(self.refused.values()))}"

    @property
    def notes(self) -> tuple[str, ...]:
        """Say who is refused and why, and what of the others differs from this machine. Equal words are said once."""
        said: dict[str, list[str]] = {}
        for where, facts in sorted(self.facts.items(), key=lambda each: each[1].name):
            if where not in self.there:
                continue
            found = differences(facts, self.here)
            for each in found.refused:
                said.setdefault(f"not used: {each}", []).append(facts.name)
            for each in found.named:
                said.setdefault(each, []).append(facts.name)
        return tuple(f"{_who(names)}: {words}" for words, names in said.items())[:MAX_NOTES]


def _who(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else count(len(names), "worker")
