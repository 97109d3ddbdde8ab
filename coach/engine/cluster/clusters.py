"""The clusters that a session uses: each is connected to once, when a search first asks for it, and left with the session."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from coach.core.protocol.live import AtWork
from coach.engine.cluster.cluster import Cluster
from coach.engine.cluster.on_worker import has_commit
from coach.engine.cluster.shipment import shipment
from coach.engine.cluster.worker_facts_here import facts_or_none
from coach.engine.search.candidate import SearchContext
from coach.engine.trees.tree_store import TreeStore


class Clusters:
    """Opens clusters by the address that a request names. Any thread may."""

    def __init__(self, trees: TreeStore, context: SearchContext, connect: Callable[[str], Any]) -> None:
        self._trees, self._context, self._connect = trees, context, connect
        self._connections: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.tell: Callable[[tuple[AtWork, ...]], None] = lambda _: None
        """Takes what the workers do now, again and again; called by a thread of its own."""

    @contextlib.contextmanager
    def on(self, address: str) -> Iterator[Cluster]:
        """Give the cluster at an address, ready for work on the trees of now. Raises CoachError."""
        with self._lock:
            connection = self._connections.get(address)
            if connection is None or not connection.is_open:
                connection = self._connections[address] = self._connect(address)
        sent = shipment(
            self._trees,
            self._context,
            named=connection.settings.env,
            is_encrypted=connection.is_private,
            base=_common(connection.client, self._trees.commit()),
        )
        context = self._context
        here = facts_or_none(context.interpreter, context.root, context.env, context.state or context.home)
        cluster = Cluster(connection.client, address, sent, connection.settings.workers, self.tell, here=here)
        try:
            yield cluster
        finally:
            cluster.close()

    def close(self) -> None:
        """Leave them all; a local one ends."""
        with self._lock:
            for each in self._connections.values():
                each.close()
            self._connections.clear()


def _common(client: Any, commit: str) -> str:
    """Return the commit where the checkouts of all workers have it: its objects need not travel."""
    try:
        said = client.run(has_commit, commit) if commit else {}
    except (OSError, RuntimeError, ValueError):  # a worker that is just leaving: everything is sent
        return ""
    return commit if said and all(said.values()) else ""
