"""Tell of saves in the checkout, when that is wanted: the watcher's words as observations.

A run may write files of the project itself: a snapshot, a log, a table. What several runs after one another wrote while
they were under way is no edit: told as one, each run would begin the next for ever.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from coach.core.protocol.observations import FilesSaved, Observation, WatchSeen
from coach.core.runs.report import RunReport
from coach.engine.ports import Watcher
from coach.engine.source.file_kinds import is_code, is_text

_RUNS_OF_DATA, _RUNS_OF_CODE = 2, 5
"""Runs in a row that may be under way when a file is saved before it counts as written by them; code is edited more."""
_RUNS_OF_THE_REST = 0
"""A database, a trace, a snapshot: what is no text is not written by hand while tests run."""
_LATE = 1.0
"""Seconds after the end of a run within which a save may still be its own."""


def _runs_of(path: str) -> int:
    return _RUNS_OF_CODE if is_code(path) else _RUNS_OF_DATA if is_text(path) else _RUNS_OF_THE_REST


@dataclass(slots=True)
class SaveNotices:
    """Switches a watcher on and off, and passes on what it says until the engine is closed."""

    watcher: Watcher | None
    observe: Callable[[Observation], None] = lambda _: None
    is_closed: bool = False
    clock: Callable[[], float] = time.monotonic
    _is_watching: bool = False
    _run: int = 0
    """The run under way in the checkout, or the one that ended last."""
    _ended: float | None = None
    _was_whole: bool = False
    _written: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Files saved while runs were under way: the last such run, and how many in a row."""
    _muted: set[str] = field(default_factory=set)

    @property
    def is_watching(self) -> bool:
        """Whether saves begin runs. Without a watcher, what drives the session tells of saves itself."""
        return self._is_watching or self.watcher is None

    def around(self, number: int, run: Callable[[], RunReport]) -> RunReport:
        """Carry a run in the checkout out, and know of it meanwhile."""
        self.run_began(number)
        is_whole = False
        try:
            report = run()
            is_whole = report.ending.is_complete
        finally:
            self.run_ended(is_whole=is_whole)
        return report

    def run_began(self, number: int) -> None:
        """Take the next run as begun. What the one before did not write from its begin to its end, runs do not write."""
        if self._was_whole:  # looked at only now: a save at its very end is told behind it
            for path in [path for path, (last, _) in self._written.items() if last != self._run]:
                self._forget(path)
        self._run, self._ended, self._was_whole = number, None, False

    def run_ended(self, *, is_whole: bool) -> None:
        """Take the run as over; ``is_whole``: it came to its own end."""
        self._ended, self._was_whole = self.clock(), is_whole

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
        edited = tuple(each for each in paths if not self._is_of_runs(each))
        if edited and not self.is_closed:
            self.observe(FilesSaved(paths=edited))

    def _is_of_runs(self, path: str) -> bool:
        """Whether runs write this file themselves, as far as the last ones told."""
        is_under_way = self._run and (self._ended is None or self.clock() - self._ended < _LATE)
        if not is_under_way:
            self._forget(path)
            return False
        last, count = self._written.get(path, (0, 0))
        count += last != self._run
        self._written[path] = (self._run, count)
        if count <= _runs_of(path):
            return False
        if path not in self._muted:
            self._muted.add(path)
            self._saw_note(True, f"{path} is written by the runs themselves: that is no edit")  # noqa: FBT003
        return True

    def _forget(self, path: str) -> None:
        self._written.pop(path, None)
        self._muted.discard(path)

    def _saw_note(self, watching: bool, note: str) -> None:  # noqa: FBT001 - the watcher's callback
        if not self.is_closed:
            self.observe(WatchSeen(watching=watching, note=note))
