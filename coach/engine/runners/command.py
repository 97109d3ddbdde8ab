"""Any command: its exit code says whether it is red, and its output, as far as it can be read, which tests are.

An exit code alone is not believed where the output contradicts it: a script that hides a failing runner's exit code
(``npm test || true``) is not green.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.base.text import storable
from coach.core.experiments.trial_request import Trial
from coach.core.output.output_reading import OutputReading, read_output
from coach.core.runs.report import Cause, Ending, Failure, Frame, RunReport
from coach.engine.process.ending import ending_of_process
from coach.engine.process.supervise import Finished
from coach.engine.runners.base import Runner
from coach.engine.runners.junit_report import JUnitReport
from coach.engine.source.excerpts import with_code
from coach.engine.source.find_file import ProjectFiles
from coach.errors import TargetError
from coach.regular_files import is_file, is_there, read_text

_MAX_FILE_BYTES = 2_000_000
_AROUND = 12
"""Lines of a file, other than Python's, that are shown before and after the failing one."""
_WITH_CODE = 20
"""Failures whose frames are given their code."""


class CommandRunner(Runner):
    """A command, started as it was typed."""

    def check(self) -> None:
        if not self.setup.request.target.words:
            raise TargetError("the command is empty", do="name one after --")

    def prepare(self) -> None:
        """A command reads no files of coach's."""

    def argv(self) -> list[str]:
        program, *arguments = self.setup.request.target.words
        return [self._program(program), *arguments]

    def _program(self, named: str) -> str:
        """Return the program; a trial whose copy does not hold it (git ignores ``.venv``) takes that of the checkout."""
        setup = self.setup
        if setup.copy is None or not isinstance(setup.request.instrument, Trial) or "/" not in named:
            return named
        there = setup.context.root / setup.start.relative_to(setup.copy) / named
        return str(there) if not is_there(setup.start / named) and is_file(there) else named

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        is_tried = self.setup.request.tries_command
        return _with_programs_of(self.setup.context.interpreter.path, env) if is_tried else dict(env)

    def report(self, finished: Finished) -> RunReport:
        ending = ending_of_process(finished, self.setup.context.limits)
        if ending.kind != "completed":
            return RunReport(ending=ending)
        found = self._judged(ending, self.written_report())
        return found.model_copy(update={"failures": with_code(found.failures, self.setup.root)})

    def written_report(self) -> JUnitReport | None:
        """Return what the command reported in a file; None: it wrote none."""
        return None

    def _judged(self, ending: Ending, written: JUnitReport | None) -> RunReport:
        """Weigh the exit code, the report and the output of a command that ended by itself."""
        code = ending.exit_code or 0
        if written is not None and (written.failed or not code):
            failures = self._placed([each.failure for each in written.failed])
            left_out = written.failures_left_out
            return RunReport(
                ending=ending, failures=failures, counts=written.counts, failures_left_out=left_out
            )
        reading = read_output(self.setup.context.live.captured.text(), code)
        if not code and not reading.red:
            return RunReport(ending=ending, counts=reading.counts)
        return RunReport(
            ending=ending if code else _contradicted(ending, reading),
            failures=self._placed(reading.failures),
            counts=reading.counts,
            failures_left_out=reading.left_out,
        )

    def _placed(self, failures: Sequence[Failure]) -> tuple[Failure, ...]:
        place, label = _Placing(self.setup.root, self.setup.start), self.setup.request.target.label
        return tuple(
            place.failure(each, label, with_code=index < _WITH_CODE) for index, each in enumerate(failures)
        )


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
                text = read_text(self._root / path, _MAX_FILE_BYTES, errors="replace")
                self._lines[path] = text.split("\n")
            except OSError:
                self._lines[path] = ()
        return self._lines[path]


def _with_programs_of(python: str, env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which a command finds the programs of ``python``'s environment before others of their name.

    As in a terminal where that environment is active.
    """
    if os.sep not in python:
        return dict(env)
    return {**env, "PATH": os.pathsep.join([str(Path(python).parent), env.get("PATH", os.defpath)])}
