"""Drive any search over real runs: batches of probes on one executor, each content asked once, stopped at any moment.

What is known is not run again: the outcomes of earlier searches come from the log and go in as ``known``. Whatever
kills the process leaves disposable folders only, which ``TreeStore.leftovers`` lists.
"""

import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from typing import TypeVar

from coach.core.isolate.steps import Steps
from coach.core.oracle import Outcome
from coach.core.search import Tried
from coach.engine import probing
from coach.engine.probing import Answer, Ground, Probe, run_probe

C = TypeVar("C")
R = TypeVar("R")

_TICK = 0.05
"""Seconds between two looks for a stop."""


class Stopped(Exception):
    """The search ended before its end. ``best`` is the last configuration that failed: the smallest so far, for ddmin."""

    def __init__(self, why: str, best: object = None) -> None:
        self.why, self.best = why, best
        super().__init__(why)


@dataclass(slots=True)
class Bench:
    """Where probes run, and what they have shown so far."""

    ground: Ground
    executor: Executor
    known: dict[str, Tried]
    on_tried: Callable[[Tried], None]
    on_doing: Callable[[str], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    most: int = 0
    """Probes after which the search is stopped; 0: no limit."""
    probes: int = 0
    from_log: int = 0
    leaked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What probes of this search that watched saw changed, by key."""
    name: str = field(default_factory=lambda: uuid.uuid4().hex)

    def ask(self, probes: Sequence[Probe]) -> tuple[Outcome, ...]:
        """Return the outcome of every probe; what is known is not run again. Raises Stopped."""
        new = {probe.key: probe for probe in probes if probe.key not in self.known}
        self.from_log += len({probe.key for probe in probes} - set(new))
        if new:
            if self.most and self.probes >= self.most:
                raise Stopped(f"ended after {self.probes} probes")
            for probe, answer in zip(new.values(), self.look(tuple(new.values())), strict=True):
                self._learn(probe, answer)
        return tuple(self.known[probe.key].outcome for probe in probes)

    def look(self, probes: Sequence[Probe]) -> tuple[Answer, ...]:
        """Run probes for all that they show, whether their outcome is known or not. Raises Stopped."""
        if self.stop.is_set():
            raise Stopped("stopped on request")
        self.on_doing(" · ".join(probe.label for probe in probes if probe.label))
        cancel = probing.cancellation(self.name)
        futures = [self.executor.submit(run_probe, self.ground, probe, self.name) for probe in probes]
        try:
            self._wait(futures, cancel)
        finally:
            probing.forget(self.name)
        self.probes += len(probes)
        return tuple(future.result() for future in futures)

    def _wait(self, futures: Sequence[Future[Answer]], cancel: threading.Event) -> None:
        waiting: Iterable[Future[Answer]] = futures
        while waiting:
            _, waiting = wait(waiting, timeout=_TICK)
            if self.stop.is_set():
                cancel.set()
                for future in futures:
                    future.cancel()
                wait(futures)
                raise Stopped("stopped on request")

    def _learn(self, probe: Probe, answer: Answer) -> None:
        judged = answer.judged
        tried = Tried(key=probe.key, label=probe.label, outcome=judged.outcome, reason=judged.reason)
        self.known[probe.key] = tried
        if probe.order is not None and probe.order.watch:
            self.leaked[probe.key] = answer.leaked
        self.on_tried(tried)

    def reason(self, probe: Probe) -> str:
        """Say why a probe that was asked could not be judged."""
        tried = self.known.get(probe.key)
        return tried.reason if tried else ""


def drive(search: Steps[C, R], probe_of: Callable[[C], Probe], bench: Bench) -> R:
    """Answer a search's questions until it returns. Raises Stopped with the last configuration that failed."""
    best: C | None = None
    try:
        asked = next(search)
        while True:
            outcomes = bench.ask([probe_of(each) for each in asked])
            best = next(
                (each for each, outcome in zip(asked, outcomes, strict=True) if outcome == "FAIL"), best
            )
            asked = search.send(outcomes)
    except StopIteration as end:
        found: R = end.value
        return found
    except Stopped as stop:
        raise Stopped(stop.why, best) from None


def known_from(tried: Iterable[Tried]) -> dict[str, Tried]:
    """Return what need not be run again. What could not be judged is tried anew: the reason may have been the moment's."""
    return {each.key: each for each in tried if each.outcome != "UNRESOLVED"}
