"""Hear what the system tells about folders, and know whether it tells anything at all.

A thread listens with watchfiles to the chosen folders, to each without what is below it: one watch of the system's a
folder, none a file. A file written into coach's own state directory (when it lies on the same file system) proves that
events arrive. What cannot go on is said by an exception: ``Lost`` to begin anew, ``Unusable`` to do without
notifications.
"""

import contextlib
import os
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import watchfiles

from coach.private_folders import make_folders

STEP_MS, DEBOUNCE_MS = 10, 100
_TICK_MS = 100
_CANARY_SECONDS = 1.0


class Lost(Exception):
    """The folders watched are not the folders to watch any more."""


class Unusable(Exception):
    """Notifications do not work here; the message says why."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """One message of a listener; its first has no paths and says that it listens."""

    paths: tuple[str, ...] = ()
    failure: Exception | BaseExceptionGroup[BaseException] | None = None


class Listeners:
    """Threads that pass on what the system tells, while entered."""

    def __init__(self, root: Path, folders: Sequence[Path], home: Path | None) -> None:
        self._root, self._folders = root, folders
        self._canary = _canary_folder(root, home)
        self._heard: queue.Queue[_Heard] = queue.Queue()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        places = [self._root, *self._folders, *([self._canary] if self._canary else [])]
        thread = threading.Thread(target=self._listen, args=(places,), name="coach-listen", daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2)

    def wait_until_listening(self, stopped: threading.Event) -> None:
        """Wait until every listener listens and a file of our own was heard of. Raises Unusable and Lost."""
        early: list[str] = []
        silent = len(self._threads)
        while silent and not stopped.is_set():
            heard = self._get()
            silent -= heard is not None and not heard.paths
            early += heard.paths if heard else ()
        if self._canary is not None:
            early += self._hear_canary(self._canary, stopped)
        self._heard.put(_Heard(tuple(early)))

    def next(self) -> tuple[str, ...]:
        """Return the paths of the next message; none after a while without any. Raises Unusable and Lost."""
        heard = self._get()
        return heard.paths if heard else ()

    def _get(self) -> _Heard | None:
        try:
            heard = self._heard.get(timeout=_TICK_MS / 1_000)
        except queue.Empty:
            return None
        if isinstance(heard.failure, FileNotFoundError):
            raise Lost
        if heard.failure is not None:
            raise Unusable(_in_words(heard.failure))
        return heard

    def _hear_canary(self, folder: Path, stopped: threading.Event) -> list[str]:
        """Write a file and wait for its event; returns what else was heard."""
        others: list[str] = []
        canary = folder / f"{os.getpid()}-{threading.get_ident()}"
        deadline = time.monotonic() + _CANARY_SECONDS
        try:
            with contextlib.suppress(OSError):  # without a test file there is no test
                canary.write_bytes(b"")
            while canary.exists() and not stopped.is_set():
                paths = self.next()
                if str(canary) in paths:
                    break
                others += paths
                if time.monotonic() > deadline:
                    raise Unusable("this file system tells of no changes")
        finally:
            canary.unlink(missing_ok=True)
        return others

    def _listen(self, places: Sequence[Path]) -> None:
        is_first = True
        try:
            for changes in watchfiles.watch(
                *places,
                watch_filter=None,
                step=STEP_MS,
                debounce=DEBOUNCE_MS,
                rust_timeout=_TICK_MS,
                yield_on_timeout=True,
                stop_event=self._stop,
                recursive=False,
                raise_interrupt=False,
            ):
                if is_first:
                    self._heard.put(_Heard())
                    is_first = False
                if changes:
                    self._heard.put(_Heard(tuple(path for _, path in changes)))
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - told to the one who can go on
            if not self._stop.is_set():
                self._heard.put(_Heard(failure=error))


class Identities:
    """Whether folders are still the same ones. Held open, so that their numbers cannot be given to others."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._held: list[tuple[Path, int]] = []

    def __enter__(self) -> Self:
        try:
            for folder in self._folders:
                self._held.append((folder, os.open(folder, os.O_RDONLY | os.O_DIRECTORY)))
        except OSError as error:
            self.__exit__()
            raise Lost from error
        return self

    def __exit__(self, *_: object) -> None:
        while self._held:
            os.close(self._held.pop()[1])

    @property
    def still_hold(self) -> bool:
        try:
            return all(os.path.samestat(folder.stat(), os.fstat(fd)) for folder, fd in self._held)
        except OSError:
            return False


def _canary_folder(root: Path, home: Path | None) -> Path | None:
    """Return where a test file may be written: on the project's file system, and outside the project."""
    if home is None or home.resolve().is_relative_to(root):
        return None
    folder = home.resolve() / "canary"
    with contextlib.suppress(OSError):
        make_folders(folder)
        if folder.stat().st_dev == root.stat().st_dev:
            return folder
    return None


def _in_words(error: Exception | BaseExceptionGroup[BaseException]) -> str:
    said = str(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else str(error)
    if "decode path" in said:
        return "a file name here is not UTF-8"
    if "limit" in said or "space left" in said:
        return "the system has no more file watches to give"
    return f"change notifications do not work here ({said[:120]})"
