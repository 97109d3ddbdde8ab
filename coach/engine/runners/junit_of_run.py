"""The JUnit reports that a command writes during a run: they count only when this very run wrote them."""

from dataclasses import dataclass, field
from pathlib import Path

from coach.engine.runners.junit_files import merged, report_files
from coach.engine.runners.junit_report import JUnitReport
from coach.errors import TargetError

_Stamp = tuple[int, int, int]


@dataclass(slots=True)
class ReportFile:
    """One place where a report, or a folder of them, is expected; make it before the run begins."""

    path: Path
    notes: tuple[str, ...] = ()
    _before: dict[Path, _Stamp] = field(init=False)

    def __post_init__(self) -> None:
        self._before = _stamps(self.path)

    def read(self) -> JUnitReport | None:
        """Return what the run reported; None, with a note, when it wrote nothing that can be read."""
        written = [file for file, stamp in _stamps(self.path).items() if self._before.get(file) != stamp]
        if not written:
            self.notes = (
                f"this run wrote no {self.path.name}; its exit code and its output are all that is known",
            )
            return None
        try:
            return merged(written, self.path)
        except TargetError as error:
            self.notes = (f"the report cannot be used: {error}",)
            return None


def _stamps(path: Path) -> dict[Path, _Stamp]:
    found = {}
    for file in report_files(path):
        try:
            seen = file.stat()
        except OSError:
            continue
        found[file] = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
    return found
