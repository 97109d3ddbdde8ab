"""The JUnit report that a command writes during a run: it counts only when this very run wrote it."""

from dataclasses import dataclass, field
from pathlib import Path

from coach.engine.junit import JUnitReport, read_junit
from coach.errors import TargetError

_Stamp = tuple[int, int, int] | None


@dataclass(slots=True)
class ReportFile:
    """One place where a report is expected; make it before the run begins."""

    path: Path
    notes: tuple[str, ...] = ()
    _before: _Stamp = field(init=False)

    def __post_init__(self) -> None:
        self._before = _stamp(self.path)

    def read(self) -> JUnitReport | None:
        """Return what the run reported; None, with a note, when it wrote nothing that can be read."""
        if _stamp(self.path) == self._before:
            self.notes = (f"this run wrote no {self.path.name}; its exit code is all that is known",)
            return None
        try:
            return read_junit(self.path)
        except TargetError as error:
            self.notes = (f"the report cannot be used: {error}",)
            return None


def _stamp(path: Path) -> _Stamp:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
