"""Tell about saves: real changes of content in the project's sources, within milliseconds, whatever the editor does.

One thread decides; one more only listens. Which files count says ``watched_files``. Where the system's
notifications fail (a name that is not UTF-8, no watches left, a mount that sends none) the thread looks by itself at
the files' times, and says so. Nothing is written into the project: the test file lies in coach's own state directory.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from coach.engine.watch.content_cache import Contents
from coach.engine.watch.notifications import Identities, Listeners, Lost, Unusable
from coach.engine.watch.own_files import WatchedFiles

OnSaved = Callable[[tuple[str, ...]], None]
OnNote = Callable[[bool, str], None]

_TICK = 0.1
_GONE_AFTER = 0.15
"""Seconds until a file is believed to be gone or empty: saving takes less."""
_LOOK_AGAIN, _LOOK_SOON = 3.0, 0.1
_CLOCK_GRAIN = 0.02
"""File times are taken from a clock that ticks this coarsely."""


class Watcher:
    """Watches one project while started; may be started again after a stop."""

    def __init__(self, root: Path, home: Path | None = None) -> None:
        self._root = root.resolve()
        self._home = home
        self._watch: _Watch | None = None

    def start(self, on_saved: OnSaved, on_note: OnNote) -> None:
        """Begin; returns at once. ``on_note`` tells when saves are watched, and when they are not."""
        self.stop()
        self._watch = _Watch(self._root, self._home, on_saved, on_note)
        self._watch.thread.start()

    def stop(self) -> None:
        """End; nothing is told after this returns."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stopped.set()
            if watch.thread.is_alive() and watch.thread is not threading.current_thread():
                watch.thread.join(timeout=5)


class _Watch:
    """One start of a watcher."""

    def __init__(self, root: Path, home: Path | None, on_saved: OnSaved, on_note: OnNote) -> None:
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name="coach-watch", daemon=True)
        self._root, self._home = root, home
        self._on_saved, self._on_note = on_saved, on_note
        self._files = WatchedFiles(root)
        self._contents = Contents(root, self._files.is_source)
        self._since = time.time() - _CLOCK_GRAIN
        """When it was asked to watch: what is saved from then on is told, however late its thread begins."""
        self._has_learnt = False
        self._doubtful: dict[str, float] = {}
        self._why_polling = ""
        self._look_at = 0.0
        self._is_new_folder = False
        self._last_note: tuple[bool, str] | None = None

    def _run(self) -> None:
        while not self.stopped.is_set():
            if not self._root.is_dir():
                self._say(watching=False, note=f"not watching: {self._root} is gone")
                self.stopped.wait(_TICK)
                continue
            self._files.look()
            try:
                if self._why_polling:
                    self._poll()
                else:
                    self._listen()
            except Lost:
                continue
            except Unusable as reason:
                self._why_polling = f"{reason}; looking at the files instead"
            except OSError:
                self.stopped.wait(_TICK)  # the folder went away under our hands

    def _listen(self) -> None:
        watched = self._files.folders
        folders = tuple(self._root / each for each in sorted(watched - {"."}) if (self._root / each).is_dir())
        with Identities(self._root) as same, Listeners(self._root, folders, self._home) as listeners:
            listeners.wait_until_listening(self.stopped)
            missed = self._missed()
            self._say(watching=True, note="")
            self._see(missed)
            self._look_at = time.monotonic() + _LOOK_AGAIN
            while not self.stopped.is_set():
                heard = listeners.next()
                self._see([name for path in heard for name in self._files_meant(path)])
                self._settle()
                if not same.still_hold:
                    raise Lost
                if time.monotonic() > self._look_at:
                    self._look_again(watched)

    def _look_again(self, watched: frozenset[str]) -> None:
        """Look whether other folders are to be listened to. Raises Lost when they are."""
        self._look_at = time.monotonic() + _LOOK_AGAIN
        if not self._is_new_folder and not self._files.is_outdated():
            return
        self._files.look()
        if self._is_new_folder or self._files.folders != watched:
            self._is_new_folder = False
            raise Lost

    def _poll(self) -> None:
        missed = self._missed()
        self._say(watching=True, note=self._why_polling)
        self._see(missed)
        stamps: dict[str, tuple[int, int, int]] = {}
        while not self.stopped.is_set() and self._root.is_dir():
            began = time.monotonic()
            self._files.look()
            now = dict(_stamps(self._root, self._files.names))
            self._see([name for name in {**stamps, **now} if stamps.get(name) != now.get(name)])
            self._settle()
            stamps = now
            self.stopped.wait(max(0.2, 10 * (time.monotonic() - began)))  # at most a tenth of a core

    def _missed(self) -> list[str]:
        """Learn the contents at first; return what may have changed since we were asked to watch, or last listened."""
        if self._has_learnt:
            return self._contents.unlike([*self._contents.names, *self._files.names])
        self._has_learnt = True
        return self._contents.learn(self._files.names, self._since)

    def _files_meant(self, path: str) -> Iterable[str]:
        """Return the files an event is about: a folder stands for all it holds, and held."""
        try:
            name = Path(path).relative_to(self._root).as_posix()
        except ValueError:
            return []
        place = self._root / name
        if name == ".":
            return []
        is_folder = place.is_dir() and not place.is_symlink()
        if not is_folder and name not in self._files.folders:
            return [name]
        if not self._files.is_entered(name):
            return []
        self._is_new_folder = True  # or one that went, or came back as another
        self._look_at = min(self._look_at, time.monotonic() + _LOOK_SOON)
        return self._contents.below(name)

    def _see(self, names: Iterable[str]) -> None:
        names = list(names)
        self._files.weigh(names)
        new, doubtful = self._contents.changed(names)
        for name in doubtful:
            self._doubtful.setdefault(name, time.monotonic() + _GONE_AFTER)
        if new and not self.stopped.is_set():
            self._on_saved(tuple(sorted(new)))

    def _settle(self) -> None:
        """Tell of files that stayed gone or empty."""
        due = [name for name, when in self._doubtful.items() if when <= time.monotonic()]
        for name in due:
            del self._doubtful[name]
        gone = self._contents.settle(due)
        if gone and not self.stopped.is_set():
            self._on_saved(tuple(sorted(gone)))

    def _say(self, *, watching: bool, note: str) -> None:
        if self._last_note != (watching, note) and not self.stopped.is_set():
            self._last_note = (watching, note)
            self._on_note(watching, note)


def _stamps(root: Path, names: Iterable[str]) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Yield what tells without reading that a file may have changed."""
    for name in names:
        with contextlib.suppress(OSError):
            seen = (root / name).stat()
            yield name, (seen.st_mtime_ns, seen.st_size, seen.st_ino)
