"""The log of a live session that may have to wait for a place, lose it, or get another one.

A state directory that cannot be used is no reason not to debug. What cannot be written is the dispatcher's to keep
and to try again; this makes the log as soon as it can be made, makes it again when somebody deleted it, and moves it
where it is told.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from coach.core.log.events import Recorded
from coach.errors import StoreError
from coach.store import artefacts
from coach.store.log import LoadedLog, SessionLog, read_log
from coach.store.paths import LOG_NAME, other_home

MAX_HELD = 16_000_000
"""Characters of output that are held in memory while nothing can be stored."""


class Recording:
    """Appends like a log; whatever was appended is in the log that is there now, also when that is another file."""

    def __init__(self, folder: Callable[[], Path], written: Sequence[Recorded] = ()) -> None:
        """Begin with what a log holds already. ``folder`` is asked whenever a log is opened, so a place may change."""
        self._folder = folder
        self._written = list(written)
        self._log: SessionLog | None = None
        self._held: dict[str, str] = {}
        self._holding = threading.Lock()

    @classmethod
    def begun(cls, folder: Callable[[], Path]) -> "Recording":
        """Begin a session, in memory when its log cannot be made now."""
        recording = cls(folder)
        try:
            recording._log = SessionLog.create(folder())
        except StoreError:
            return recording  # said with the first event, which is tried again and again
        return recording

    @classmethod
    def taken_up(cls, folder: Callable[[], Path]) -> tuple["Recording", LoadedLog]:
        """Take up a session. Raises SessionHeld and SessionError; a log that can only be read is continued in memory."""
        try:
            log, loaded = SessionLog.open(folder())
        except StoreError:
            loaded = read_log(folder())
            return cls(folder, loaded.records), loaded
        recording = cls(folder, loaded.records)
        recording._log = log
        return recording, loaded

    def append(self, record: Recorded) -> None:
        """Write one event durably, in a new log when the old one is gone. Raises StoreError."""
        if self._log and self._log.is_deleted:
            self.close()
        if self._log is None:
            self._log = self._opened()
        self._log.append(record)
        self._written.append(record)
        self._keep_held()

    def keep(self, text: str) -> str:
        """Store output and return its content hash; what cannot be stored is held here, the newest first."""
        try:
            return artefacts.keep(text)
        except StoreError:
            name, content = artefacts.content_of(text)
        with self._holding:
            self._held[name] = content.decode("utf-8")
            while sum(map(len, self._held.values())) > MAX_HELD and len(self._held) > 1:
                del self._held[next(iter(self._held))]
        return name

    def output(self, artefact: str) -> str:
        """Return kept output by its content hash; empty when it is gone."""
        return self._held.get(artefact) or artefacts.read(artefact)

    def _keep_held(self) -> None:
        """Store what was held, now that something can be written."""
        with self._holding, contextlib.suppress(StoreError):
            while self._held:
                name = next(iter(self._held))
                artefacts.keep(self._held[name])
                del self._held[name]

    def move(self, home: Path) -> None:
        """Keep everything in another state directory from here on. Raises StoreError and stays where it was."""
        with other_home(home):
            log = self._opened()
        self.close()
        self._log = log

    def close(self) -> None:
        """Give up the lock. A log that took no event at all goes with it: it would be listed as damaged for ever."""
        if self._log and self._written:
            self._log.close()
        elif self._log:
            self._log.abandon()
        self._log = None

    def _opened(self) -> SessionLog:
        folder = self._folder()
        if (folder / LOG_NAME).is_file():
            return self._continued(folder)
        log = SessionLog.create(folder)
        try:
            if self._written:
                log.append(*self._written)
        except StoreError:
            log.path.unlink(missing_ok=True)  # ours, made a moment ago, and not whole
            log.close()
            raise
        return log

    def _continued(self, folder: Path) -> SessionLog:
        log, loaded = SessionLog.open(folder)
        here = [record.seq for record in loaded.records]
        if here == [record.seq for record in self._written]:
            return log
        log.close()
        raise StoreError(
            f"{log.path} has other events than this session",
            why="another coach wrote to it meanwhile",
            do="keep this session in another place",
        )


class Unkept(Recording):
    """The log of a session that nobody looks at later: nothing of it is stored."""

    def append(self, record: Recorded) -> None:
        """Forget the event: the session itself knows it."""

    def keep(self, text: str) -> str:
        """Hold output as long as the session lasts; returns its content hash."""
        name, content = artefacts.content_of(text)
        self._held[name] = content.decode("utf-8")
        return name

    def move(self, home: Path) -> None:
        """Do nothing: there is nothing to move."""
