"""Confine the thread that asks: from then on it, and whatever it starts, writes only where it may. Linux only (Landlock).

PYTEST_DONT_REWRITE

No privilege is needed, and nothing gives a right back. Reading stays free. What Landlock knows depends on the kernel, so
every version of its interface is asked for what that one has: ``knows``. Also read by coach itself. Standard library
only, Python 3.8+; nothing raises.
"""

import os
import stat
import sys

try:
    import ctypes
except ImportError:  # a python built without it
    ctypes = None

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION = 1
_NO_NEW_PRIVILEGES = 38
_BENEATH, _PORT = 1, 2
_QUIET_SINCE, _QUIET = 7, 1
"""From then on the kernel writes refusals into its audit log, which is the system's and not ours."""

EXECUTE, WRITE, READ, LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_CHANGES = sum(1 << bit for bit in (1, 4, 5, 6, 7, 8, 9, 10, 11, 12))
"""Write to a file; remove folders and files; make devices, folders, files, sockets, pipes and links."""
_REFER, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = WRITE | _TRUNCATE | _DEVICE_CONTROL
"""The rights that a rule for a single file may name."""
_TCP, _SCOPES = 0b11, 0b11
"""Bind and connect; abstract Unix sockets and signals."""
_BIND, _ANY_PORT = 0b01, 0
"""A port that the kernel chooses is nobody's: plugins of pytest listen on one as soon as it starts."""
_SINCE = {"files": 1, "links": 2, "truncation": 3, "tcp": 4, "devices": 5, "signals": 6}

DEVICES = (
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts",
    "/dev/dri", "/dev/kfd",
)
"""Nobody's data: what is written there is gone, or is a terminal of the program's own, or a graphics card's."""
_NVIDIA = "nvidia"

_abi, _known_libc = [], []


def version():
    """Return which version of Landlock's interface the kernel has; 0: none, or it is forbidden to ask."""
    if not _abi:
        _abi.append(_ask_version())
    return _abi[0]


def _ask_version():
    if not sys.platform.startswith("linux") or ctypes is None:
        return 0
    try:
        return max(int(_libc().syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))), 0)
    except Exception:
        return 0


def knows():
    """Return what the kernel can refuse, in the words of ``_SINCE``."""
    return frozenset(word for word, since in _SINCE.items() if version() >= since)


def confine(allowed, tcp=False, signals=False):
    """Let the calling thread, and what it starts, write below ``allowed`` only; True when the kernel does so.

    Args:
        allowed: folders and files; those that are not there cannot be written to later either.
        tcp: whether TCP ports may be bound and connected to; without it only one that the kernel chooses may be bound.
        signals: whether processes outside may be signalled, and their abstract sockets be connected to.

    What the kernel is too old to know stays possible: ``knows``.
    """
    ruleset = prepared(allowed, tcp, signals)
    try:
        return confine_by(ruleset)
    finally:
        if ruleset >= 0:
            os.close(ruleset)


def prepared(allowed, tcp=False, signals=False):
    """Return a descriptor of what ``confine`` would refuse, for ``confine_by`` in any number of children; -1: it cannot be."""
    abi, ruleset = version(), -1
    if not abi:
        return -1
    try:
        libc = _libc()
        ruleset = _ruleset(libc, abi, tcp, signals)
        if ruleset >= 0:
            for path in (*allowed, *_devices()):
                _allow(libc, ruleset, abi, path)
            if abi >= 4 and not tcp:
                _add(libc, ruleset, _PORT, _Port(_BIND, _ANY_PORT))
        return ruleset
    except Exception:
        if ruleset >= 0:
            os.close(ruleset)
        return -1


def confine_by(ruleset):
    """Confine the calling thread by what was prepared; True when the kernel does so."""
    try:
        libc = _libc()
        if ruleset < 0 or libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return False
        flags = _QUIET if version() >= _QUIET_SINCE else 0
        return libc.syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(flags)) == 0
    except Exception:
        return False


def overwrite(address, value):
    """Write over as many bytes of this process; the file that the kernel has for that is not below what may be written."""
    ctypes.memmove(address, value, len(value))


def _libc():
    if not _known_libc:
        _known_libc.append(ctypes.CDLL(None, use_errno=True))
    return _known_libc[0]


def _rights(abi):
    rights = _CHANGES
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _DEVICE_CONTROL)):
        if abi >= since:
            rights |= right
    return rights


def _ruleset(libc, abi, tcp, signals):
    """Return a descriptor; the structure grew twice, and a kernel takes only as much of it as it knows."""
    fields = [_rights(abi)]
    if abi >= 4:
        fields.append(0 if tcp else _TCP)
    if abi >= 6:
        fields.append(0 if signals else _SCOPES)
    attributes = (ctypes.c_uint64 * len(fields))(*fields)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    return libc.syscall(_CREATE, ctypes.byref(attributes), size, ctypes.c_uint32(0))


if ctypes is not None:

    class _Beneath(ctypes.Structure):
        _pack_ = 1
        _layout_ = "ms"
        _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]

    class _Port(ctypes.Structure):
        _fields_ = [("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64)]


def _add(libc, ruleset, kind, rule):
    libc.syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(kind), ctypes.byref(rule), ctypes.c_uint32(0))


def _allow(libc, ruleset, abi, path):
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not there, and so not to be written to
    try:
        rights = _rights(abi)
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        _add(libc, ruleset, _BENEATH, _Beneath(rights, place))
    finally:
        os.close(place)


def _devices():
    try:
        cards = ["/dev/" + name for name in os.listdir("/dev") if name.startswith(_NVIDIA)]
    except OSError:
        cards = []
    return (*DEVICES, *cards)
