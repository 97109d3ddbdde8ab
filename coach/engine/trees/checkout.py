"""Run in the user's own checkout, and say which tree the outcome belongs to.

Recording a tree costs about as much as a warm run, so it happens while the run begins. What that could hide is looked
for: a file that changed after the run began and before it was recorded is named as changed during the run.
"""

import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from coach.core.runs.made_run import MadeRun
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.core.runs.surroundings import Surroundings
from coach.engine.process.installed import surroundings
from coach.engine.process.run_context import RunContext
from coach.engine.source.file_kinds import is_code
from coach.engine.trees.branch_switch import Switches
from coach.engine.trees.written_by_runs import WrittenByRuns
from coach.engine.watch.watched_paths import is_entered
from coach.errors import CoachError

CONFIG_FILES = frozenset(
    {"pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "conftest.py"}
)
Carry = Callable[[], RunReport]
_WRITTEN = "written-by-runs.json"
_COARSE = 5
"""CLOCK_REALTIME_COARSE of clock_gettime(2); the time module has no name for it."""
_GRAIN = 20_000_000
"""Nanoseconds by which file times may lag behind the clock, where their own clock cannot be read."""


class Recorder(Protocol):
    """The part of a tree store that runs in the checkout need."""

    def record(self) -> str: ...
    def changed_between(self, before: str, after: str) -> tuple[str, ...]: ...
    def names_between(self, before: str, after: str) -> Collection[str]: ...
    def read_note(self, name: str) -> object: ...
    def write_note(self, name: str, value: object) -> None: ...
    def modes_of(self, tree: str) -> str: ...
    def remember_used(self, paths: Collection[str]) -> None: ...


@dataclass(slots=True)
class CheckoutRuns:
    """Runs in the checkout, one after the other; remembers the newest tree."""

    around: RunContext
    trees: Recorder | None
    switches: Switches
    _last: str = ""
    _around_last: Surroundings | None = None
    _notes: list[str] = field(default_factory=list)
    _has_said: bool = False
    _written: WrittenByRuns = field(init=False)

    def __post_init__(self) -> None:
        between = self.trees.names_between if self.trees else lambda _one, _other: ()
        self._written = WrittenByRuns(between, is_source)
        self._written.remember(self.trees.read_note(_WRITTEN) if self.trees else None)

    def run(
        self, request: RunRequest, cancel: threading.Event, run: Carry, made: MadeRun | None = None
    ) -> RunReport:
        """Call what carries a request out, and say which tree its report is of; ``made``: the run is over already."""
        self._notes = []
        known, began = self._last, made.began if made else file_clock()
        before = [] if known else [self._record()]
        recording = threading.Thread(
            target=lambda: before.append(self._record()), name="coach-record", daemon=True
        )
        if known:
            recording.start()
        head = self.switches.mark()
        try:
            report = run()
        finally:
            if known:
                recording.join()
        tree = before[0]
        # One that only looked and was stopped says nothing of any tree: the run that superseded it waits for this one.
        is_unseen = request.only_looks and cancel.is_set()
        after = tree if is_unseen else self._record()
        self._last = after
        changed = {*self._sources_between(tree, after)}
        if known:
            changed |= {name for name in self._sources_between(known, tree) if self._is_newer(name, began)}
        update = {
            "tree": tree,
            "modes": self.trees.modes_of(tree) if self.trees and tree else "",
            "head": head,
            "changed_during": tuple(sorted(changed)),
            **self._same(tree, "" if is_unseen else after, began),
            "surroundings": self._surroundings(),
            "probe_notes": (*report.probe_notes, *dict.fromkeys(self._notes)),
        }
        if self.trees is not None:
            self.trees.remember_used((*report.opened, *self.around.loaded.get(request.number, ())))
        return report.model_copy(update=update)

    def _same(self, tree: str, after: str, began: int) -> dict[str, str]:
        """Say which trees are one for measurements, since runs alone wrote what they differ in."""
        if self.trees is None:
            return {}
        before = self._written.as_kept()
        try:
            found = self._written.seen(tree, after, lambda name: self._is_newer(name, began))
        except CoachError:  # a tree of before went with the state directory
            self._written = WrittenByRuns(self.trees.names_between, is_source)
            return {}
        if (kept := self._written.as_kept()) != before:
            self.trees.write_note(_WRITTEN, kept)
        return found._asdict()

    def _surroundings(self) -> Surroundings | None:
        """Return what lies around the project, when it is not as it was for the run before."""
        seen = surroundings(self.around.interpreter, self.around.env)
        if seen == self._around_last:
            return None
        self._around_last = seen
        return seen

    def _record(self) -> str:
        """Record the checkout. A run is worth having without its tree; that it has none is said."""
        if self.trees is None:
            if self.around.no_trees and not self._has_said:
                self._notes.append(self.around.no_trees)
            self._has_said = True
            return ""
        try:
            return self.trees.record()
        except CoachError as error:
            self._notes.append(f"the work tree could not be recorded: {error}")
            return ""

    def _sources_between(self, before: str, after: str) -> Iterable[str]:
        if self.trees is None or not before or not after or before == after:
            return ()
        try:
            return [name for name in self.trees.changed_between(before, after) if is_source(name)]
        except CoachError as error:  # the tree of before went with the state directory
            self._notes.append(f"what changed during the run is not known: {error}")
            return ()

    def _is_newer(self, name: str, began: int) -> bool:
        return _last_change(self.around.root, name) >= began


def is_source(name: str) -> bool:
    """Whether a change of this file makes a run's outcome one of another tree; build products and caches do not."""
    *folders, last = name.split("/")
    return (is_code(last) or last in CONFIG_FILES) and all(is_entered(each) for each in folders)


def file_clock() -> int:
    """Return what the clock says that the kernel stamps files with (nanoseconds): it ticks coarsely, and so must we."""
    if sys.platform == "linux":
        return time.clock_gettime_ns(_COARSE)
    return time.time_ns() - _GRAIN


def _last_change(root: Path, name: str) -> int:
    """Return when a file changed; of one that is gone, when its folder did."""
    places: Sequence[Path] = (root / name, (root / name).parent)
    for place in places:
        try:
            seen = place.stat()
        except OSError:
            continue
        return max(seen.st_mtime_ns, seen.st_ctime_ns)
    return 0
