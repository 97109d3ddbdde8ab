"""Signals that end coach: the session records it, the terminal is restored, the exit code names the signal."""

import asyncio
import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from coach.tui.idle_gc import IdleGcApp

TWICE_WITHIN_SECONDS = 1.0
"""A second signal within these ends coach without waiting for anything."""
LEAVE_WITHIN_SECONDS = 5.0
"""After a signal, coach gives the terminal back and closes the session within these, or is ended."""
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class EndBySignalApp(IdleGcApp):
    """An application that ends in order by a signal, and at once by two."""

    def __init__(self) -> None:
        super().__init__()
        self.end_process: Callable[[int], object] | None = None
        """Ends this process and every run with an exit code; None: nothing runs outside of this process."""
        self._last_signal_at = -TWICE_WITHIN_SECONDS
        self._has_hung_up = False

    def before_end(self, by: signal.Signals) -> None:
        """Record that a signal ends coach; called while the session is still open."""

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            # Only the main thread of a POSIX system may; without it the default action stays.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.end_by, number)
        if self.end_process and sys.__stdin__ and sys.__stdin__.isatty() and hasattr(select, "poll"):
            watch = partial(self._end_with_terminal, sys.__stdin__.fileno(), loop)
            threading.Thread(target=watch, name="coach-terminal", daemon=True).start()

    def on_unmount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(number)
                if self.end_process:  # the session is closed after this, which takes its time
                    signal.signal(number, lambda asked, _: self._end_at_once(asked))
        # Textual leaves its own handlers behind, and they fail without its loop.
        for number in (signal.SIGTSTP, signal.SIGCONT):
            with contextlib.suppress(ValueError):
                signal.signal(number, signal.SIG_DFL)

    def end_by(self, number: signal.Signals) -> None:
        """Leave because of a signal: record it, restore the terminal, exit with 128+n; asked twice, without waiting."""
        before, self._last_signal_at = self._last_signal_at, time.monotonic()
        if number == signal.SIGHUP:
            if self._has_hung_up:
                return
            self._has_hung_up = True
        elif self._last_signal_at - before <= TWICE_WITHIN_SECONDS:
            self._end_at_once(number)
        self._leave_in_time(number)
        self.before_end(signal.Signals(number))
        self.exit(return_code=128 + number)

    def _end_with_terminal(self, descriptor: int, loop: asyncio.AbstractEventLoop) -> None:
        """Wait, on a thread, until the terminal is gone; then end, also where the loop cannot handle the signal of that.

        The loop waits for Textual's output, which waits for the terminal; when that goes, the output ends by an error, and
        the loop waits for ever.
        """
        waits = select.poll()
        waits.register(descriptor, 0)  # of what is not asked for, a hang-up is told
        if any(seen & select.POLLHUP for _, seen in waits.poll()):
            self._leave_in_time(signal.SIGHUP)
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                loop.call_soon_threadsafe(self.end_by, signal.SIGHUP)

    def _leave_in_time(self, number: int) -> None:
        """End this process after a while in any case: a terminal that is gone can block for ever what restores it."""
        if self.end_process:
            deadline = threading.Timer(LEAVE_WITHIN_SECONDS, self.end_process, [128 + number])
            deadline.daemon = True
            deadline.start()

    def _end_at_once(self, number: int) -> None:
        """Give the terminal back and end this process, whatever is still to be closed."""
        end = partial(self.end_process or os._exit, 128 + number)
        with contextlib.suppress(Exception), self.suspend():
            end()
        end()  # reached only where the terminal could not be given back
