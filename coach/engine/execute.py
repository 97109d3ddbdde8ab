"""Execute one run request: arguments and environment in, report out.

How the process is started and read is its runner's (``coach.engine.runners``). Here stands what all runs share: their
environment, confinement, supervision, output. No bytecode of the project is written in the checkout: CPython trusts a
stale ``.pyc`` when an edit keeps size and second. One that is there already is still used, since coach deletes nothing of the
user's.
"""

import contextlib
import logging
import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from coach.core.runs.report import Output, RunReport
from coach.core.runs.run import RunRequest
from coach.engine.confine.confined_run import Confined
from coach.engine.copies.import_roots import moved_paths
from coach.engine.instrument.apply_variation import with_named
from coach.engine.instrument.observer import PLAIN, Observer
from coach.engine.process.barrier import Barrier
from coach.engine.process.ending import could_not_start, leak_notes
from coach.engine.process.environment import clean_environment
from coach.engine.process.process_tree import RUN_ID
from coach.engine.process.run_context import RunContext
from coach.engine.process.run_files import RunFiles
from coach.engine.process.scratch import no_room_said, temporary_folder
from coach.engine.process.spawn import Adopted, Launch
from coach.engine.process.supervise import Finished, supervise
from coach.engine.process.waiting import Waiting
from coach.engine.runners.base import RunSetup
from coach.engine.runners.pytest_start import PROGRAM
from coach.engine.runners.table import runner_of
from coach.engine.warm.server import Trouble
from coach.errors import TargetError

_DIAGNOSTICS = logging.getLogger("coach")
_TAIL_LINES = 40
"""Newest lines of the output that a report keeps."""


def execute(
    request: RunRequest,
    around: RunContext,
    cancel: threading.Event,
    copy: Path | None = None,
    observer: Observer = PLAIN,
) -> RunReport:
    """Run what is asked for and report; the arguments and errors are those of ``set_up``."""
    with set_up(request, around, copy, observer) as execution:
        return execution.report(cancel)


@contextlib.contextmanager
def set_up(
    request: RunRequest, around: RunContext, copy: Path | None = None, observer: Observer = PLAIN
) -> Iterator["Execution"]:
    """Make the place of one run; nothing of it is left afterwards.

    Args:
        request: the run.
        around: what all runs share.
        copy: the materialised tree to run in; None for the checkout.
        observer: what is done besides.

    Raises:
        TargetError: the target cannot be run as it is named.
        ScratchError: there is no place for the run's files.

    """
    around = replace(around, limits=observer.limits(around.limits))
    root = copy or around.root
    start = root / (request.target.folder or around.project)
    with temporary_folder() as folder:
        files = RunFiles(folder, secrets.token_hex(8))
        kept = (around.home / "bytecode",) if around.home else ()
        confined = Confined.of(request, around.confine, folder, copy, around.root, kept)
        setup = RunSetup(request, around, files, root, start, copy, confined.settings, observer)
        execution = Execution(setup, confined)
        try:
            yield execution
        finally:
            execution.give_up()


