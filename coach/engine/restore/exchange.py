"""Renames that lose nothing: two names exchanged at once, or a name given only where nothing has it.

Linux does both in one step (renameat2); elsewhere, and on file systems that cannot, a hard link does the second.
"""

import contextlib
import ctypes
import errno
import functools
import os
import sys
from collections.abc import Callable

_NOREPLACE, _EXCHANGE = 1, 2
_CANNOT = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})


class CannotExchangeError(OSError):
    """The file system exchanges no names."""


def exchange(one: str, one_folder: int, other: str, other_folder: int) -> None:
    """Exchange what two names stand for, at once. Raises OSError, CannotExchangeError where that is not possible."""
    try:
        _rename(one, one_folder, other, other_folder, _EXCHANGE)
    except OSError as error:
        if error.errno in _CANNOT - {errno.EPERM}:
            raise CannotExchangeError(error.errno, error.strerror) from error
        raise


def give_name(source: str, source_folder: int, name: str, folder: int) -> None:
    """Rename to a name that nothing has; one that exists is never replaced. Raises OSError (FileExistsError)."""
    try:
        _rename(source, source_folder, name, folder, _NOREPLACE)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    else:
        return
    try:
        os.link(source, name, src_dir_fd=source_folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    else:
        os.unlink(source, dir_fd=source_folder)
        return
    with contextlib.suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
    os.rename(source, name, src_dir_fd=source_folder, dst_dir_fd=folder)


def _rename(one: str, one_folder: int, other: str, other_folder: int, flags: int) -> None:
    call = _renameat2()
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if call(one_folder, os.fsencode(one), other_folder, os.fsencode(other), flags):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), one)


@functools.cache
def _renameat2() -> Callable[[int, bytes, int, bytes, int], int] | None:
    if sys.platform != "linux":
        return None
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return call
