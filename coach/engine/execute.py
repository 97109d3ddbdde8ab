"""Execute one run request: arguments and environment in, report out.

The user's checkout stays as it is: no ``.pytest_cache`` (it goes to a disposable folder), no bytecode. Writing
bytecode is off because CPython trusts a stale ``.pyc`` when an edit keeps size and second; one that is there already
is still used, since coach deletes nothing of the user's. Words of a pytest target are data: none can become an
option.
"""

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.localize.call_trace import CallTrace
from coach.core.localize.spectrum import Coverage
from coach.core.log.events import Interpreter
from coach.core.runs.confinement import Confine
from coach.core.runs.report import Ending, Output, RunReport
from coach.core.runs.run import RunRequest
from coach.engine.channel.calls import traces_in
from coach.engine.channel.coverage import read_coverage
from coach.engine.channel.failures import under_asked_ids
from coach.engine.channel.report_reader import Channel, channel_settings
from coach.engine.confine.confined_run import Confined
from coach.engine.instrument.variation import moved_paths, of_trial, with_programs_of
from coach.engine.process.ending import (
    Evidence,
    could_not_start,
    ending_of_command,
    ending_of_pytest,
    hang_place,
    leak_notes,
)
from coach.engine.process.environment import clean_environment
from coach.engine.process.output import LiveOutput
from coach.engine.process.probe_install import probe_folder
from coach.engine.process.process_tree import RUN_ID
from coach.engine.process.run_files import RunFiles
from coach.engine.process.scratch import no_room_said, temporary_folder
from coach.engine.process.spawn import Adopted, Launch
from coach.engine.process.supervise import Finished, Limits, supervise
from coach.engine.runners.command_outcome import CommandOutcome, outcome_of_command
from coach.engine.runners.junit_of_run import ReportFile
from coach.engine.runners.pytest_arguments import as_started, pytest_words
from coach.engine.runners.pytest_start import (
    PROGRAM,
    Spelling,
    bytecode_of_children,
    difference,
    options,
    started_by,
)
from coach.engine.source.excerpts import meant_by, misnamed, with_code
from coach.engine.source.project_paths import Places
from coach.engine.warm.server import Trouble, WarmServer
from coach.errors import TargetError

_TAIL_LINES = 200
_MOST_FOREIGN = 20
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all runs of a session share."""

    root: Path
    interpreter: Interpreter
    limits: Limits
    keep: Callable[[str], str]
    """Stores text as it is and returns its content hash; an empty string when it could not."""
    live: LiveOutput
    env: Mapping[str, str]
    loaded: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Own modules that the newest runs in the checkout imported, relative to the root, by run number."""
    warm: WarmServer | None = None
    """What can fork runs; None: every run is cold."""
    modules: list[str] = field(default_factory=list)
    """Foreign modules that runs loaded, for the warm server to take out."""
    traced: dict[int, Coverage] = field(default_factory=dict)
    """Lines of traced runs by run number; whoever asked for them takes them out."""
    mutated: dict[int, str] = field(default_factory=dict)
    """Plans of mutating and logging runs by run number before they begin, and what came of them afterwards."""
    called: dict[int, dict[str, CallTrace]] = field(default_factory=dict)
    """Call traces by run number; whoever asked for them takes them out."""
    command: Spelling = ""
    """How pytest is started."""
    redactor: Callable[[str], str] = lambda text: text
    """Takes secrets out of output before it is kept."""
    home: Path | None = None
    """Where the compiled probe is kept; None: it runs from its sources."""
    project: str = ""
    """Where runs start, below the root; ids and paths stay relative to the root."""
    no_trees: str = ""
    """Why the work tree is not recorded; empty: it is."""
    confine: Confine = "copies"
    """Which runs are confined."""


def execute(
    request: RunRequest, around: RunContext, cancel: threading.Event, copy: Path | None = None
) -> RunReport:
    """Run what is asked for and report.

    Args:
        request: the run.
        around: what all runs share.
        cancel: set by another thread to end the run.
        copy: the materialised tree to run in; None for the checkout.

    Raises:
        TargetError: the target cannot be run as it is named.
        ScratchError: there is no place for the run's files.

    """
    target = request.target
    argv_words = pytest_words(target, copy or around.root) if target.kind == "pytest" else target.words
    if not argv_words and request.target.kind == "command":
        raise TargetError("the command is empty", do="name one after --")
    if any("\0" in word for word in argv_words):
        raise TargetError("a word of the target holds a NUL character")
    around.live.begin(request.number)
    with temporary_folder() as folder:
        run = _Execution(request, around, cancel, copy, RunFiles(folder, secrets.token_hex(8)))
        return run.report(argv_words)


