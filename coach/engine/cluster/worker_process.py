"""One worker of this machine: started, kept connected to a scheduler that may come and go, ended with everything it began."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.engine.cluster.connection import imported
from coach.engine.cluster.work import RESOURCE

RETRY_SECONDS = 2.0
"""Between two attempts to reach a scheduler that is not there."""
_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class WorkerStart:
    """How a worker is started."""

    address: str
    name: str
    scratch: Path
    preload: str
    security: Any = None


def serve(start: WorkerStart, tell: Callable[[str], None]) -> None:
    """Carry out work until a signal ends it. ``tell`` is called with ``connected`` and ``lost``, in turn."""
    imported()
    import dask

    with dask.config.set(
        {
            # The target runs in this environment: it shall not be another one than without Dask.
            "distributed.nanny.pre-spawn-environ": {},
            "distributed.worker.profile.enabled": False,
        }
    ):
        asyncio.run(_serve(start, tell))


async def _serve(start: WorkerStart, tell: Callable[[str], None]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    said = ""
    while not stop.is_set():
        nanny = _nanny(start)
        try:
            if await _first(stop, _started(nanny)) and not stop.is_set():
                said = "connected"
                tell(said)
                await _first(stop, nanny.finished())
        finally:
            with contextlib.suppress(Exception):  # what is gone needs no leaving
                await nanny.close(timeout=_END_SECONDS)
        if not stop.is_set():
            if said != "lost":
                said = "lost"
                tell(said)
            await _first(stop, asyncio.sleep(RETRY_SECONDS))


def _nanny(start: WorkerStart) -> Any:
    from distributed import Nanny

    return Nanny(
        start.address,
        nthreads=1,
        name=start.name,
        resources={RESOURCE: 1},
        memory_limit=0,
        local_directory=str(start.scratch),
        preload=[start.preload],
        security=start.security,
        dashboard=False,
        silence_logs=False,
    )


async def _started(nanny: Any) -> bool:
    """Start it; False where the scheduler does not answer."""
    try:
        await nanny
    except (OSError, RuntimeError, TimeoutError, ValueError):
        return False
    return True


async def _first(stop: asyncio.Event, what: Any) -> Any:
    """Wait for something, or for the end; returns what came, None at the end."""
    ended, coming = asyncio.create_task(stop.wait()), asyncio.ensure_future(what)
    try:
        await asyncio.wait([ended, coming], return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else None
    finally:
        for each in (ended, coming):
            each.cancel()
