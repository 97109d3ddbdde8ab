"""A filter of system calls for the calling thread and what it starts: some are refused, some are asked about.

Landlock refuses writes below folders, and knows nothing of modes, owners, times, attributes, sockets in the file system,
shared memory and the machine's own settings. A seccomp filter sees numbers only, no path; so the calls that may change
something stop until the process that holds the listener has looked at them (``syscall_watch``). Linux 5.9 and newer, on the two
architectures whose numbers stand here.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterator

_NUMBERS: dict[str, tuple[int, ...]] = {
    # name: (x86_64, aarch64); -1: the architecture has no such call
    "open": (2, -1),
    "shmget": (29, 194),
    "socket": (41, 198),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "shmctl": (31, 195),
    "connect": (42, 203),
    "bind": (49, 200),
    "semget": (64, 190),
    "semctl": (66, 191),
    "msgget": (68, 186),
    "msgctl": (71, 187),
    "truncate": (76, 45),
    "rename": (82, -1),
    "mkdir": (83, -1),
    "rmdir": (84, -1),
    "creat": (85, -1),
    "link": (86, -1),
    "unlink": (87, -1),
    "symlink": (88, -1),
    "chmod": (90, -1),
    "fchmod": (91, 52),
    "chown": (92, -1),
    "fchown": (93, 55),
    "lchown": (94, -1),
    "utime": (132, -1),
    "mknod": (133, -1),
    "setpriority": (141, 140),
    "adjtimex": (159, 171),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "quotactl": (179, 60),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "clock_settime": (227, 112),
    "utimes": (235, -1),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "openat": (257, 56),
    "mkdirat": (258, 34),
    "mknodat": (259, 33),
    "fchownat": (260, 54),
    "futimesat": (261, -1),
    "unlinkat": (263, 35),
    "renameat": (264, 38),
    "linkat": (265, 37),
    "symlinkat": (266, 36),
    "fchmodat": (268, 53),
    "utimensat": (280, 88),
    "prlimit64": (302, 261),
    "clock_adjtime": (305, 266),
    "finit_module": (313, 273),
    "renameat2": (316, 276),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "openat2": (437, 437),
    "fchmodat2": (452, 452),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
}
_ONLY_WATCHED: dict[str, tuple[int, ...]] = {"execve": (59, 221), "execveat": (322, 281)}
"""Calls that nothing refuses, and that a watch is told of."""
WATCHED = (
    "open",
    "openat",
    "openat2",
    "link",
    "linkat",
    "rename",
    "renameat",
    "renameat2",
    "connect",
    *_ONLY_WATCHED,
)
_MACHINES = {"x86_64": (0, 0xC000003E, 317), "aarch64": (1, 0xC00000B7, 277)}
"""Column of the table, the architecture's number for audit, the number of seccomp(2)."""

OF_THE_MACHINE = [
    "adjtimex",
    "acct",
    "settimeofday",
    "swapon",
    "swapoff",
    "reboot",
    "sethostname",
    "setdomainname",
    "init_module",
    "delete_module",
    "quotactl",
    "clock_settime",
    "kexec_load",
    "add_key",
    "request_key",
    "keyctl",
    "clock_adjtime",
    "finit_module",
    "kexec_file_load",
    "bpf",
]
"""What a test of a project does not do, and root could: it is refused."""
SHARED_BY_NUMBER = "shmget shmctl semget semctl msgget msgctl mq_open mq_unlink".split()  # noqa: SIM905
"""Memory, semaphores and queues that belong to no folder."""
SOCKETS = ("connect",)
_OTHER_STREAMS = (262, 132)
"""Protocols of sockets that are TCP to a program and none to Landlock: MPTCP, which Go listens with, and SCTP."""
_AT_ONCE, _SENDS = 0x20000000, {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}
"""The flag with which data opens a connection (``MSG_FASTOPEN``), and the arguments that hold it."""
_OPENS = {"open": 1, "openat": 2}
"""Which argument holds the flags: only opening for writing is asked about."""
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_OTHERS = {"prlimit64": (0, 2), "setpriority": (1, 1)}
"""Asked about only where both arguments are not 0: whose, and what."""
ASKED = tuple(
    name
    for name in _NUMBERS
    if name not in {*OF_THE_MACHINE, *SHARED_BY_NUMBER, *SOCKETS, *_SENDS, "socket", "io_uring_setup"}
)

_SET_FILTER, _NEW_LISTENER, _WAIT_KILLABLE, _NO_NEW_PRIVILEGES = 1, 1 << 3, 1 << 5, 38
_ALLOW, _ASK, _REFUSE = 0x7FFF0000, 0x7FC00000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_X32 = 0x40000000
_ARGUMENTS = 16


def machine() -> tuple[int, int, int] | None:
    """Return what is known of this machine; None where no filter can be made."""
    is_linux = sys.platform.startswith("linux") and struct.calcsize("P") == 8
    return _MACHINES.get(platform.machine()) if is_linux else None


def names() -> dict[int, str]:
    """Return the names of the calls by this machine's numbers."""
    known = machine()
    every = _NUMBERS | _ONLY_WATCHED
    return {numbers[known[0]]: name for name, numbers in every.items()} if known else {}


