"""What the kernel takes from a process: locks of files, or what lets root write where nobody may. Called in a new process."""

import ctypes
import os
import platform
from errno import ENOLCK

FLOCK = {"x86_64": 73, "aarch64": 32}.get(platform.machine(), 0)
REFUSED = 99
"""Exit code: this kernel does not let a process give these up."""
_OVERRIDES = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH."""


class _Filter(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Filter)))


def without_locks():
    """Have the kernel answer flock as a file system without locks does, for this process and all it starts."""
    steps = [
        (0x20, 0, 0, 0),
        (0x15, 0, 1, FLOCK),
        (0x06, 0, 0, 0x00050000 | ENOLCK),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    filters = (_Filter * len(steps))(*(_Filter(*each) for each in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(_Program(len(steps), filters)), 0, 0):
        os._exit(REFUSED)


def without_override():
    """Take from root what lets it write where nobody may, and from all it starts: it is its own files' owner, no more."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    of = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; low words, then high words
    refused = [libc.prctl(24, number, 0, 0, 0) for number in (1, 2)] + [libc.capget(of, sets)]
    for place in range(3):
        sets[place] &= ~_OVERRIDES
    if any(refused) or libc.capset(of, sets):
        os._exit(REFUSED)
