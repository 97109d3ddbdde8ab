"""One worker of this machine: started, kept connected to a scheduler that may come and go, ended with everything it began."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.core.cluster.address import ClusterAddress
from coach.engine.cluster.connection import CONNECT_SECONDS, imported, root_cause
from coach.engine.cluster.scheduler_answer import why_no_answer
from coach.engine.cluster.work import PRELOAD, RESOURCE

RETRY_SECONDS = 2.0
"""Between two attempts to reach a scheduler that is not there."""
_END_SECONDS = 10.0
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class WorkerStart:
    """How a worker is started."""

    address: ClusterAddress
    name: str
    scratch: Path
    security: Any = None


def serve(start: WorkerStart, tell: Callable[[str], None]) -> None:
    """Carry out work until a signal ends it.

    ``tell`` is called with why no work can be taken, once for each new reason, and with nothing when the worker is connected.
    """
    imported()
    import dask

    with dask.config.set({"distributed.worker.profile.enabled": False}):
        asyncio.run(_serve(start, tell))


async def _serve(start: WorkerStart, tell: Callable[[str], None]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    said = ""

    def note(why: str) -> None:
        nonlocal said
        if not why or why != said:
            tell(why)
        said = why

    while not stop.is_set():
        why = await _first(stop, why_no_answer(start.address, start.security, CONNECT_SECONDS))
        if not why:
            why = await _work(start, stop, note)
        if not stop.is_set():
            if why:
                note(why)
            await _first(stop, asyncio.sleep(RETRY_SECONDS))


async def _work(start: WorkerStart, stop: asyncio.Event, note: Callable[[str], None]) -> str:
    """Be a worker until the scheduler goes away; returns why it did not become one."""
    nanny = _nanny(start)
    try:
        why = await _first(stop, _not_joined(nanny, start.name))
        if why == "" and not stop.is_set():
            note("")
            await _first(stop, nanny.finished())
        return why or ""
    finally:
        with contextlib.suppress(Exception):  # what is gone needs no leaving
            await nanny.close(timeout=_END_SECONDS)


def _nanny(start: WorkerStart) -> Any:
    from distributed import Nanny

    # Dask listens on every interface unless it is told otherwise. Where nothing is to leave this machine, nobody may come in
    # either: without certificates, who can connect to a worker can run anything.
    host = _LOOPBACK if start.address.is_here and not start.address.is_agreed else None
    nanny = Nanny(
        start.address.text,
        nthreads=1,
        name=start.name,
        resources={RESOURCE: 1},
        memory_limit=0,
        local_directory=str(start.scratch),
        preload=[PRELOAD],
        security=start.security,
        host=host,
        dashboard=False,
        dashboard_address=f"{_LOOPBACK}:0",
        silence_logs=logging.CRITICAL,
    )
    if host:
        nanny.worker_kwargs["host"] = host
    return nanny


async def _not_joined(nanny: Any, name: str) -> str:
    """Start it; returns why that did not work, empty where it did."""
    try:
        await nanny
    except (OSError, RuntimeError, TimeoutError, ValueError) as error:
        cause = root_cause(error)
        return f"it has another worker called {name}" if "name taken" in cause else cause
    return ""


async def _first(stop: asyncio.Event, what: Any) -> Any:
    """Wait for something, or for the end; returns what came, None at the end."""
    ended, coming = asyncio.create_task(stop.wait()), asyncio.ensure_future(what)
    try:
        await asyncio.wait([ended, coming], return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else None
    finally:
        for each in (ended, coming):
            each.cancel()
