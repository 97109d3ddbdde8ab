"""Keep a measuring run within its time: one test that hangs or is slow must not cost the measurement of another.

PYTEST_DONT_REWRITE

The test that the run is about (the focus) is what matters; others are only compared with it. A neighbour that takes longer
than its box is ended as failed, so that it counts on neither side; when the time of all is over, those that are left are not
begun. The box is the alarm of the system, and only where nobody else has it: a plugin of the project that uses it keeps it.
Standard library and pytest only, Python 3.8+.
"""

import signal
import time

import pytest

AGAIN = 1.0
"""Seconds until the next try, where a test swallowed what ended it, or the alarm came between two phases."""
TRIES = 5
LEAST = 2.0
"""Seconds of a neighbour's box when the time of all is over already."""
MOST_NAMED = 20


class TimeBox:
    """``plan`` has seconds: ``box`` of a neighbour, ``own`` of the focus, ``all`` of the run; 0: no limit."""

    def __init__(self, channel, plan):
        self.channel, self.focus = channel, plan.get("focus", "")
        self.box, self.own, self.all = (float(plan.get(name) or 0.0) for name in ("box", "own", "all"))
        self.clock, self.set_timer = time.monotonic, getattr(signal, "setitimer", None)
        self.began = self.clock()
        self.tries, self.said, self.is_in_phase, self.is_set = 0, "", False, False
        self.named = 0

    def begins(self, name):
        """A test begins: set its alarm."""
        seconds = self.own if name == self.focus else self.box
        if name != self.focus and self._is_over():
            seconds = min(seconds, LEAST) if seconds else LEAST
        if not seconds or self.set_timer is None:
            return
        try:
            if signal.getsignal(signal.SIGALRM) != signal.SIG_DFL or signal.getitimer(signal.ITIMER_REAL)[0]:
                return
            self.tries, self.said = TRIES, "ended by coach: it took longer than %g s while its lines were recorded" % seconds
            signal.signal(signal.SIGALRM, self._rings)
            self.is_set = True
            self.set_timer(signal.ITIMER_REAL, seconds, AGAIN)
        except (ValueError, OSError):
            pass  # not the main thread, or the system has none

    def ends(self):
        """The test is over: give the alarm back, unless it is somebody else's by now."""
        if not self.is_set:
            return
        self.is_set = False
        try:
            if signal.getsignal(signal.SIGALRM) == self._rings:
                self.set_timer(signal.ITIMER_REAL, 0.0)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
        except (ValueError, OSError):
            pass

    def _rings(self, number, frame):
        if self.is_in_phase and self.tries > 0:
            self.tries -= 1
            raise pytest.fail.Exception(self.said, pytrace=True)

    def _is_over(self):
        return bool(self.all) and self.clock() - self.began > self.all

    def leave_out(self, session, item, name_of):
        """Begin no further neighbour when the time of all is over. The next test stays: it was named to hooks already."""
        if not self._is_over() or hasattr(session.config, "workerinput"):
            return
        self.all = 0.0
        index = session.items.index(item) + 2
        left = [each for each in session.items[index:] if name_of(each) != self.focus]
        session.items[index:] = [each for each in session.items[index:] if name_of(each) == self.focus]
        if left:
            self.channel.send("left_out", {"count": len(left), "seconds": round(self.clock() - self.began, 1)})

    def took_too_long(self, name):
        """Say which test was ended."""
        self.named += 1
        if self.named <= MOST_NAMED:
            self.channel.send("too_long", {"test": name[:8_000], "seconds": self.own if name == self.focus else self.box})

    @property
    def was_ended(self):
        return self.is_set and self.tries < TRIES
