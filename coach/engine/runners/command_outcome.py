"""What a command's run showed: its exit code, the report it wrote, and what its output says.

An exit code alone is not believed where the output contradicts it: a script that hides a failing runner's exit code
(``npm test || true``) is not green.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.base.text import storable
from coach.core.output.reading import OutputReading, read_output
from coach.core.runs.report import Cause, Counts, Ending, Failure, Frame
from coach.engine.runners.junit_report import JUnitReport
from coach.engine.source.find_file import ProjectFiles
from coach.regular_files import read_text

_MOST_FILE_BYTES = 2_000_000
_AROUND = 12
"""Lines of a file, other than Python's, that are shown before and after the failing one."""
_WITH_CODE = 20
"""Failures whose frames are given their code."""


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What is reported of a command."""

    ending: Ending
    failures: tuple[Failure, ...] = ()
    counts: Counts = Counts()
    left_out: int = 0


def outcome_of_command(
    ending: Ending, output: str, label: str, places: tuple[Path, Path], report: JUnitReport | None
) -> CommandOutcome:
    """Weigh what a command that ended by itself left behind.

    Args:
        ending: how its process ended.
        output: what it printed, as far as it was kept.
        label: the command in words: the test's name where only the command as a whole is known to fail.
        places: the root that frames are named from, and the folder below it in which the command started.
        report: the JUnit report that this very run wrote.

    """
    if ending.kind != "completed":
        return CommandOutcome(ending)
    code, place = ending.exit_code or 0, _Placing(*places)
    if report is not None and (report.failed or not code):
        failures = tuple(
            place.failure(each.failure, label, with_code=index < _WITH_CODE)
            for index, each in enumerate(report.failed)
        )
        return CommandOutcome(ending, failures, report.counts, report.failures_left_out)
    reading = read_output(output, code)
    failures = tuple(
        place.failure(each, label, with_code=index < _WITH_CODE)
        for index, each in enumerate(reading.failures)
    )
    if code:
        return CommandOutcome(ending, failures, reading.counts, reading.left_out)
    if not reading.red:
        return CommandOutcome(ending, (), reading.counts)
    return CommandOutcome(_contradicted(ending, reading), failures, reading.counts, reading.left_out)


def _contradicted(ending: Ending, reading: OutputReading) -> Ending:
    first = f", the first {reading.failures[0].test}" if reading.failures and reading.failures[0].test else ""
    count = max(reading.counts.failed + reading.counts.errors, len(reading.failures))
    noun = "test" if count == 1 else "tests"
    many = f"{count} failed {noun}" if count else "failed tests"
    sentence = (
        f"the command ended with 0, but its output ({reading.red[0]}) tells of {many}{first};"
        " something hides the exit code of the tests"
    )
    return ending.model_copy(update={"kind": "contradiction", "sentence": sentence})


class _Placing:
    """Names files from the root and adds the lines that frames point at."""

    def __init__(self, root: Path, start: Path) -> None:
        self._root, self._start = root, start
        self._files = ProjectFiles(root)
        self._known: dict[str, str] = {}
        self._lines: dict[str, Sequence[str]] = {}

    def failure(self, failure: Failure, label: str, *, with_code: bool) -> Failure:
        """Return it with a test's name, own frames, and no absolute path of this folder in its name."""
        test = TestId(failure.test.replace(f"{self._start}/", "").replace(f"{self._root}/", "") or label)
        causes = tuple(self._cause(each, with_code=with_code) for each in failure.causes)
        frames = tuple(self._frame(each, with_code=with_code) for each in failure.frames)
        if failure.phase == "collect" and frames and failure.test == failure.frames[-1].path:
            test = TestId(frames[-1].path)  # a compiler's error: the file is what failed
        return failure.model_copy(update={"test": test, "frames": frames, "causes": causes})

    def _cause(self, cause: Cause, *, with_code: bool) -> Cause:
        frames = tuple(self._frame(each, with_code=with_code) for each in cause.frames)
        return cause.model_copy(update={"frames": frames})

    def _frame(self, frame: Frame, *, with_code: bool) -> Frame:
        if frame.path not in self._known:
            self._known[frame.path] = self._files.resolve(frame.path, self._start)
        path = self._known[frame.path]
        lines = self._read(path) if path else ()
        if not path or (lines and not 0 < frame.line <= len(lines)):
            return frame
        update: dict[str, object] = {"path": path, "own": True}
        if with_code and lines:
            update["source"] = lines[frame.line - 1].strip()[:500]
            if not path.endswith(".py"):
                start = max(frame.line - _AROUND, 1)
                shown = [line[:500] for line in lines[start - 1 : frame.line + _AROUND]]
                update |= {"code": storable("\n".join(shown)), "code_start": start}
        return frame.model_copy(update=update)

    def _read(self, path: str) -> Sequence[str]:
        if path not in self._lines:
            try:
                text = read_text(self._root / path, _MOST_FILE_BYTES, errors="replace")
                self._lines[path] = text.split("\n")
            except OSError:
                self._lines[path] = ()
        return self._lines[path]
