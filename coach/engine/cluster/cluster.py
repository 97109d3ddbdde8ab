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
from coach.engine.cluster.on_worker import carry_out
from coach.engine.cluster.scheduler_watch import GONE_SECONDS, SchedulerWatch
from coach.engine.cluster.shipment import Shipment
from coach.engine.cluster.work import RESOURCE, Reply, Work
from coach.engine.cluster.workers import Workers
from coach.engine.trees.git import GitError
from coach.errors import CoachError

MAX_LOST = 3
"""Workers that may be lost under one search before it ends: a fourth is not tried."""
_TICK = 0.05
LARGE = 50_000_000
"""Bytes to each worker from which that takes a while."""


class Cluster:
    """Carries out work of one shipment on the workers of a connection."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a cluster is made of
        self,
        client: Any,
        address: str,
        shipment: Shipment,
        stop: threading.Event,
        most: int = 0,
        tell: Callable[[tuple[AtWork, ...]], None] = lambda _: None,
    ) -> None:
        self._client, self.address, self._shipment, self._most = client, address, shipment, most
        self._topic = f"coach-{uuid.uuid4().hex}"
        self._lock = threading.RLock()
        self._asked: dict[str, Asked] = {}
        self._workers = Workers(client, shipment.here)
        self._lost: dict[str, str] = {}
        self.ended = ""
        """Why no more work is carried out; empty: it is."""
        self._begin(stop)
        self._watch = SchedulerWatch(self, self._workers, tell)

    @property
    def width(self) -> int:
        """How many pieces of work can be carried out at a time."""
        workers = max(len(self._workers.usable()), 1)
        return min(workers, self._most) if self._most else workers

    @property
    def shares_hosts(self) -> bool:
        """Whether two workers are on one machine: what they run at a time may disturb each other."""
        return self._workers.shares_hosts

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What has no answer yet."""
        with self._lock:
            return tuple(self._asked.values())

    @property
    def at_work(self) -> tuple[AtWork, ...]:
        """What each worker that may be used does now."""
        with self._lock:
            busy = {each.worker[1]: each for each in self._asked.values() if each.begun and not each.is_over}
        names = sorted((self._workers.name_of(where), where) for where in self._workers.usable())
        return tuple(
            AtWork(name, busy[where].work.label, busy[where].begun[-1][2]) if where in busy else AtWork(name)
            for name, where in names
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is out of the ordinary with this cluster, before its first answer; who is at work is shown beside it."""
        said, size = [], self._shipment.size
        if size > LARGE:
            workers = count(len(self._workers.usable()), "worker")
            said.append(f"{size_of(size)} are sent to each of {workers} first")
        if left_out := self._shipment.left_out:
            said.append(f"not sent, since others could read it on the way: {', '.join(left_out[:3])}")
        return (*said, *self._workers.notes)

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
        self._watch.close()
        with contextlib.suppress(Exception):
            self._client.unsubscribe_topic(self._topic)
        self._workers.close()

    def joined(self, new: frozenset[str]) -> None:
        """Hear workers that were not there before, and have them made ready."""
        if new:
            self._client.subscribe_topic(self._topic, self._begun)
            self._workers.prepare(new, self._shipment)

    def _begin(self, stop: threading.Event) -> None:
        """Wait until some workers can be used, or for a stop. Raises CoachError where none can."""
        began = time.monotonic()
        while not stop.wait(_TICK):
            with contextlib.suppress(Exception):  # a scheduler that is just starting anew
                self.joined(self._workers.look())
            if self._workers.are_ready(time.monotonic() - began):
                break
        if not (stop.is_set() or self._workers.usable()):
            raise CoachError(
                f"no worker at {self.address} can be used",
                why=self._workers.why_none or "none is there, or none answers",
                do="start one with `coach worker ADDRESS`, and look with `coach cluster ADDRESS`",
            )

    def _send(self, asked: Asked) -> None:
        """Hand it to the scheduler; the lock is held."""
        asked.sendings += 1
        asked.known = len(asked.begun)
        asked.where = self._workers.usable(asked.excluded) or self._workers.usable()
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
            self._give_up(task)

    def _give_up(self, task: Any) -> None:
        """Tell the scheduler that nobody wants a task any more."""

        def cancel() -> None:
            with contextlib.suppress(Exception):  # a scheduler that is gone wants nothing either
                task.cancel()

        if self._client.asynchronous:  # we are the client's own thread, which must not wait for itself
            threading.Thread(target=cancel, name="coach-give-up", daemon=True).start()
        else:
            cancel()

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
                self.loses(asked.worker)
            asked.begins(str(said["name"]), str(said["address"]))
            if (
                len(asked.begun) > MAX_BEGUN
            ):  # the scheduler would go on; whoever was lost may have been lost for this
                names = ", ".join(name for name, _, _ in asked.begun[:MAX_BEGUN])
                asked.answer(Reply(names, why=f"the workers {names} were lost while they ran this"))
                self._give_up(asked.task)

    def _answered(self, asked: Asked, key: str, task: Any) -> None:
        """The scheduler is done with a task, one way or the other. Called by a thread of the client's."""
        if asked.is_over or asked.task.key != key:
            return
        status = task.status
        if status == "finished":
            try:
                reply = task.result(timeout=GONE_SECONDS)
            except Exception as error:  # noqa: BLE001 - an answer that cannot be unpacked is any error
                self.again(asked, f"its answer cannot be read: {type(error).__name__}: {error}")
                return
            self._replied(asked, reply)
        elif status == "error":
            raised = task.exception()
            if type(raised).__name__ == "KilledWorker":
                self.loses(asked.worker)
                self.again(asked, "it was lost while it ran this")
            else:
                self.again(asked, f"{type(raised).__name__}: {raised}")

    def _replied(self, asked: Asked, reply: Reply) -> None:
        if reply.lacks and not asked.carries_all:
            self._send_whole(asked)
        elif reply.why:
            self.again(asked, reply.why)
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

    def again(self, asked: Asked, why: str) -> None:
        """Send it to another worker, once; then it has no answer but why."""
        name, address = asked.worker
        said = f"worker {name}: {why}" if name else why
        with self._lock:
            asked.excluded |= {address} if address else set()
            if self.ended or not asked.may_be_sent_again():
                asked.answer(Reply(name, why=self.ended or said))
                return
            self._give_up(asked.task)
            try:
                self._send(asked)
            except (OSError, RuntimeError, ValueError, GitError) as error:
                asked.answer(Reply(name, why=f"{said}; it could not be sent again: {error}"))

    def loses(self, worker: tuple[str, str]) -> None:
        """Count a worker that went away with work in its hands."""
        name, address = worker
        if not address:
            return
        with self._lock:
            self._lost[address] = name
            if len(self._lost) >= MAX_LOST and not self.ended:
                names = ", ".join(sorted(self._lost.values()))
                self.end(f"{count(len(self._lost), 'worker')} were lost while they ran this target ({names})")

    def end(self, why: str) -> None:
        """Answer everything that waits, and carry out no more; the first reason stands."""
        with self._lock:
            if self.ended:
                return
            self.ended = why
        for each in self.asked:
            each.answer(Reply(each.worker[0], why=why))
            self._give_up(each.task)
