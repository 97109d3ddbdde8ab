"""Ask workers with a deadline: one that stands still never answers, and Dask's own calls wait for all of them for ever."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any

ANSWER_SECONDS = 5.0


def first_to_answer(client: Any, addresses: Iterable[str]) -> str:
    """Return the address of a worker that answers now. Raises TimeoutError where none does, OSError without a scheduler."""
    return str(client.sync(_first, client, tuple(addresses), callback_timeout=ANSWER_SECONDS))


def said_by_all(client: Any, function: Callable[..., Any], *args: Any) -> dict[str, Any]:
    """Return what each worker says beside its work. Raises TimeoutError where one does not answer, OSError without a scheduler."""
    # `Client.run` is this without a deadline.
    run = client._run  # noqa: SLF001
    return dict(client.sync(run, function, *args, callback_timeout=ANSWER_SECONDS))


async def _first(client: Any, addresses: tuple[str, ...]) -> str:
    asked = [asyncio.ensure_future(_answered(client, each)) for each in addresses]
    try:
        for each in asyncio.as_completed(asked):
            with contextlib.suppress(OSError):  # it has just left
                return await each
    finally:
        for each in asked:
            each.cancel()
    raise TimeoutError("no worker answers")


async def _answered(client: Any, address: str) -> str:
    said = await client.scheduler.broadcast(msg={"op": "identity"}, workers=[address])
    if address not in said:
        raise OSError(address)
    return address
