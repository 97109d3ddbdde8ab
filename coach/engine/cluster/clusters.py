"""The clusters that a session uses: each is connected to once, when a search first asks for it, and left with the session."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coach.core.protocol.live import AtWork
from coach.engine.search.candidate import SearchContext
from coach.engine.trees.tree_store import TreeStore
from coach.errors import CoachError

if TYPE_CHECKING:
    from coach.engine.cluster.cluster import Cluster


@dataclass(slots=True)
class _Shared:
    cluster: "Cluster"
    now: str
    users: int = 0


class Clusters:
    """Opens clusters by the address that a request names. Any thread may."""

    def __init__(self, trees: TreeStore, context: SearchContext, connect: Callable[[str], Any]) -> None:
        self._trees, self._context, self._connect = trees, context, connect
        self._connections: dict[str, Any] = {}
        self._shared: dict[str, _Shared] = {}
        self._failed: dict[str, tuple[float, CoachError | None]] = {}
        """When it was last found that an address cannot be reached, and why."""
        self._lock = threading.Lock()
        self.tell: Callable[[tuple[AtWork, ...]], None] = lambda _: None
        """Takes what the workers do now, again and again; called by a thread of its own."""

    @contextlib.contextmanager
    def on(self, address: str, stop: threading.Event) -> "Iterator[Cluster]":
        """Give the cluster at an address, ready for work on the trees of now, or for none after a stop. Raises CoachError.

        Those who want it for the same trees at the same time share it.
        """
        asked = time.monotonic()
        with self._lock:
            shared = self._share(address, asked, stop)
            shared.users += 1
        try:
            yield shared.cluster
        finally:
            with self._lock:
                shared.users -= 1
                if not shared.users:
                    shared.cluster.close()
                    if self._shared.get(address) is shared:
                        del self._shared[address]

    def _share(self, address: str, asked: float, stop: threading.Event) -> _Shared:
        """Return what is open for the trees of now; the lock is held. Of many who wait for a scheduler that is gone one tries."""
        now = self._trees.record()
        shared = self._shared.get(address)
        if shared is None or shared.now != now or shared.cluster.ended:
            when, error = self._failed.get(address, (0.0, None))
            if error is not None and when > asked:
                raise error
            try:
                shared = _Shared(self._opened(address, stop), now)
            except CoachError as failed:
                self._failed[address] = time.monotonic(), failed
                raise
            if not stop.is_set():  # else perhaps no worker was looked at: nobody else can use it
                self._shared[address] = shared
        return shared

    def _opened(self, address: str, stop: threading.Event) -> "Cluster":
        from coach.engine.cluster.opening import opened  # a session without a cluster does not load it

        connection = self._connections.get(address)
        if connection is None or not connection.is_open:
            connection = self._connections[address] = self._connect(address)
        return opened(connection, address, self._trees, self._context, stop, self.tell)

    def close(self) -> None:
        """Leave them all; a local one ends."""
        with self._lock:
            for each in self._connections.values():
                each.close()
            self._connections.clear()
