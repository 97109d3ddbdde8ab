"""The log of one session: appended durably by one writer, readable whatever happened to it.

One event is one checked ``os.write`` on ``O_APPEND``, then a sync; whatever of it did not succeed is taken back, so the
file always ends with a whole line. Only a crash between can leave a torn tail: opening for writing sets it aside in
``log.jsonl.torn-<n>``. Damaged lines in the middle stay where they are and are counted. A log that holds anything of a
newer coach is not written to.
"""

import contextlib
import errno
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from coach.core.log.events import Recorded, SessionOpened
from coach.errors import SessionError, StoreError
from coach.regular_files import bounded_lines, opened
from coach.store import artefacts
from coach.store.lines import NEWER, encode, is_newer, read_line
from coach.store.lock import SessionLock
from coach.store.paths import LOG_NAME, MAX_LINE, imported_from, make_private, unusable

Write = Callable[[int, bytes], int]

_sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EROFS}


@dataclass(frozen=True, slots=True)
class LoadedLog:
    """What a log holds, and what is wrong with it."""

    records: tuple[Recorded, ...] = ()
    """In order of ``seq``; of two with the same, the first in the file."""
    damaged: int = 0
    """Lines that could not be read, or repeated a sequence number."""
    torn: int = 0
    """Bytes after the last whole line: an event whose writing was cut off."""
    read_only_reason: str = ""


@dataclass(slots=True)
class _Lines:
    """The whole lines of a file, and how many bytes follow the last."""

    path: Path
    whole: int = field(default=0, init=False)
    torn: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[bytes]:
        with opened(self.path) as file:
            for line, length in bounded_lines(file, MAX_LINE):
                if line.endswith(b"\n"):
                    self.whole += length
                    yield line
                else:
                    self.torn = length


def read_log(folder: Path, *, late: bool = False) -> LoadedLog:
    """Read a session's log as far as it can be read; never changes it and never raises for what is in it.

    ``late`` is for looking only: what failed in a run is read when it is looked at (see ``LateFailures``).
    """
    path = folder / LOG_NAME
    lines = _Lines(path)
    damaged = 0
    reason = ""
    found: dict[int, Recorded] = {}
    try:
        with no_collection():
            for line in lines:
                if not line.strip():
                    continue
                later = partial(_later, path, lines.whole - len(line)) if late else None
                record = read_line(line, later)
                if record is None or record.seq in found:
                    damaged += 1
                    continue
                found[record.seq] = record
                reason = reason or (NEWER if is_newer(record) else "")
    except OSError as error:
        raise unusable(path, error) from error
    records = tuple(found[seq] for seq in sorted(found))
    return LoadedLog(records, damaged, lines.torn, reason)


def _later(path: Path, begin: int, start: int, length: int) -> Callable[[], bytes]:
    return partial(_part, path, begin + start, length)


def _part(path: Path, start: int, length: int) -> bytes:
    """Read a part of a log again: whole lines never move."""
    with opened(path) as file:
        file.seek(start)
        return file.read(length)


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Pause the search for garbage: reading makes none in cycles, and the search would take half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()  # what was read stays: looking through it once would take as long as reading it
    finally:
        if was_enabled:
            gc.enable()


