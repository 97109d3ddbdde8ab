"""While a session is being closed, one more signal ends everything at once."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import NoReturn

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_at_once(code: int) -> NoReturn:
    """Kill what our runs still have and end with this exit code; the log is whole after every event."""
    from coach.engine.process.orphans import end_own

    end_own()
    os._exit(code)


@contextlib.contextmanager
def impatient() -> Iterator[None]:
    """Let a signal end everything at once instead of being waited for."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        end_at_once(128 + number)

    with on_signals(_NUMBERS, stop):
        yield


@contextlib.contextmanager
def on_signals(
    numbers: Iterable[signal.Signals], stop: Callable[[int, FrameType | None], object]
) -> Iterator[None]:
    """Let ``stop`` handle these signals, and after it the handlers that were there before."""
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
