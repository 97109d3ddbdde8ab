"""Ctrl-C at any moment of a command: a sentence or nothing, exit code 130, and never a traceback.

While coach is being loaded and while Python ends there is nothing to take back, and an exception in the middle of an import
comes out as any other: then the process ends at once. Within a command it is a KeyboardInterrupt, as everywhere; whatever it
has become on its way up (libraries wrap it), the command was stopped. A signal that is ignored (``nohup``, a job in the
background) stays ignored. What is imported here is little: until it is, Python answers for us.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType

CODE = 128 + signal.SIGINT
_asked: list[int] = []


def _end(_number: int, _frame: FrameType | None) -> None:
    os._exit(CODE)


def _raise(number: int, _frame: FrameType | None) -> None:
    _asked.append(number)
    raise KeyboardInterrupt


def end_at_once() -> None:
    """Let Ctrl-C end the process without a word from here on, unless somebody has other plans for it."""
    with contextlib.suppress(ValueError):  # not the main thread: signals are not ours
        if signal.getsignal(signal.SIGINT) in {signal.default_int_handler, _raise}:
            signal.signal(signal.SIGINT, _end)


@contextlib.contextmanager
def stopped_quietly() -> Iterator[None]:
    """Let Ctrl-C inside raise KeyboardInterrupt, and end the process when it comes out, in whatever shape."""
    before = signal.getsignal(signal.SIGINT)
    is_ours = before in {signal.default_int_handler, _end}
    with contextlib.suppress(ValueError):
        if is_ours:
            signal.signal(signal.SIGINT, _raise)
    try:
        yield
    except SystemExit:
        raise
    except BaseException:
        if _asked:
            _say_and_end()
        raise
    finally:
        with contextlib.suppress(ValueError):
            if is_ours and signal.getsignal(signal.SIGINT) is _raise:
                signal.signal(signal.SIGINT, before)


def _say_and_end() -> None:
    with contextlib.suppress(BaseException):
        signal.signal(signal.SIGINT, _end)
        left_behind = sys.modules.get("coach.engine.process.orphans")
        if left_behind is not None:
            left_behind.end_own()
        sys.stderr.write("coach: stopped by SIGINT\n")
        sys.stderr.flush()
    os._exit(CODE)
