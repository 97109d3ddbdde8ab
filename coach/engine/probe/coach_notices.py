"""Hear from the kernel which names below some folders were touched, by whatever program (inotify, Linux only).

PYTEST_DONT_REWRITE

Part of ``coach_pristine``; standard library only, Python 3.8+. What a process did is told before it can be seen to have ended.
"""

import os
import struct
import sys

try:
    import ctypes
except ImportError:  # a python built without it
    ctypes = None

_MODIFY, _ATTRIBUTES, _CLOSED_WRITTEN = 0x2, 0x4, 0x8
_MOVED_FROM, _MOVED_TO, _CREATED, _DELETED, _DELETED_SELF, _MOVED_SELF = 0x40, 0x80, 0x100, 0x200, 0x400, 0x800
_ONLY_FOLDERS, _IS_FOLDER = 0x01000000, 0x40000000
_LOST = 0x2000 | 0x4000 | 0x8000
"""Unmounted, more than the queue holds, no longer watched."""
_MASK = (
    _MODIFY | _ATTRIBUTES | _CLOSED_WRITTEN | _MOVED_FROM | _MOVED_TO | _CREATED | _DELETED | _DELETED_SELF | _MOVED_SELF
)
_FOLDER_GONE = _MOVED_FROM | _MOVED_TO | _DELETED
_HEAD = struct.Struct("iIII")
_close, _read = os.close, os.read


class Notices:
    """What was touched below the folders; ``is_on`` says whether the kernel tells."""

    def __init__(self, folders):
        self.fd, self.paths, self.waiting, self.libc = -1, {}, b"", None
        self.is_on = self._begin() and all(self._add(each) for each in folders)
        if not self.is_on:
            self.close()

    def _begin(self):
        if ctypes is None or not sys.platform.startswith("linux"):
            return False
        try:
            self.libc = ctypes.CDLL(None, use_errno=True)
            self.fd = self.libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, AttributeError):
            return False
        return self.fd >= 0

    def _add(self, folder):
        number = self.libc.inotify_add_watch(self.fd, os.fsencode(folder), ctypes.c_uint32(_MASK | _ONLY_FOLDERS))
        self.paths[number] = folder
        return number >= 0

    def any(self):
        self._take()
        return bool(self.waiting)

    def _take(self):
        while True:
            try:
                part = _read(self.fd, 65_536)
            except OSError:
                return
            self.waiting += part
            if not part:
                return

    def names(self):
        """Return the paths that were touched; None: it may be any."""
        if not self.is_on:
            return None
        self._take()
        found, data, position = set(), self.waiting, 0
        while position + _HEAD.size <= len(data):
            number, mask, _, length = _HEAD.unpack_from(data, position)
            position += _HEAD.size
            name = data[position : position + length].rstrip(b"\0")
            position += length
            if mask & _LOST or mask & _MOVED_SELF or number not in self.paths:
                return None
            if mask & _IS_FOLDER and mask & _FOLDER_GONE:
                return None
            folder = self.paths[number]
            found.add(os.path.join(folder, os.fsdecode(name)) if name else folder)
        return found

    def drop(self):
        """Forget what was told, also of what was done meanwhile to put names back."""
        self._take()
        self.waiting = b""

    def close(self):
        if self.fd >= 0:
            _close(self.fd)
        self.fd, self.is_on = -1, False