class _Execution:
    """One run in its place."""

    def __init__(
        self,
        request: RunRequest,
        around: RunContext,
        cancel: threading.Event,
        copy: Path | None,
        scratch: RunFiles,
    ) -> None:
        self._request, self._around, self._cancel, self._scratch = request, around, cancel, scratch
        self._copy = copy
        self._base = copy or around.root
        self._cwd = self._base / (request.target.folder or around.project)
        self._is_pytest = request.target.kind == "pytest"
        self._channel = Channel(scratch.channel, scratch.nonce, self._base, request.about)
        self._cold_because = ""
        self._report_file = ReportFile(self._base / request.target.junit) if request.target.junit else None
        kept = (around.home / "bytecode",) if around.home else ()
        self._confined = Confined.of(request, around.confine, scratch.folder, copy, around.root, kept)

    def report(self, words: tuple[str, ...]) -> RunReport:
        with no_room_said():
            self._prepare()
        words = tuple(as_started(each, self._base, self._cwd) if self._is_pytest else each for each in words)
        argv = [*self._pytest(), *words]
        live = self._around.live
        try:
            stacks = self._scratch.stacks if self._is_pytest else None
            launch = Launch(argv, self._cwd, self._env(), stacks, fence=self._confined.fence)
            forked = self._forked(launch)
            finished = supervise(launch, self._around.limits, live.feed, self._cancel, self._tick, forked)
        except OSError as error:
            return RunReport(ending=could_not_start(argv[0], self._cwd, error))
        live.end()
        report = self._describe(finished)
        warmth = {"warm": forked is not None, "cold_because": self._cold_because}
        return self._confined.as_outside(report.model_copy(update=warmth))

    def _forked(self, launch: Launch) -> Adopted | None:
        """Let the warm server start the run, when it may be warm; says why when it is not."""
        if not self._request.warm:
            return None
        if self._confined.fence is not None:
            self._cold_because = "confined runs are cold"
            return None
        if self._around.command == PROGRAM:
            self._cold_because = "warm runs are those of `python -m pytest`"
            return None
        if self._around.warm is None or self._copy is not None or not self._is_pytest:
            self._cold_because = (
                "warm runs are off" if self._around.warm is None else "only pytest in the checkout runs warm"
            )
            return None
        try:
            return self._around.warm.fork(launch.argv[3:], launch.cwd, launch.env, self._scratch.request)
        except Trouble as trouble:
            self._cold_because = str(trouble)
            return None

    def _prepare(self) -> None:
        self._scratch.channel.touch(mode=0o600)
        others = (self._around.root,) if self._copy else ()
        trace = self._scratch.trace if self._request.only_looks else None
        if trace:
            trace.touch(mode=0o600)
        if self._request.mutate or self._request.logpoint or self._request.calls:
            self._scratch.plan.write_text(self._around.mutated.pop(self._request.number, ""), "utf-8")
        settings = channel_settings(
            self._scratch.channel,
            self._scratch.nonce,
            self._base,
            self._scratch.stacks,
            others,
            trace,
            self._scratch.modules if self._around.warm and not self._copy else None,
            self._scratch.plan if self._request.mutate else None,
            self._scratch.plan if self._request.logpoint else None,
            self._scratch.plan if self._request.calls else None,
            bytecode=bytecode_of_children(
                self._around.env, self._around.home, is_copy=self._copy is not None
            ),
            held=(self._around.root,),
            reads=not (self._request.warm or self._request.only_looks),
            fence=self._confined.settings,
        )
        self._scratch.settings.write_text(settings, "utf-8")

    def _pytest(self) -> list[str]:
        """Return what starts pytest, before the target's own words; nothing for a command."""
        started = started_by(self._around.command, self._around.interpreter.path)
        return [*started, *options(self._request, self._scratch)] if self._is_pytest else []

    def _env(self) -> dict[str, str]:
        env = clean_environment(self._around.env)
        env["PYTHONHASHSEED"] = str(self._request.hash_seed)
        env[RUN_ID] = self._scratch.nonce
        around = self._around
        if self._copy:
            folders = (self._cwd / "src", *((self._cwd,) if around.command != PROGRAM else ()))
            own = tuple(str(each) for each in folders if each.is_dir())
            env = moved_paths(env, around.root, self._copy, own)
        env = self._confined.environment(env, is_command=not self._is_pytest)
        if self._is_pytest:
            probe = str(probe_folder(around.home, around.interpreter))
            env["PYTHONPATH"] = os.pathsep.join(filter(None, [probe, env.get("PYTHONPATH", "")]))
            env["COACH_PROBE"] = str(self._scratch.settings)
        trial = self._request.trial
        if trial is not None and trial.kind == "command":
            env = with_programs_of(around.interpreter.path, env)
        return of_trial(self._request).applied(env, self._base, self._scratch.folder)

    def _tick(self) -> bool:
        if not self._is_pytest:
            return False
        channel = self._channel
        if not channel.read():
            return False
        live = self._around.live
        live.progress(channel.selected, channel.finished, channel.failed, channel.current_test)
        if channel.failures:
            live.failed_with(channel.failures[0].headline.partition("\n")[0])
        return True

    def _remember_loaded(self) -> None:
        loaded = self._around.loaded
        if self._copy is None and self._channel.loaded:
            name = Places(self._base).name
            loaded[self._request.number] = tuple(name(path)[0] for path in self._channel.loaded)
            for old in sorted(loaded)[:-_REMEMBERED]:
                del loaded[old]

    def _describe(self, finished: Finished) -> RunReport:
        self._remember_loaded()
        if self._around.warm is not None and self._is_pytest:
            self._around.modules.extend(["pytest", *self._scratch.loaded_modules()])
        if self._request.trace:
            coverage = read_coverage(self._scratch.trace, self._scratch.nonce, self._base)
            self._around.traced[self._request.number] = coverage
        if self._request.calls:
            said = self._scratch.traced()
            traces = traces_in(said, self._scratch.nonce, Places(self._base))
            self._around.called[self._request.number] = traces
        if self._request.mutate or self._request.logpoint:
            self._around.mutated[self._request.number] = self._scratch.traced()
        lines = self._around.live.tail(_TAIL_LINES)
        told = self._outcome(self._ending(finished, lines))
        return RunReport(
            ending=told.ending,
            duration=finished.duration,
            counts=told.counts,
            failures=with_code(self._channel.reads.on(told.failures), self._base),
            failures_left_out=told.left_out,
            **self._channel.tests(names=self._request.names_tests),
            rerun_failures=with_code(self._channel.rerun_failures, self._base),
            output=self._output(lines),
            foreign_modules=self._foreign(),
            refused=self._confined.refused(self._channel.refused),
            other_start=difference(self._around.command, self._channel.by_folder, told.failures, self._cwd),
            probe_notes=(
                *self._channel.notes,
                *self._report_notes(),
                *self._confined.notes,
                *leak_notes(finished),
            ),
        )

    def _ending(self, finished: Finished, lines: tuple[str, ...]) -> Ending:
        limits, target = self._around.limits, self._request.target
        if not self._is_pytest:
            return ending_of_command(finished, limits)
        place = hang_place(self._scratch.hung_stacks(), Places(self._base))
        if place and self._channel.current_test:
            place = f"{place}, during {self._channel.current_test}"
        ending = ending_of_pytest(finished, limits, Evidence(self._channel, target, lines, place))
        if ending.kind == "usage_error" and ending.sentence.startswith("not found"):
            said = misnamed(self._base, target.words)
            meant = meant_by(self._base, target.words)
            ending = ending.model_copy(update={"sentence": said or ending.sentence, "meant": meant})
        return ending

    def _outcome(self, ending: Ending) -> CommandOutcome:
        channel = self._channel
        if self._is_pytest:
            failures = under_asked_ids(channel.failures, self._request.target.words)
            return CommandOutcome(ending, failures, channel.counts, channel.failures_left_out)
        reported = self._report_file.read() if self._report_file and ending.kind == "completed" else None
        output = self._around.live.captured.text()
        return outcome_of_command(
            ending, output, self._request.target.label, (self._base, self._cwd), reported
        )

    def _output(self, lines: tuple[str, ...]) -> Output:
        captured = self._around.live.captured
        text = self._around.redactor(captured.text())
        return Output(
            artefact=self._around.keep(text) if text else "",
            bytes=captured.bytes,
            dropped=captured.dropped,
            tail="\n".join(lines[-40:]),
        )

    def _report_notes(self) -> tuple[str, ...]:
        return self._report_file.notes if self._report_file else ()

    def _foreign(self) -> tuple[str, ...]:
        """Own modules that a run in a copy took from the checkout: its answer would be about the wrong code."""
        if self._copy is None:
            return ()
        copy, checkout = Places(self._copy), Places(self._around.root)
        found = [
            path for path in self._channel.loaded if copy.relative(path) is None and checkout.is_own(path)
        ]
        return tuple(found[:_MOST_FOREIGN])
