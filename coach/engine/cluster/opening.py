"""Make a cluster ready: what travels is put together, and workers are looked at. Loaded only where somebody asks for a cluster."""

import threading
from collections.abc import Callable
from typing import Any

from coach.core.protocol.live import AtWork
from coach.engine.cluster.answering import said_by_all
from coach.engine.cluster.cluster import Cluster
from coach.engine.cluster.connection import Connection
from coach.engine.cluster.on_worker import has_commit
from coach.engine.cluster.shipment import shipment
from coach.engine.search.candidate import SearchContext
from coach.engine.trees.tree_store import TreeStore


def opened(  # noqa: PLR0913, PLR0917 - where, what is sent, and who hears of it
    connection: Connection,
    address: str,
    trees: TreeStore,
    context: SearchContext,
    stop: threading.Event,
    tell: Callable[[tuple[AtWork, ...]], None],
) -> Cluster:
    """Return a cluster that is ready for work on the trees of now, or for none after a stop. Raises CoachError."""
    sent = shipment(
        trees,
        context,
        named=connection.settings.env,
        is_encrypted=connection.is_private,
        base=_common(connection.client, trees.commit()),
    )
    return Cluster(connection.client, address, sent, stop, connection.settings.workers, tell)


def _common(client: Any, commit: str) -> str:
    """Return the commit where the checkouts of all workers have it: its objects need not travel."""
    try:
        said = said_by_all(client, has_commit, commit) if commit else {}
    except (OSError, RuntimeError, ValueError):  # one is just leaving, or stands still: everything is sent
        return ""
    return commit if said and all(said.values()) else ""