def install(*, is_strict: bool) -> int:
    """Filter the calls of this thread, for good; needs ``no_new_privs``. Returns the listener, -1 when it was not possible.

    ``is_strict``: sockets are asked about, and what is shared by number is refused.
    """
    known = machine()
    return -1 if known is None else _installed(known[2], _program(*known[:2], is_strict=is_strict))


def install_watch() -> int:
    """Be told of the calls of this thread and of all it starts that open, start and connect; none is refused.

    For good; it may gain no privileges from then on (``sudo`` does not work). Returns the listener, -1 when it was not possible.
    """
    known = machine()
    if known is None or ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return -1
    return _installed(known[2], _watching(*known[:2]))


def _installed(number: int, steps: Iterator[bytes]) -> int:
    code = b"".join(steps)
    held = ctypes.create_string_buffer(code)

    class Program(ctypes.Structure):
        _fields_ = (("count", ctypes.c_ushort), ("code", ctypes.c_void_p))

    program = Program(len(code) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (_NEW_LISTENER | _WAIT_KILLABLE, _NEW_LISTENER):
        listener = libc.syscall(number, _SET_FILTER, flags, ctypes.byref(program))
        if listener >= 0:
            return int(listener)
    return -1


def _program(column: int, architecture: int, *, is_strict: bool) -> Iterator[bytes]:
    """Yield the filter's instructions: four fields of ``struct sock_filter``."""
    yield _step(_LOAD, 4)
    yield _step(_EQUAL, architecture, 1, 0)
    yield _step(_RETURN, _REFUSE | errno.EPERM)  # programs of another architecture have other numbers
    yield _step(_LOAD, 0)
    if column == 0:
        yield _step(_AT_LEAST, _X32, 0, 1)
        yield _step(_RETURN, _REFUSE | errno.ENOSYS)
    refused = dict.fromkeys(OF_THE_MACHINE, errno.EPERM) | {"io_uring_setup": errno.ENOSYS}
    asked = [*ASKED]
    if is_strict:
        asked += SOCKETS
        refused |= dict.fromkeys(SHARED_BY_NUMBER, errno.EPERM)
        yield from _when(_NUMBERS["socket"][column], _without_other_streams())
        for name, flags in _SENDS.items():
            yield from _when(_NUMBERS[name][column], _without_flag(flags))
    for name, why in refused.items():
        yield from _when(_NUMBERS[name][column], (_step(_RETURN, _REFUSE | why),))
    for name in asked:
        yield from _when(_NUMBERS[name][column], _asking(name))
    yield _step(_RETURN, _ALLOW)


def _watching(column: int, architecture: int) -> Iterator[bytes]:
    """Yield the instructions of a filter that asks and refuses nothing; io_uring would open files by no call at all."""
    yield _step(_LOAD, 4)
    yield _step(_EQUAL, architecture, 1, 0)
    yield _step(_RETURN, _ALLOW)  # programs of another architecture are not seen, and go on
    yield _step(_LOAD, 0)
    yield from _when(_NUMBERS["io_uring_setup"][column], (_step(_RETURN, _REFUSE | errno.ENOSYS),))
    for name in WATCHED:
        yield from _when((_NUMBERS | _ONLY_WATCHED)[name][column], (_step(_RETURN, _ASK),))
    yield _step(_RETURN, _ALLOW)


def _asking(name: str) -> tuple[bytes, ...]:
    ask, allow = _step(_RETURN, _ASK), _step(_RETURN, _ALLOW)
    if name in _OPENS:
        return (_step(_LOAD, _ARGUMENTS + 8 * _OPENS[name]), _step(_ANY_BIT, WRITES, 0, 1), ask, allow)
    if name in _OTHERS:
        whose, what = (_ARGUMENTS + 8 * each for each in _OTHERS[name])
        zero = (_step(_EQUAL, 0, 0, 1), allow)
        return (_step(_LOAD, whose), *zero, _step(_LOAD, what), *zero, ask)
    return (ask,)


def _without_other_streams() -> tuple[bytes, ...]:
    """A program that asks for one of these falls back to TCP, which is refused."""
    refuse, allow = _step(_RETURN, _REFUSE | errno.EPROTONOSUPPORT), _step(_RETURN, _ALLOW)
    found = [_step(_LOAD, _ARGUMENTS + 8 * 2)]
    for each in _OTHER_STREAMS:
        found += [_step(_EQUAL, each, 0, 1), refuse]
    return (*found, allow)


def _without_flag(at: int) -> tuple[bytes, ...]:
    refuse, allow = _step(_RETURN, _REFUSE | errno.EOPNOTSUPP), _step(_RETURN, _ALLOW)
    return (_step(_LOAD, _ARGUMENTS + 8 * at), _step(_ANY_BIT, _AT_ONCE, 0, 1), refuse, allow)


def _when(number: int, steps: tuple[bytes, ...]) -> Iterator[bytes]:
    if number < 0:
        return
    yield _step(_EQUAL, number, 0, len(steps))
    yield from steps


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
