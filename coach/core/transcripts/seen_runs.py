"""Every run of tests and scripts in a transcript, with the files as they were then and who had changed them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter

from coach.core.output.lines import plain_lines
from coach.core.runs.command_line.invocation import Invocation
from coach.core.runs.command_line.recognition import invocation_of
from coach.core.runs.report import RunReport
from coach.core.transcripts.begun import BEGINS, may_not_have_begun
from coach.core.transcripts.contents import Base, Content, Moment
from coach.core.transcripts.frame_code import FrameCode
from coach.core.transcripts.model import By, Looked, Ran, Transcript
from coach.core.transcripts.own_modules import is_own_module
from coach.core.transcripts.paths import Paths
from coach.core.transcripts.run_reading import Printed, read_run
from coach.core.transcripts.shell.nested import code_of, flat_pipelines
from coach.core.transcripts.shell.syntax import Pipeline
from coach.core.transcripts.shown_output import is_hidden, is_shown_whole

MIXED = "runs of one command on several states of the files: their outputs cannot be told apart"


@dataclass(frozen=True, slots=True)
class SeenEdit:
    """Files changed, by somebody's edit or by git."""

    at: float | None
    by: By
    paths: tuple[str, ...]
    is_git: bool


@dataclass(frozen=True, slots=True)
class SeenRun:
    """One run: what was asked, what it showed, and the files it saw."""

    at: float | None
    by: By
    invocation: Invocation
    report: RunReport
    files: Mapping[str, Content]
    output: str
    is_repeat: bool = False
    """The very same command was the last thing done before, edits apart."""


Seen = SeenEdit | SeenRun


@dataclass(slots=True)
class Watch:
    """Walks through a transcript."""

    transcript: Transcript
    base: Base
    lost: Counter[str] = field(default_factory=Counter)
    """What was there and could not be read, counted."""
    _code: FrameCode = field(default_factory=FrameCode)
    _last: str = ""
    """The command that ran last, or the path of the file that was shown last."""

    def over(self, moments: Iterable[Moment]) -> Iterator[Seen]:
        """Yield edits and runs, in order."""
        for _, group in groupby(moments, key=attrgetter("index")):
            yield from self._step(list(group))

    def _step(self, moments: Sequence[Moment]) -> Iterator[Seen]:
        asked = [each for found in _with_lines(moments) for each in self._asked(*found)]
        tests = [each for each in asked if not each.invocation.is_script]
        runs = self._told_apart(tests or asked[-1:], moments)
        before, self._last = self._last, _done(moments[0]) or self._last
        for moment in moments:
            if moment.changed:
                paths = tuple(path for path in moment.changed if not path.startswith("/"))
                yield SeenEdit(moment.step.at, moment.step.by, paths, moment.cause == "git")
            yield from (self._run(each, before) for each in runs if each.moment is moment)

    def _asked(self, moment: Moment, lines: Sequence[Pipeline], at: int) -> Iterator["_Asked"]:
        action = moment.step.action
        assert isinstance(action, Ran)
        paths = Paths(self.transcript.root)

        def place(path: str) -> str:
            return paths.below(path, moment.cwd) or path

        for index, command in enumerate(lines[at].commands):
            words = [each.text for each in command.words]
            stdin = command.here.text if command.here else None
            found = invocation_of(words, stdin=stdin, place=place)
            if found is not None:
                printed = _printed(action, lines, at, index)
                doubt = may_not_have_begun(lines, at, found, printed.text, printed.exit_code)
                yield _Asked(moment, found, replace(printed, is_doubtful=doubt))

    def _told_apart(self, asked: Sequence["_Asked"], moments: Sequence[Moment]) -> Sequence["_Asked"]:
        """Give each of several runs in one command its own part of the output; what cannot be parted counts as lost."""
        if len(asked) < 2:
            return asked
        parts = _parts(asked)
        if parts is not None:
            return [
                replace(each, printed=replace(each.printed, text=part))
                for each, part in zip(asked, parts, strict=True)
            ]
        after = moments[moments.index(asked[0].moment) + 1 : moments.index(asked[-1].moment) + 1]
        if any(each.changed for each in after):
            self.lost[MIXED] += len(asked)
            return ()
        words = tuple(dict.fromkeys(word for each in asked for word in each.invocation.words))
        is_whole = all(each.printed.is_whole for each in asked)
        last = asked[-1]
        return [
            replace(
                last,
                invocation=replace(last.invocation, words=words),
                printed=replace(last.printed, is_whole=is_whole),
            )
        ]

    def _run(self, asked: "_Asked", before: str) -> SeenRun:
        moment, paths = asked.moment, Paths(self.transcript.root)

        def content(path: str) -> Content:
            return moment.files[path] if path in moment.files else self.base(path)

        def place(path: str) -> str:
            from_root, from_here = paths.own(path), paths.own(path, moment.cwd)
            if from_root != from_here and not isinstance(content(from_root), str):
                return from_here
            return from_root

        def is_own(module: str) -> bool:
            return is_own_module(module, moment.files, content)

        report = read_run(asked.invocation, asked.printed, place, is_own)
        if report.failures:
            report = report.model_copy(update={"failures": self._code.filled(report.failures, content)})
        action = moment.step.action
        seconds = action.seconds if isinstance(action, Ran) and action.seconds else 0.0
        report = report.model_copy(update={"duration": seconds})
        step = moment.step
        is_repeat = _done(moment) == before
        return SeenRun(
            step.at, step.by, asked.invocation, report, moment.files, asked.printed.text, is_repeat
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    moment: Moment
    invocation: Invocation
    printed: Printed


def _done(moment: Moment) -> str:
    """Return what somebody did that shows something: a command, or the path of a file; empty for an edit."""
    action = moment.step.action
    if isinstance(action, Ran):
        return action.command
    return action.path if isinstance(action, Looked) else ""


def _with_lines(moments: Sequence[Moment]) -> Iterator[tuple[Moment, Sequence[Pipeline], int]]:
    """Yield the moments of one command with all its pipelines and which of them each is.

    The whole text is split: here-documents stand below the line that they belong to.
    """
    action = moments[0].step.action
    lines = flat_pipelines(action.command) if isinstance(action, Ran) else []
    first = 0
    for moment in moments:
        at = next((row for row in range(first, len(lines)) if lines[row].text == moment.command), None)
        if at is not None:
            first = at + 1
            yield moment, lines, at


def _printed(action: Ran, lines: Sequence[Pipeline], at: int, index: int) -> Printed:
    line = lines[at]
    return Printed(
        text="\n".join(plain_lines(action.output)),
        exit_code=code_of(lines, at, index, action.exit_code, is_any="pipefail" in action.command),
        is_whole=not action.is_cut and is_shown_whole(line, index),
        is_hidden=is_hidden(line, index),
        is_ended_early=action.is_ended_early,
    )


def _parts(asked: Sequence[_Asked]) -> list[str] | None:
    """Cut an output where the runner says that it begins; None when it does not say so once for each run."""
    text, runner = asked[0].printed.text, asked[0].invocation.runner
    begins = BEGINS.get(runner)
    if begins is None or any(each.invocation.runner != runner for each in asked):
        return None
    starts = [found.start() for found in begins.finditer(text)]
    if len(starts) != len(asked):
        return None
    return [text[start:stop] for start, stop in zip(starts, [*starts[1:], len(text)], strict=True)]
