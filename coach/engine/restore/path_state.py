"""What stands at a path of the checkout, found without following any link, and told by its content.

Every look goes from the root's own descriptor down, folder by folder: a folder that somebody exchanges for a link in the same
moment leads nowhere else.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from coach.engine.trees.tree_diff import GONE, LINK

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_CHUNK = 1 << 20
_IMMUTABLE = 0x10 | 0x20
"""FS_IMMUTABLE_FL and FS_APPEND_FL."""
_GET_FLAGS = 0x80086601
"""FS_IOC_GETFLAGS of Linux on 64 bits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at a name. ``kind`` is absent, file, link, folder, other or unreadable."""

    kind: str
    blob: str = ""
    """Of a file its content, of a link where it leads, as git names it."""
    seen: os.stat_result | None = None
    is_written: bool = False
    """Another program has it open for writing."""

    def holds(self, mode: str, blob: str) -> bool:
        """Whether it is what a tree says; whether it may be run is no content."""
        if mode == GONE:
            return self.kind == "absent"
        return self.kind == ("link" if mode == LINK else "file") and self.blob == blob


@contextlib.contextmanager
def root_folder(path: os.PathLike[str]) -> Iterator[int]:
    """Open the root of the checkout."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


@contextlib.contextmanager
def parent_of(root: int, path: str) -> Iterator[tuple[int, str]]:
    """Open the folder of a path, following no link. Raises OSError where there is none (any more)."""
    *folders, name = path.split("/")
    fd = os.dup(root)
    try:
        for each in folders:
            inner = os.open(each, _FOLDER, dir_fd=fd)
            os.close(fd)
            fd = inner
        yield fd, name
    finally:
        os.close(fd)


def nearest_folder(root: int, path: str) -> tuple[str, str]:
    """Return the deepest folder above a path that is there, and the first name below it that is not."""
    folders = path.split("/")[:-1]
    for depth, name in enumerate(folders):
        place = "/".join(folders[: depth + 1])
        with parent_of(root, place) as (fd, _):
            try:
                seen = os.stat(name, dir_fd=fd, follow_symlinks=False)
            except FileNotFoundError:
                return "/".join(folders[:depth]), place
            if not stat.S_ISDIR(seen.st_mode):
                return "/".join(folders[:depth]), place
    return "/".join(folders), path


def look_at(root: int, path: str, format_: str) -> Standing:
    """Say what stands at a path."""
    try:
        with parent_of(root, path) as (folder, name):
            return look(folder, name, format_)
    except (FileNotFoundError, NotADirectoryError):
        return Standing("absent")
    except OSError as error:
        # A folder above that is a link now: below it there is nothing of ours.
        return Standing("absent" if error.errno == errno.ELOOP else "unreadable")


def look(folder: int, name: str, format_: str) -> Standing:
    """Say what stands at a name in an open folder."""
    try:
        seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(seen.st_mode):
            way = os.fsencode(os.readlink(name, dir_fd=folder))
            return Standing("link", _hashed([way], len(way), format_), seen)
        if not stat.S_ISREG(seen.st_mode):
            return Standing("folder" if stat.S_ISDIR(seen.st_mode) else "other", "", seen)
        with opened(folder, name) as fd:
            return look_into(fd, format_)
    except FileNotFoundError:
        return Standing("absent")
    except OSError:
        return Standing("unreadable")


@contextlib.contextmanager
def opened(folder: int, name: str) -> Iterator[int]:
    """Open a file for reading; never waits and follows no link. Raises OSError."""
    fd = os.open(name, _FILE, dir_fd=folder)
    try:
        yield fd
    finally:
        os.close(fd)


def look_into(fd: int, format_: str) -> Standing:
    """Say what an open file holds. Raises OSError."""
    seen = os.fstat(fd)
    if not stat.S_ISREG(seen.st_mode):
        return Standing("other", "", seen)
    is_written = has_writer(fd)
    os.lseek(fd, 0, os.SEEK_SET)
    return Standing("file", _hashed(_chunks(fd, seen.st_size), seen.st_size, format_), seen, is_written)


def has_writer(fd: int) -> bool:
    """Whether another program has a file open for writing; False where the system does not say.

    A lease for reading is only given out while nobody can write.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(fd, fcntl.F_SETSIG, 23)  # SIGURG, ignored by everybody, should somebody open it just now
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def is_immutable(folder: int, name: str) -> bool:
    """Whether a file or folder (name ``.``) carries the mark that nobody may change it."""
    flags = bytearray(8)
    try:
        with opened(folder, name) as fd:
            fcntl.ioctl(fd, _GET_FLAGS, flags)
    except OSError:
        return False
    return bool(int.from_bytes(flags[:4], sys.byteorder) & _IMMUTABLE)


def _chunks(fd: int, size: int) -> Iterator[bytes]:
    """Read as much as was there when it was looked at, and one byte more: what grew is another content."""
    left = size + 1
    while left > 0 and (part := os.read(fd, min(left, _CHUNK))):
        left -= len(part)
        yield part


def _hashed(parts: Iterator[bytes] | list[bytes], size: int, format_: str) -> str:
    digest = hashlib.new(format_, b"blob %d\0" % size, usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
