"""Answer the system calls that a filter stopped, one after the other, until nobody is left whom it holds for."""

import contextlib
import errno
import fcntl
import os
import select
import struct
from collections.abc import Callable

from coach.engine.confine import syscall_filter
from coach.engine.confine.stopped_call import Call

_RECEIVE, _SEND, _IS_VALID, _SET_FLAGS = 0xC0502100, 0xC0182101, 0x40082102, 0x40082104
_SAME_PROCESSOR = 1
"""The thread that waits and the one that answers take turns: no second processor need be woken (Linux 6.6)."""
_CALL = struct.Struct("=QIIiIQ6Q")
_ANSWER = struct.Struct("=QqiI")
_GO_ON = 1
Look = Callable[[str, Call], int]
"""Looks at a call by its name; returns the error number that refuses it, 0 to let the kernel decide. Raises nothing."""


def answer_all(listener: int, look: Look) -> None:
    """Answer every call, and close the listener in the end. Raises OSError when the calls cannot be received any more."""
    names, poll = syscall_filter.names(), select.poll()
    poll.register(listener, select.POLLIN)
    with contextlib.suppress(OSError):
        fcntl.ioctl(listener, _SET_FLAGS, _SAME_PROCESSOR)
    try:
        while not any(seen & (select.POLLHUP | select.POLLERR) for _, seen in poll.poll()):
            _answer_one(listener, names, look)
    finally:
        os.close(listener)


def _answer_one(listener: int, names: dict[int, str], look: Look) -> None:
    call = bytearray(_CALL.size)
    try:
        fcntl.ioctl(listener, _RECEIVE, call)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.EINTR}:  # it died meanwhile
            return
        raise
    number, pid, _, code, _, _, *arguments = _CALL.unpack(call)
    why = look(names.get(code, ""), Call(pid, tuple(arguments)))
    with contextlib.suppress(OSError):  # it died meanwhile
        fcntl.ioctl(listener, _IS_VALID, struct.pack("=Q", number))
        fcntl.ioctl(listener, _SEND, bytearray(_ANSWER.pack(number, 0, -why, 0 if why else _GO_ON)))
