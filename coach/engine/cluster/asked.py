"""One piece of work that was asked of a cluster, from the asking to its one answer."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from coach.engine.cluster.work import Reply, Work

MAX_BEGUN = 2
"""Workers that may begin the same piece of work: the first one, and one more where that one was lost."""


@dataclass(slots=True, eq=False)
class Asked:
    """One piece of work. Results are counted from answers, never from beginnings: work that is stolen may begin twice."""

    work: Work
    packs: tuple[bytes, ...]
    """Objects that travel with it."""
    hear: Callable[[str], None] = lambda _: None
    """Takes what its worker says before the answer, as JSON; called by the client's own thread."""
    future: "Future[Reply]" = field(default_factory=Future)
    task: Any = None
    """The scheduler's future of the newest sending."""
    sendings: int = 0
    begun: list[tuple[str, str, float]] = field(default_factory=list)
    """Workers that began it: name, address, and when by the clock of this machine."""
    excluded: set[str] = field(default_factory=set)
    """Addresses of workers that did not answer."""

    @property
    def is_over(self) -> bool:
        return self.future.done()

    known: int = 0
    """How many had begun it when it was sent the last time."""
    where: tuple[str, ...] = ()
    """Addresses of the workers that may carry it out; empty: any."""
    carries_all: bool = False
    """Whether every object of its tree travels with it."""

    @property
    def worker(self) -> tuple[str, str]:
        """Name and address of the worker that began the newest sending; empty where none did yet."""
        return self.begun[-1][:2] if len(self.begun) > self.known else ("", "")

    def begins(self, name: str, address: str) -> None:
        self.begun.append((name, address, time.time()))

    def may_be_sent_again(self) -> bool:
        return self.sendings < MAX_BEGUN and len(self.begun) < MAX_BEGUN

    def answer(self, reply: Reply) -> None:
        """Give the one answer; later ones are of a worker that was given up."""
        if not self.future.done() and self.future.set_running_or_notify_cancel():
            self.future.set_result(reply)