class SessionLog:
    """A session's log, held for writing."""

    def __init__(self, folder: Path, lock: SessionLock, fd: int, write: Write) -> None:
        self.path = folder / LOG_NAME
        self.note = lock.note
        self._lock = lock
        self._fd = fd
        self._write = write
        self._good = os.fstat(fd).st_size
        self._is_torn = False

    @classmethod
    def create(cls, folder: Path, *, write: Write = os.write) -> "SessionLog":
        """Begin a session in a new folder."""
        make_private(folder)
        lock = SessionLock(folder)
        try:
            fd = os.open(folder / LOG_NAME, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            _sync_folder(folder)
            _sync_folder(folder.parent)
        except OSError as error:
            lock.release()
            raise unusable(folder / LOG_NAME, error) from error
        return cls(folder, lock, fd, write)

    @classmethod
    def open(cls, folder: Path, *, write: Write = os.write) -> tuple["SessionLog", LoadedLog]:
        """Open a session for writing: take the lock, read, set a torn tail aside."""
        if not (folder / LOG_NAME).is_file():
            raise SessionError(f"session {folder.name} has no log", do="see `coach sessions`")
        lock = SessionLock(folder)
        try:
            loaded = read_log(folder)
            _refuse_unwritable(folder.name, loaded, imported_from(folder))
            fd = os.open(folder / LOG_NAME, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            lock.release()
            raise unusable(folder / LOG_NAME, error) from error
        except BaseException:
            lock.release()
            raise
        log = cls(folder, lock, fd, write)
        try:
            log._set_torn_tail_aside(loaded.torn)
        except BaseException:
            log.close()
            raise
        return log, loaded

    @property
    def is_deleted(self) -> bool:
        """Whether somebody took the file away: what is written now nobody could read."""
        return os.fstat(self._fd).st_nlink == 0

    def append(self, *records: Recorded) -> None:
        """Write events durably, all or none. Raises StoreError; a failed append leaves no torn line."""
        line = b"".join(map(encode, records))
        try:
            self._take_back()
            self._is_torn = True
            self._write_whole(line)
            _synced(self._fd)
        except OSError as error:
            with contextlib.suppress(OSError):  # tried again before the next append
                self._take_back()
            raise _not_saved(self.path, error) from error
        self._good += len(line)
        self._is_torn = False

    def output(self, artefact: str) -> str:
        """Return kept output by its content hash; empty when it is gone."""
        return artefacts.read(artefact)

    def close(self) -> None:
        """Give up the lock. Safe to call twice."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                self._take_back()
            os.close(self._fd)
            self._fd = -1
        self._lock.release()

    def abandon(self) -> None:
        """Take an empty log away before its lock is given up: nothing of the session could be written."""
        if self._fd >= 0 and self._good == 0 and not self.is_deleted:
            shutil.rmtree(self.path.parent, ignore_errors=True)
        self.close()

    def _write_whole(self, line: bytes) -> None:
        """Write in one call: a full disk takes the first part of a line without an error."""
        if self._write(self._fd, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _take_back(self) -> None:
        """Cut the file to its last good length when an append did not end well."""
        if self.is_deleted:
            # Writing on would succeed, into a file nobody can ever open again.
            raise FileNotFoundError(errno.ENOENT, "the log was deleted")
        if self._is_torn:
            os.ftruncate(self._fd, self._good)
            self._is_torn = False

    def _set_torn_tail_aside(self, torn: int) -> None:
        if not torn:
            return
        whole = self._good - torn
        try:
            with opened(self.path) as log, _new_beside(self.path).open("wb") as aside:
                log.seek(whole)
                shutil.copyfileobj(log, aside)
                aside.flush()
                os.fsync(aside.fileno())
            os.ftruncate(self._fd, whole)
            _synced(self._fd)
        except OSError as error:
            raise _not_saved(self.path, error) from error
        self._good = whole


def _refuse_unwritable(session: str, loaded: LoadedLog, imported: str) -> None:
    """Leave a newer coach's log, or one without its beginning, as it is."""
    reason = loaded.read_only_reason
    if imported:
        reason = f"it was imported from {imported}"
    if not reason and not any(isinstance(record.event, SessionOpened) for record in loaded.records):
        reason = "its first event is damaged"
    if reason:
        raise SessionError(
            f"session {session} cannot be continued", why=reason, do=f"read it with `coach review {session}`"
        )


def _new_beside(path: Path) -> Path:
    """Create the first free ``<name>.torn-<n>``, private."""
    number = 1
    while True:
        place = path.with_name(f"{path.name}.torn-{number}")
        try:
            os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            number += 1
        else:
            return place


def _synced(fd: int) -> None:
    try:
        _sync(fd)
    except OSError as error:
        if error.errno not in _NO_SYNC:  # some file systems cannot sync, and say so
            raise


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # not every file system syncs folders
            os.fsync(fd)
    finally:
        os.close(fd)


def _not_saved(path: Path, error: OSError) -> StoreError:
    return StoreError(
        "the newest events are not saved",
        why=f"{error.strerror or error}: {path}",
        do="free space or rights there; saving is tried again with the next event",
    )
