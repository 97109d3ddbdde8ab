"""Fresh processes that are started beside each other and judged one after the other.

Most of what a small run costs is its start: the interpreter, pytest, its plugins. That part touches nothing of the project, so it
is no company to anybody. Each process waits behind it; when all of them wait, each in its turn runs its tests, and no other runs
any meanwhile.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait

from coach.engine.process.turn import Turn
from coach.engine.search.candidate import Answer

PATIENCE = 20.0
"""Seconds until all starts must have come to where they wait; else none of them counts as judged alone."""
_TICK = 0.02


def in_turns(
    begins: Sequence[Callable[[Turn], Future[Answer]]], settle: Callable[[Sequence[Future[Answer]]], None]
) -> tuple[Answer, ...]:
    """Start runs beside each other and let them go on one at a time.

    Args:
        begins: starts one run each.
        settle: waits for futures. Raises Stopped.

    Returns:
        What each showed; nothing where one of them did not wait with nothing of the project loaded: it was company to all.

    """
    turns = [Turn() for _ in begins]
    futures = [begin(turn) for begin, turn in zip(begins, turns, strict=True)]
    try:
        have_come = _all_wait(turns, futures, settle)
        for turn, future in zip(turns, futures, strict=True):
            turn.give()
            if have_come:
                settle([future])
        settle(futures)
    except BaseException:
        _end(turns, futures)
        raise
    were_alone = have_come and all(turn.is_clean for turn in turns)
    return tuple(future.result() for future in futures) if were_alone else ()


def _end(turns: Sequence[Turn], futures: Sequence[Future[Answer]]) -> None:
    """Let go whoever waits, and wait until all are gone: one may not even have looked yet whether it is to stop."""
    for turn, future in zip(turns, futures, strict=True):
        future.cancel()
        turn.give()
    wait(futures)


def _all_wait(
    turns: Sequence[Turn],
    futures: Sequence[Future[Answer]],
    settle: Callable[[Sequence[Future[Answer]]], None],
) -> bool:
    """Wait until each run waits, or is over: it never came so far. Returns whether that was in time."""
    until = time.monotonic() + PATIENCE
    for turn, future in zip(turns, futures, strict=True):
        while not (turn.has_come or future.done()):
            settle([])
            if time.monotonic() > until:
                return False
            time.sleep(_TICK)
    return True
