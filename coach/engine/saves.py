"""Tell of saves in the checkout, when that is wanted: the watcher's words as observations."""

from collections.abc import Callable
from dataclasses import dataclass

from coach.core.effects import FilesSaved, Observation, WatchSeen
from coach.engine.collaborators import Watcher


@dataclass(slots=True)
class SaveTelling:
    """Switches a watcher on and off, and passes on what it says until the engine is closed."""

    watcher: Watcher | None
    observe: Callable[[Observation], None] = lambda _: None
    is_closed: bool = False
    _is_watching: bool = False

    def switch(self, *, on: bool) -> WatchSeen | None:
        """Start or stop the watcher. It says by itself when it has begun or fallen back; stopping is said here."""
        if self.watcher is None:
            return WatchSeen(watching=False, note="saves are not watched here" if on else "")
        if on and not self._is_watching:
            self.watcher.start(self._saw_saves, self._saw_note)
            self._is_watching = True
            return None
        if not on and self._is_watching:
            self.watcher.stop()
            self._is_watching = False
        return WatchSeen(watching=on)

    def close(self) -> None:
        if self.watcher is not None and self._is_watching:
            self.watcher.stop()

    def _saw_saves(self, paths: tuple[str, ...]) -> None:
        if paths and not self.is_closed:
            self.observe(FilesSaved(paths=paths))

    def _saw_note(self, watching: bool, note: str) -> None:  # noqa: FBT001 - the watcher's callback
        if not self.is_closed:
            self.observe(WatchSeen(watching=watching, note=note))
