"""Tell about saves: real changes of content in the project's sources, within milliseconds, whatever the editor does.

One thread decides; up to two more only listen (folders with all below them, and the top without). Where the system's
notifications fail (a name that is not UTF-8, no watches left, a mount that sends none) the thread looks by itself at
the files' times, and says so. Nothing is written into the project: the test file lies in coach's own state directory.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from coach.engine.contents import Contents
from coach.engine.listening import Identities, Listeners, Lost, Unusable
from coach.engine.watched import folders_to_watch, is_entered, is_source, sources

OnSaved = Callable[[tuple[str, ...]], None]
OnNote = Callable[[bool, str], None]

_TICK = 0.1
_GONE_AFTER = 0.15
"""Seconds until a file is believed to be gone or empty: saving takes less."""
_DERIVE_AGAIN, _DERIVE_SOON = 3.0, 0.2
_CLOCK_GRAIN = 0.02
"""File times are taken from a clock that ticks this coarsely."""


class Watcher:
    """Watches one project while started; may be started again after a stop."""

    def __init__(self, root: Path, home: Path | None = None, paths: Sequence[str] = ()) -> None:
        self._root = root.resolve()
        self._home = home
        self._paths = tuple(paths)
        self._watch: _Watch | None = None

    def start(self, on_saved: OnSaved, on_note: OnNote) -> None:
        """Begin; returns at once. ``on_note`` tells when saves are watched, and when they are not."""
        self.stop()
        self._watch = _Watch(self._root, self._home, self._paths, on_saved, on_note)
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

    def __init__(
        self, root: Path, home: Path | None, paths: Sequence[str], on_saved: OnSaved, on_note: OnNote
    ) -> None:
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name="coach-watch", daemon=True)
        self._root, self._home, self._paths = root, home, paths
        self._on_saved, self._on_note = on_saved, on_note
        self._contents = Contents(root)
        self._since = time.time() - _CLOCK_GRAIN
        """When it was asked to watch: what is saved from then on is told, however late its thread begins."""
        self._has_learnt = False
        self._doubtful: dict[str, float] = {}
        self._why_polling = ""
        self._derive_at = 0.0
        self._last_note: tuple[bool, str] | None = None

    def _run(self) -> None:
        while not self.stopped.is_set():
            if not self._root.is_dir():
                self._say(watching=False, note=f"not watching: {self._root} is gone")
                self.stopped.wait(_TICK)
                continue
            folders = folders_to_watch(self._root, self._paths)
            try:
                if self._why_polling:
                    self._poll(folders)
                else:
                    self._listen(folders)
            except Lost:
                continue
            except Unusable as reason:
                self._why_polling = f"{reason}; looking at the files instead"
            except OSError:
                self.stopped.wait(_TICK)  # the folder went away under our hands

    def _listen(self, folders: tuple[Path, ...]) -> None:
        with (
            Identities(self._root, *folders) as same,
            Listeners(self._root, folders, self._home) as listeners,
        ):
            listeners.wait_until_listening(self.stopped)
            missed = self._missed(folders)
            self._say(watching=True, note="")
            self._see(missed)
            self._derive_at = time.monotonic() + _DERIVE_AGAIN
            while not self.stopped.is_set():
                heard = listeners.next()
                self._see(name for path in heard for name in self._files_meant(path))
                self._settle()
                if not same.still_hold:
                    raise Lost
                if time.monotonic() > self._derive_at:
                    self._derive_at = time.monotonic() + _DERIVE_AGAIN
                    if folders_to_watch(self._root, self._paths) != folders:
                        raise Lost

    def _poll(self, folders: tuple[Path, ...]) -> None:
        missed = self._missed(folders)
        self._say(watching=True, note=self._why_polling)
        self._see(missed)
        stamps: dict[str, tuple[int, int, int]] = {}
        while not self.stopped.is_set() and self._root.is_dir():
            began = time.monotonic()
            now = dict(_stamps(self._root, folders_to_watch(self._root, self._paths)))
            self._see(name for name in {**stamps, **now} if stamps.get(name) != now.get(name))
            self._settle()
            stamps = now
            self.stopped.wait(max(0.2, 10 * (time.monotonic() - began)))  # at most a tenth of a core

    def _missed(self, folders: tuple[Path, ...]) -> list[str]:
        """Learn the contents at first; return what may have changed since we were asked to watch, or last listened."""
        if self._has_learnt:
            return [*self._contents.names, *sources(self._root, folders)]
        self._has_learnt = True
        return self._contents.learn(sources(self._root, folders), self._since)

    def _files_meant(self, path: str) -> Iterable[str]:
        """Return the files an event is about: a folder stands for all it holds, and held."""
        try:
            name = Path(path).relative_to(self._root).as_posix()
        except ValueError:
            return []
        if is_source(name):
            return [name]
        place = self._root / name
        if name == "." or not all(is_entered(each) for each in name.split("/")) or place.is_file():
            return []
        if "/" not in name:
            # What folders to watch is derived again, soon: it may be empty yet.
            self._derive_at = min(self._derive_at, time.monotonic() + _DERIVE_SOON)
            return self._contents.below(name)
        return [*self._contents.below(name), *(sources(self._root, [place]) if place.is_dir() else ())]

    def _see(self, names: Iterable[str]) -> None:
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


def _stamps(root: Path, folders: Sequence[Path]) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Yield what tells without reading that a file may have changed."""
    for name in sources(root, folders):
        with contextlib.suppress(OSError):
            seen = (root / name).stat()
            yield name, (seen.st_mtime_ns, seen.st_size, seen.st_ino)
