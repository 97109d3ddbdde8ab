"""A cluster as a search uses it: work goes in, each piece has one answer, whatever becomes of workers and scheduler.

Dask schedules, moves data, and runs a task again when its worker is gone. What it cannot know is added here: that a worker that
stands still is as good as gone, that a target which takes three workers with it is not to be tried on a fourth, and that a
scheduler that came back knows nothing any more.
"""

import contextlib
import functools
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from coach.core.base.formatting import count, size_of
from coach.core.protocol.live import AtWork
from coach.engine.cluster.asked import MAX_BEGUN, Asked
from coach.engine.cluster.on_worker import carry_out, receive
from coach.engine.cluster.shipment import Shipment
from coach.engine.cluster.work import RESOURCE, Reply, Work
from coach.engine.trees.git import GitError

MAX_LOST = 3
"""Workers that may be lost under one search before it ends: a fourth is not tried."""
FROZEN_SECONDS = 15.0
"""How long a worker may say nothing while it has work: a healthy one tells the scheduler of itself twice a second."""
GONE_SECONDS = 20.0
"""How long is waited for a scheduler, or a first worker, that is gone."""
_LOOK = 0.5


class Cluster:
    """Carries out work of one shipment on the workers of a connection."""

    def __init__(
        self,
        client: Any,
        address: str,
        shipment: Shipment,
        most: int = 0,
        tell: Callable[[tuple[AtWork, ...]], None] = lambda _: None,
    ) -> None:
        self._client, self.address, self._shipment, self._most = client, address, shipment, most
        self._tell = tell
        self._topic = f"coach-{uuid.uuid4().hex}"
        self._lock = threading.RLock()
        self._asked: dict[str, Asked] = {}
        self._workers: dict[str, dict[str, Any]] = {}
        self._heard: dict[str, tuple[float, float]] = {}
        self._silent: set[str] = set()
        self._lost: dict[str, str] = {}
        self._receiving: list[Any] = []
        self.ended = ""
        """Why no more work is carried out; empty: it is."""
        self._gone_since = 0.0
        self._over = threading.Event()
        self._look_at_workers()
        self._begin()
        self._thread = threading.Thread(target=self._watch, name="coach-cluster", daemon=True)
        self._thread.start()

    @property
    def width(self) -> int:
        """How many pieces of work can be carried out at a time."""
        workers = max(len(self._workers) - len(self._silent), 1)
        return min(workers, self._most) if self._most else workers

    @property
    def shares_hosts(self) -> bool:
        """Whether two workers are on one machine: what they run at a time may disturb each other."""
        hosts = [str(each.get("host", "")) for each in self._workers.values()]
        return len(set(hosts)) < len(hosts)

    @property
    def at_work(self) -> tuple[AtWork, ...]:
        """What each worker does now."""
        with self._lock:
            busy = {each.worker[1]: each for each in self._asked.values() if each.begun and not each.is_over}
            return tuple(
                AtWork(str(seen["name"]), busy[where].work.label, busy[where].begun[-1][2])
                if where in busy
                else AtWork(str(seen["name"]))
                for where, seen in sorted(self._workers.items(), key=lambda each: str(each[1]["name"]))
            )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of this cluster before its first answer."""
        workers = f"{count(len(self._workers), 'worker')} at {self.address}"
        said = [f"{workers}; {size_of(self._shipment.size)} sent to each"]
        if self.shares_hosts:
            said.append(
                "some workers share a machine: what runs beside each other there may disturb each other"
            )
        if left_out := self._shipment.left_out:
            said.append(f"not sent, since others could read it on the way: {', '.join(left_out[:3])}")
        return tuple(said)

    def submit(self, work: Work, hear: Callable[[str], None] = lambda _: None) -> "Future[Reply]":
        """Have a piece of work carried out; cancelling the future ends it wherever it runs. Raises GitError.

        ``hear`` takes what its worker says before the answer.
        """
        asked = Asked(work, tuple(filter(None, [self._shipment.difference(work.tree)])), hear)
        with self._lock:
            if self.ended:
                asked.answer(Reply("", why=self.ended))
                return asked.future
            self._asked[work.key] = asked
            asked.future.add_done_callback(functools.partial(self._settled, asked))
            self._send(asked)
        return asked.future

    def work_of(self, tree: str, label: str, **what: Any) -> Work:
        """Return a piece of work on a tree, by any name that the recorded trees know it by."""
        shipment = self._shipment
        tree = shipment.trees.tree_of(tree)
        return Work(uuid.uuid4().hex, self._topic, shipment.ground, tree, label, **what)

    def close(self) -> None:
        """Give up what is under way; the connection stays with who made it."""
        with self._lock:
            waiting = [each for each in self._asked.values() if not each.is_over]
        for each in waiting:
            each.future.cancel()
        self._over.set()
        self._thread.join()
        self._tell(())
        with contextlib.suppress(Exception):
            self._client.unsubscribe_topic(self._topic)
        self._receiving.clear()

    def _begin(self) -> None:
        """Let workers say when they begin, and have each take in the packs before its first work.

        The data is on the workers only until they have it: what Dask holds for others may end up on one that stands still.
        """
        self._client.subscribe_topic(self._topic, self._begun)
        packs = self._shipment.packs
        if not packs or not self._workers:
            return
        data = self._client.scatter(list(packs), broadcast=True, hash=False)
        for number, where in enumerate(self._workers):
            key = f"{self._topic}-packs-{number}-{uuid.uuid4().hex[:8]}"
            own = {"key": key, "pure": False, "workers": [where], "resources": {RESOURCE: 1}}
            self._receiving.append(self._client.submit(receive, self._shipment.ground, *data, **own))

    def _send(self, asked: Asked) -> None:
        """Hand it to the scheduler; the lock is held."""
        asked.sendings += 1
        asked.known = len(asked.begun)
        avoided = asked.excluded | self._silent
        asked.where = tuple(each for each in self._workers if each not in avoided) if avoided else ()
        asked.task = self._client.submit(
            carry_out,
            asked.work,
            *asked.packs,
            key=f"coach-{asked.work.key}-{asked.sendings}-{len(asked.packs)}",
            pure=False,
            retries=0,
            resources={RESOURCE: 1},
            workers=list(asked.where) or None,
        )
        asked.task.add_done_callback(functools.partial(self._answered, asked, asked.task.key))

    def _settled(self, asked: Asked, future: "Future[Reply]") -> None:
        """Forget it; one that nobody wants any more is ended on its worker too."""
        task = asked.task
        with self._lock:
            self._asked.pop(asked.work.key, None)
        if future.cancelled() and task is not None:
            with contextlib.suppress(Exception):  # a scheduler that is gone wants nothing either
                task.cancel()

    def _begun(self, event: tuple[float, Any]) -> None:
        """A worker says that it begins, or what it sees. Called by the client's own thread."""
        said = event[1]
        asked = self._asked.get(str(said.get("work", ""))) if isinstance(said, dict) else None
        if asked is None:
            return
        if "seen" in said:
            asked.hear(str(said["seen"]))
            return
        with self._lock:
            if asked.worker[1]:
                self._loses(asked.worker)
            asked.begins(str(said["worker"]), str(said["address"]))
            if (
                len(asked.begun) > MAX_BEGUN
            ):  # the scheduler would go on; whoever was lost may have been lost for this
                names = ", ".join(name for name, _, _ in asked.begun[:MAX_BEGUN])
                asked.answer(Reply(names, why=f"the workers {names} were lost while they ran this"))
                with contextlib.suppress(Exception):
                    asked.task.cancel()

    def _answered(self, asked: Asked, key: str, task: Any) -> None:
        """The scheduler is done with a task, one way or the other. Called by a thread of the client's."""
        if asked.is_over or asked.task.key != key:
            return
        status = task.status
        if status == "finished":
            try:
                reply = task.result(timeout=GONE_SECONDS)
            except Exception as error:  # noqa: BLE001 - an answer that cannot be unpacked is any error
                self._again(asked, f"its answer cannot be read: {type(error).__name__}: {error}")
                return
            self._replied(asked, reply)
        elif status == "error":
            raised = task.exception()
            if type(raised).__name__ == "KilledWorker":
                self._loses(asked.worker)
                self._again(asked, "it was lost while it ran this")
            else:
                self._again(asked, f"{type(raised).__name__}: {raised}")

    def _replied(self, asked: Asked, reply: Reply) -> None:
        if reply.lacks and not asked.carries_all:
            self._send_whole(asked)
        elif reply.why:
            self._again(asked, reply.why)
        else:
            asked.answer(reply)

    def _send_whole(self, asked: Asked) -> None:
        """Send it once more with everything: the worker is new here, or lacks what it was believed to have."""
        with self._lock:
            asked.carries_all = True
            asked.packs = (*self._shipment.whole().packs, *asked.packs)
            asked.sendings -= 1
            asked.begun = asked.begun[: asked.known]
            self._send(asked)

    def _again(self, asked: Asked, why: str) -> None:
        """Send it to another worker, once; then it has no answer but why."""
        name, address = asked.worker
        said = f"worker {name}: {why}" if name else why
        with self._lock:
            asked.excluded |= {address} if address else set()
            if self.ended or not asked.may_be_sent_again():
                asked.answer(Reply(name, why=self.ended or said))
                return
            with contextlib.suppress(Exception):
                asked.task.cancel()
            try:
                self._send(asked)
            except (OSError, RuntimeError, ValueError, GitError) as error:
                asked.answer(Reply(name, why=f"{said}; it could not be sent again: {error}"))

    def _loses(self, worker: tuple[str, str]) -> None:
        """Count a worker that went away with work in its hands."""
        name, address = worker
        if not address:
            return
        with self._lock:
            self._lost[address] = name
            if len(self._lost) >= MAX_LOST and not self.ended:
                names = ", ".join(sorted(self._lost.values()))
                self._end(
                    f"{count(len(self._lost), 'worker')} were lost while they ran this target ({names})"
                )

    def _end(self, why: str) -> None:
        """Answer everything that waits, and carry out no more."""
        self.ended = why
        for each in tuple(self._asked.values()):
            each.answer(Reply(each.worker[0], why=why))
            with contextlib.suppress(Exception):
                each.task.cancel()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK):
            self._tell(self.at_work)
            try:
                self._look_at_workers()
            except Exception:  # noqa: BLE001 - whatever the client says, the scheduler did not answer
                self._away(f"the scheduler at {self.address} is gone")
                continue
            was_gone = bool(self._gone_since)
            if self._workers:
                self._gone_since = 0.0
            else:
                self._away(f"no worker is left at {self.address}")
            self._look_at_work(came_back=was_gone and bool(self._workers))

    def _away(self, why: str) -> None:
        """Wait for it to come back, not for ever."""
        now = time.monotonic()
        self._gone_since = self._gone_since or now
        if now - self._gone_since > GONE_SECONDS and not self.ended:
            with self._lock:
                self._end(why)

    def _look_at_workers(self) -> None:
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
            self._workers = workers
            for where, seen in workers.items():
                said = float(seen.get("last_seen", 0.0))
                if self._heard.get(where, (None, 0.0))[0] != said:
                    self._heard[where] = (said, now)

    def _look_at_work(self, *, came_back: bool) -> None:
        """Find work whose worker or scheduler is gone, or whose worker stands still."""
        now = time.monotonic()
        if came_back:
            with self._lock, contextlib.suppress(Exception):
                self._begin()
        silent = {where for where in self._workers if now - self._heard[where][1] > FROZEN_SECONDS}
        newly, self._silent = silent - self._silent, silent
        given = self._given_to(newly)
        for asked in tuple(self._asked.values()):
            worker, status = asked.worker, getattr(asked.task, "status", "")
            if status in {"cancelled", "lost"}:
                self._again(asked, "the scheduler was lost while it ran this")
            elif worker[1] and worker[1] not in self._workers:
                self._loses(worker)
                if not asked.may_be_sent_again():
                    self._again(asked, "it was lost while it ran this")
            elif worker[1] in silent:
                self._loses(worker)
                self._again(asked, f"it said nothing for {FROZEN_SECONDS:g} s")
            elif asked.task is not None and asked.task.key in given:
                self._again(asked, "the worker that it was given to says nothing")
            elif asked.where and not any(each in self._workers for each in asked.where):
                self._again(asked, "the workers that it was given to are gone")

    def _given_to(self, workers: set[str]) -> frozenset[str]:
        """Return the tasks that the scheduler has given to workers, begun or not."""
        given = self._client.processing(list(workers)) if workers else {}
        return frozenset(str(key) for keys in given.values() for key in keys)
