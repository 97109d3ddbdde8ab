"""Children of the process that has collected the tests: forked, asked to run some, heard, ended.

PYTEST_DONT_REWRITE

Standard library only, Python 3.8+, systems with ``fork``. A child says in one byte a test how it went.
"""

import os
import select
import signal
import sys
import time
import warnings

fork = getattr(os, "fork", None)
_read, _write, _close, _pipe = os.read, os.write, os.close, os.pipe
_kill, _waitpid, _setpgid = os.kill, os.waitpid, getattr(os, "setpgid", None)
clock, _select, _open, _listdir = time.monotonic, select.select, os.open, os.listdir
ROUNDS = 200
"""Of ending processes: what forks without end is ended with the run."""


_SUBREAPER = 36
_reaper, _null, _libc = [], [], []


def take_orphans():
    """Let what the children leave behind become ours, even what called ``setsid``; what is there already is not theirs."""
    _adopt()
    _nowhere()
    _reaper[:] = [_children()]


def _adopt():
    if sys.platform.startswith("linux"):
        try:
            if not _libc:  # loading it costs a child a part of a millisecond
                import ctypes

                _libc.append(ctypes.CDLL(None))
            _libc[0].prctl(_SUBREAPER, 1, 0, 0, 0)
        except Exception:
            pass


def _children():
    """Return the living and dead children of this process that nobody has waited for; Linux only."""
    found = set()
    try:
        for thread in _listdir("/proc/self/task"):
            fd = _open("/proc/self/task/%s/children" % thread, os.O_RDONLY | os.O_CLOEXEC)
            try:
                found.update(int(each) for each in _read(fd, 65536).split())
            finally:
                _close(fd)
    except (OSError, ValueError):
        pass
    return found


def end_orphans(under_way):
    """End what a child that is over has left behind; ``under_way`` are the children that go on."""
    if not _reaper:
        return
    for _ in range(ROUNDS):
        left = _children() - _reaper[0] - set(each.pid for each in under_way)
        if not left:
            return
        for pid in left:
            try:
                _kill(pid, signal.SIGKILL)
                _waitpid(pid, 0)
            except OSError:
                pass


def forked():
    """Fork; returns the child's id (0 in it), both ends of a pipe from it, and when it began."""
    receiving, sending = _pipe()
    began = clock()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fork(), receiving, sending, began


def _nowhere():
    """Return a descriptor of the device that takes everything, opened by the parent where it can be: it costs every child."""
    if not _null:
        _null.append(_open(os.devnull, os.O_RDWR | os.O_CLOEXEC))
    return _null[0]


def be_quiet():
    """What a child does first: it is its own group, dies of signals, and says nothing to anybody but its parent."""
    _setpgid(0, 0)
    if _reaper:
        _adopt()  # so that it is known whose orphans they are
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    for number in (0, 1, 2):
        os.dup2(_nowhere(), number)


class Child:
    """A child under way, and what it has said so far."""

    def __init__(self, pid, receiving, began, limit, count, each=0.0):
        """``limit`` are its seconds in all; ``each``: those of one test, where more than 0."""
        self.pid, self.receiving, self.began, self.count = pid, receiving, began, count
        self.last, self.each = began, each
        self.end, self.slowest, self.first = began + limit, 0.0, 0.0
        self.letters, self.mutant, self.slot = "", None, None

    @property
    def deadline(self):
        return min(self.end, self.last + self.each) if self.each else self.end

    def hear(self):
        """Take in what is there; returns whether it has said all it will say."""
        part = _read(self.receiving, 65536)
        now = clock()
        if part:
            self.first = self.first or now - self.began
            self.slowest, self.last = max(self.slowest, now - self.last), now
        self.letters += part.decode("ascii")
        return not part or len(self.letters) >= self.count

    def close(self):
        """End it; returns the seconds it took."""
        took = clock() - self.began
        _end(self.pid)
        _close(self.receiving)
        return took


def first_over(children):
    """Listen to children until one is done, or was too slow: then ``T`` is added to its letters."""
    while True:
        left = max(min(each.deadline for each in children) - clock(), 0.0)
        ready = _select([each.receiving for each in children], [], [], left)[0]
        for child in children:
            if child.receiving in ready and child.hear():
                return child
        for child in children:
            if not ready and clock() >= child.deadline:
                child.letters += "T"
                return child


def _end(pid):
    """End the child and what it started; its group may not exist yet, or no longer."""
    for target in (-pid, pid):
        try:
            _kill(target, signal.SIGKILL)
        except (OSError, ProcessLookupError):
            pass
    try:
        _waitpid(pid, 0)
    except OSError:
        pass


def letter_of(item, following, heard, errors=None):
    """Run a test and say how it went: P, F or S. ``heard`` collects what its subtests report by themselves.

    ``errors``: a list that takes the exceptions it failed with.
    """
    from _pytest.runner import runtestprotocol

    del heard[:]
    _say_little(item, [] if errors is None else errors)
    reports = runtestprotocol(item, log=False, nextitem=following) + heard
    if any(report.failed for report in reports):
        return b"F"
    if any(report.skipped or hasattr(report, "wasxfail") for report in reports):
        return b"S"
    return b"P"


def _say_little(item, errors):
    """Nobody reads how the test failed, and telling it (source, frames, values) takes most of a short test's time."""

    def failed(*args, **named):
        info = args[0] if args else named.get("excinfo")
        errors.append(getattr(info, "value", None))
        return "failed"

    for name in ("repr_failure", "_repr_failure_py"):
        if hasattr(item, name):
            setattr(item, name, failed)