class Execution:
    """One run in its place. Its process may be started before its turn, and waits at a barrier then."""

    def __init__(self, setup: RunSetup, confined: Confined) -> None:
        self._setup, self._confined = setup, confined
        self._runner = runner_of(setup)
        self._runner.check()
        if any("\0" in word for word in setup.request.target.words):
            raise TargetError("a word of the target holds a NUL character")
        self._cold_because = ""
        self._argv: list[str] = []
        self._launch: Launch | None = None
        self._waiting: Waiting | None = None

    @property
    def can_wait(self) -> bool:
        """Whether its process stops at a barrier, if one is there."""
        return self._runner.can_wait and not self._setup.request.warm

    def start(self) -> Waiting | None:
        """Start its process, which waits at a barrier; None where it cannot be started so. Raises ScratchError."""
        with no_room_said():
            barrier = Barrier.before(self._setup.files.barrier)
        try:
            launch = self._prepared()
            if barrier is not None:
                self._waiting = Waiting.started(launch, barrier)
        except OSError:
            _DIAGNOSTICS.info("a process could not be started before its turn", exc_info=True)
        finally:
            if barrier is not None and self._waiting is None:
                barrier.open()  # what is started in its turn, if anything is, does not wait
        return self._waiting

    def give_up(self) -> None:
        """End a process that waits: nobody wants its run any more."""
        if self._waiting is not None:
            self._waiting.end()
        self._waiting = None

    def report(self, cancel: threading.Event) -> RunReport:
        """Make the run and say what it showed."""
        setup, context = self._setup, self._setup.context
        if context.turn is not None and self.can_wait:
            context.turn.take(self.start(), cancel)
        context.live.begin(setup.request.number)
        waiting = self._waiting
        try:
            launch = self._prepared()
            leader = waiting.go() if waiting else self._forked(launch)
            self._waiting = None  # only now: what could not be let go is ended with the rest
            feed, progress = context.live.feed, self._runner.progress
            before = waiting.seconds if waiting else 0.0
            finished = supervise(launch, context.limits, feed, cancel, progress, leader, before)
        except OSError as error:
            return RunReport(ending=could_not_start(self._argv[0], setup.start, error))
        context.live.end()
        report = self._describe(finished)
        warmth = {"warm": isinstance(leader, Adopted), "cold_because": self._cold_because}
        return self._confined.as_outside(report.model_copy(update=warmth))

    def _prepared(self) -> Launch:
        """Write what the process reads, once, and return what to start. Raises ScratchError."""
        if self._launch is None:
            with no_room_said():
                self._runner.prepare()
            self._argv = self._runner.argv()
            niceness = max(self._setup.context.niceness, self._setup.observer.niceness)
            own = (self._argv, self._setup.start, self._env(), self._runner.stacks)
            self._launch = Launch(*own, fence=self._confined.fence, niceness=niceness)
        return self._launch

    def _forked(self, launch: Launch) -> Adopted | None:
        """Let the warm server start the run, when it may be warm; says why when it is not."""
        if not self._setup.request.warm:
            return None
        try:
            fence, warm = self._confined.fence, self._setup.context.warm
            if fence is not None and not (warm and warm.confines(fence)):
                raise Trouble("confined runs are cold")  # noqa: TRY301 - one way out
            return self._runner.fork(launch)
        except Trouble as trouble:
            self._cold_because = str(trouble)
            return None

    def _env(self) -> dict[str, str]:
        setup, context = self._setup, self._setup.context
        env = clean_environment(context.env)
        env["PYTHONHASHSEED"] = str(setup.request.hash_seed)
        env[RUN_ID] = setup.files.nonce
        if setup.copy:
            folders = (setup.start / "src", *((setup.start,) if context.command != PROGRAM else ()))
            own = tuple(str(each) for each in folders if each.is_dir())
            env = moved_paths(env, context.root, setup.copy, own)
        env = self._confined.environment(env, calls_compilers=self._runner.calls_compilers)
        env = self._runner.environment(env)
        return with_named(env, setup.request.variation)

    def _describe(self, finished: Finished) -> RunReport:
        seen = self._runner.report(finished)
        notes = (*seen.probe_notes, *self._confined.notes, *leak_notes(finished))
        update = {
            "duration": finished.duration,
            "output": self._output(),
            "refused": self._confined.refused(seen.refused),
            "probe_notes": notes,
        }
        return seen.model_copy(update=update)

    def _output(self) -> Output:
        captured, context = self._setup.context.live.captured, self._setup.context
        text = context.redactor(captured.text())
        return Output(
            artefact=context.keep(text) if text else "",
            bytes=captured.bytes,
            dropped=captured.dropped,
            tail="\n".join(context.live.tail(_TAIL_LINES)),
        )
