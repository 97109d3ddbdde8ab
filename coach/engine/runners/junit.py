"""A command that writes a JUnit report: its tests have names and messages. A report counts only when this very run wrote it."""

from pathlib import Path

from coach.core.runs.report import RunReport
from coach.engine.process.supervise import Finished
from coach.engine.runners.base import RunSetup
from coach.engine.runners.command import CommandRunner
from coach.engine.runners.junit_files import merged, report_files
from coach.engine.runners.junit_report import JUnitReport
from coach.errors import TargetError

_Stamp = tuple[int, int, int]
"""Nanoseconds of the last change, size and inode: a file that was written again differs in one of them."""


class JUnitRunner(CommandRunner):
    """A command, and the file (or folder of files) in which it reports."""

    def __init__(self, setup: RunSetup) -> None:
        super().__init__(setup)
        self._path = setup.root / setup.request.target.junit
        self._before: dict[Path, _Stamp] = {}
        self._note = ""

    def prepare(self) -> None:
        self._before = _stamps(self._path)

    def report(self, finished: Finished) -> RunReport:
        found = super().report(finished)
        return found.model_copy(update={"probe_notes": (self._note,)}) if self._note else found

    def written_report(self) -> JUnitReport | None:
        """Return what the run reported; None, with a note, when it wrote nothing that can be read."""
        written = [file for file, stamp in _stamps(self._path).items() if self._before.get(file) != stamp]
        if not written:
            self._note = (
                f"this run wrote no {self._path.name}; its exit code and its output are all that is known"
            )
            return None
        try:
            return merged(written, self._path)
        except TargetError as error:
            self._note = f"the report cannot be used: {error}"
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
