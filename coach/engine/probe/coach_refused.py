"""Note what a confined process tried and was not allowed to do, and refuse what the kernel's fence does not know.

PYTEST_DONT_REWRITE

The interpreter tells of what Python code is about to do (PEP 578). Acts outside of the allowed folders are noted where the
same user could have done them without the fence: only then is it the fence that changed the run. Modes, owners, times
and attributes are nothing Landlock refuses, so here they are refused. Standard library only, Python 3.8+.
"""

import os
import socket
import sys
from _thread import get_ident

MOST_NOTED = 20
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_UNIX = getattr(socket, "AF_UNIX", None)
SERVICES = (
    "/run/nscd/", "/var/run/nscd/", "/run/systemd/journal/", "/run/systemd/userdb/", "/run/systemd/resolve/",
)
"""Sockets of the system that look names up and take log lines."""
SHARED_MEMORY = "/dev/shm"
SHARED = (SHARED_MEMORY, "/tmp", "/var/tmp")
"""Folders in which everybody makes things: what a confined run makes there is its own, where a filter looks at it."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAY_WRITE, _EPERM = os.W_OK, 1


class _Real:
    """The system as it was at import, before any test could replace a part of it."""

    def __init__(self):
        self.fspath, self.fsdecode, self.getcwd, self.readlink = os.fspath, os.fsdecode, os.getcwd, os.readlink
        self.access, self.lexists, self.realpath = os.access, os.path.lexists, os.path.realpath
        self.join, self.split, self.sep = os.path.join, os.path.split, os.sep
        self.getsid = getattr(os, "getsid", None)
        self.getpgrp, self.killpg = getattr(os, "getpgrp", None), getattr(os, "killpg", None)


_real = _Real()


class _Watch:
    """What may be done, and what was tried besides."""

    def __init__(self):
        self.allowed, self.tcp, self.unix, self.is_asked = (), False, False, False
        self.noted, self.is_on, self.busy, self.told = [], False, set(), None
        self.of_others = frozenset()

    # ---- hearing ----------------------------------------------------------------------------------------------------

    def heard(self, event, args):
        handle = _HANDLERS.get(event)
        if handle is None or not self.allowed or get_ident() in self.busy:
            return
        refusal, thread = "", get_ident()
        self.busy.add(thread)  # looking a path up tells of acts, too
        try:
            refusal = handle(self, args) or ""
        except Exception:
            pass  # whatever it was, it is not for us to disturb
        finally:
            self.busy.discard(thread)
        if refusal:
            raise PermissionError(_EPERM, "coach's fence: " + refusal)

    def note(self, act):
        if len(self.noted) < MOST_NOTED and act not in self.noted:
            self.noted.append(act)
            if self.told is not None:
                self.told(act)

    # ---- files ------------------------------------------------------------------------------------------------------

    def is_inside(self, path):
        if any(path == each or path.startswith(each + _real.sep) for each in self.allowed):
            return True
        if self.is_asked and path not in SHARED:
            root = next((each for each in SHARED if path.startswith(each + _real.sep)), "")
            if root:
                return path[len(root) + 1 :].split(_real.sep)[0] not in self.of_others
        return path.startswith("/dev/") and not path.startswith(SHARED_MEMORY)

    def opened(self, args):
        path, mode, flags = args
        for_writing = flags & _WRITES or (type(mode) is str and (mode[:1] not in ("r", "") or "+" in mode))
        if for_writing and type(path) is not int:
            self.written("writes", path)

    def written(self, verb, path):
        """Note a file that is written; what is not there is made."""
        place = _place(path, None)
        if not self.is_inside(place) and _is_possible(place):
            self.note("%s %s" % (verb, place))

    def named(self, verb, path, folder=None):
        """Note a name that is made or taken away: a link is one itself."""
        place = _place(path, folder, follow=False)
        if not self.is_inside(place) and _may_write(_real.split(place)[0]):
            self.note("%s %s" % (verb, place))

    def marked(self, what, path, folder=None):
        """Refuse to change what a file is marked with, when it lies outside."""
        place = _place(path, folder)
        if self.is_inside(place) or not _real.lexists(place):
            return ""
        if self.is_asked and self.is_inside(_place(path, folder, follow=False)):
            return ""  # a link: the filter knows whether it is meant itself
        act = "changes the %s of %s" % (what, place)
        self.note(act)
        return act

    # ---- processes and sockets --------------------------------------------------------------------------------------

    def connected(self, verb, args):
        who, address = args[0], args[1]
        is_internet = who.family in _INTERNET and who.type & 0xF == socket.SOCK_STREAM
        if is_internet and not self.tcp and (address[1] or verb != "listens on"):
            self.note("%s TCP %s:%s" % (verb, address[0], address[1]))
        is_path = who.family == _UNIX and address[:1] not in ("\0", b"\0", "", b"")
        if is_path and verb == "listens on":
            self.named("makes", address)
        elif is_path and not self.unix:
            place = _place(address, None)
            if not self.is_inside(place) and not place.startswith(SERVICES) and _real.lexists(place):
                act = "connects to the socket %s" % place
                self.note(act)
                return act
        return ""

    def signalled(self, verb, args):
        number, signal = args
        if not signal or number in (0, -1) or _real.getsid is None:
            return
        if self._is_other_session(verb, abs(number)):
            self.note("%s %d" % (verb, number))

    def _is_other_session(self, verb, number):
        try:
            return _real.getsid(number) != _real.getsid(0)
        except OSError:  # the process is gone; a group outlives the one it is named after
            return "group" in verb and number != _real.getpgrp() and _lives(number)


def _lives(group):
    try:
        _real.killpg(group, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _place(path, folder, follow=True):
    """Return where a path leads; ``folder`` is a descriptor that it is relative to. Links are followed."""
    if type(path) is int:
        return _real.readlink("/proc/self/fd/%d" % path)
    path = _real.fsdecode(path)
    if path[:1] != _real.sep:
        start = _real.getcwd()
        if type(folder) is int and folder >= 0:
            start = _real.readlink("/proc/self/fd/%d" % folder)
        path = _real.join(start, path)
    if follow:
        return _real.realpath(path)
    head, tail = _real.split(path.rstrip(_real.sep))
    return _real.join(_real.realpath(head), tail)


def _may_write(path):
    return _real.access(path, _MAY_WRITE)


def _is_possible(place):
    """Whether the user could write this file, or make it."""
    return _may_write(place if _real.lexists(place) else _real.split(place)[0])


def _names(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return ()


def _at(args, index):
    return args[index] if len(args) > index else None


_HANDLERS = {
    "open": lambda it, args: it.opened(args),
    "os.truncate": lambda it, args: it.written("truncates", args[0]),
    "sqlite3.connect": lambda it, args: _database(it, args[0]),
    "os.remove": lambda it, args: it.named("removes", args[0], _at(args, 1)),
    "os.rmdir": lambda it, args: it.named("removes", args[0], _at(args, 1)),
    "os.mkdir": lambda it, args: it.named("makes", args[0], _at(args, 2)),
    "os.symlink": lambda it, args: it.named("makes", args[1], _at(args, 2)),
    "os.link": lambda it, args: (
        it.named("links to", args[0], _at(args, 2)), it.named("makes", args[1], _at(args, 3)), "",
    )[-1],
    "os.rename": lambda it, args: (
        it.named("renames", args[0], _at(args, 2)), it.named("makes", args[1], _at(args, 3)), "",
    )[-1],
    "os.chmod": lambda it, args: it.marked("mode", args[0], _at(args, 2)),
    "os.chown": lambda it, args: it.marked("owner", args[0], _at(args, 3)),
    "os.chflags": lambda it, args: it.marked("flags", args[0]),
    "os.utime": lambda it, args: it.marked("times", args[0], _at(args, 3)),
    "os.setxattr": lambda it, args: it.marked("attributes", args[0]),
    "os.removexattr": lambda it, args: it.marked("attributes", args[0]),
    "socket.connect": lambda it, args: it.connected("connects to", args),
    "socket.bind": lambda it, args: it.connected("listens on", args),
    "os.kill": lambda it, args: it.signalled("signals process", args),
    "os.killpg": lambda it, args: it.signalled("signals process group", args),
}


def _database(watch, name):
    if type(name) is str and (name == ":memory:" or name.startswith("file:") or not name):
        return
    watch.written("writes", name)


_watch = _Watch()


def watch(allowed, tcp=False, unix=False, is_asked=False, told=None, are_real=False):
    """Begin to note and refuse; harmless to repeat, with what is allowed from then on.

    Args:
        allowed: the folders that may be written below.
        tcp: whether TCP is allowed.
        unix: whether Unix sockets outside may be connected to.
        is_asked: whether a filter of system calls looks at what Landlock does not know.
        told: called with each act in the moment it is noted: a process may not live to be asked.
        are_real: whether the folders are known to hold no links: resolving them takes a forked child a while.

    """
    _watch.allowed = tuple(allowed) if are_real else tuple(_real.realpath(_real.fspath(each)) for each in allowed)
    _watch.tcp, _watch.unix, _watch.is_asked, _watch.told = tcp, unix, is_asked, told
    if is_asked and not _watch.of_others:
        _watch.of_others = frozenset(name for each in SHARED for name in _names(each))
    if not _watch.is_on and hasattr(sys, "addaudithook"):
        _watch.is_on = True
        sys.addaudithook(_watch.heard)


def refused():
    """Return the first act that was refused, empty when none was: ``writes /home/me/notes``."""
    return _watch.noted[0] if _watch.noted else ""


def all_refused():
    """Return the acts that were refused, the oldest first, a bounded number of them."""
    return tuple(_watch.noted)


def forget():
    """Forget what was refused so far: a forked child has not done what its parent did."""
    del _watch.noted[:]
