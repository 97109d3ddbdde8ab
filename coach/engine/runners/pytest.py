"""pytest, in the Python of the project: a plugin (``coach.engine.probe``) reports from inside, line by line, while it runs.

Words of a target are files and ids, never options. pytest's cache goes to a disposable folder, so that the checkout stays as
it is.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coach.core.runs.report import Ending, RunReport
from coach.engine.channel.failures import under_asked_ids
from coach.engine.channel.report_reader import Channel, channel_settings
from coach.engine.process.probe_install import probe_folder
from coach.engine.process.spawn import Adopted, Launch
from coach.engine.process.supervise import Finished
from coach.engine.runners.base import Runner, RunSetup
from coach.engine.runners.pytest_ending import Evidence, ending_of_pytest, hang_place
from coach.engine.runners.pytest_start import (
    PROGRAM,
    as_started,
    bytecode_of_children,
    difference,
    options,
    refuse_options,
    started_by,
)
from coach.engine.source.excerpts import meant_by, misnamed, with_code
from coach.engine.source.project_paths import Places
from coach.engine.warm.server import Trouble

_TAIL_LINES = 200
"""Newest lines of the output, from which an ending is read."""
_MAX_FOREIGN = 20
_REMEMBERED = 8
"""Runs whose imported modules are kept."""


class PytestRunner(Runner):
    """One run of pytest, with coach's plugin in it."""

    needs_pytest = True
    calls_compilers = False

    def __init__(self, setup: RunSetup) -> None:
        super().__init__(setup)
        self._channel = Channel(setup.files.channel, setup.files.nonce, setup.root, setup.request.about)

    def check(self) -> None:
        refuse_options(self.setup.request.target, self.setup.root)

    def prepare(self) -> None:
        setup, files, context = self.setup, self.setup.files, self.setup.context
        files.channel.touch(mode=0o600)
        settings: dict[str, Any] = {
            "other_roots": [str(context.root)] if setup.copy else [],
            "modules": str(files.modules) if self._may_be_warm else "",
            "reads": setup.observer.hears_reads(setup.request),
            "fence": setup.fence,
            "turn": context.turn.told if context.turn else None,
            **setup.observer.settings(files),
        }
        bytecode = bytecode_of_children(context.env, context.home, is_copy=setup.copy is not None)
        if bytecode is not None:
            settings |= {"bytecode": bytecode, "held": [str(context.root)]}
        files.settings.write_text(channel_settings(files, setup.root, **settings), "utf-8")

    def argv(self) -> list[str]:
        setup = self.setup
        started = started_by(setup.context.command, setup.context.interpreter.path)
        words = (as_started(each, setup.root, setup.start) for each in setup.request.target.words)
        own = (*options(setup.request, setup.files), *setup.observer.options(setup.files))
        return [*started, *own, *words]

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        context = self.setup.context
        probe = str(probe_folder(context.home, context.interpreter))
        paths = os.pathsep.join(filter(None, [probe, env.get("PYTHONPATH", "")]))
        return {**env, "PYTHONPATH": paths, "COACH_PROBE": str(self.setup.files.settings)}

    @property
    def stacks(self) -> Path | None:
        return self.setup.files.stacks

    def fork(self, launch: Launch) -> Adopted:
        warm = self.setup.context.warm
        if self.setup.context.command == PROGRAM:
            raise Trouble("warm runs are those of `python -m pytest`")
        if warm is None:
            raise Trouble("warm runs are off")
        if not self._may_be_warm:
            raise Trouble("only pytest in the checkout runs warm")
        return warm.fork(launch.argv[3:], launch.cwd, launch.env, self.setup.files.request, launch.fence)

    @property
    def _may_be_warm(self) -> bool:
        """Whether there is a server that forks runs where this one is."""
        warm = self.setup.context.warm
        return warm is not None and warm.is_for_copies == (self.setup.copy is not None)

    def progress(self) -> bool:
        channel, live = self._channel, self.setup.context.live
        if not channel.read():
            return False
        live.progress(channel.selected, channel.finished, channel.failed, channel.current_test)
        if channel.failures:
            live.failed_with(channel.failures[0].headline.partition("\n")[0])
        self.setup.observer.heard(self.setup.files)
        return True

    def report(self, finished: Finished) -> RunReport:
        self._remember_modules()
        setup, channel = self.setup, self._channel
        setup.observer.collect(setup.files, Places(setup.root))
        ending = self._ending(finished)  # first: it may take tests that never ended as failures
        failures = under_asked_ids(channel.failures, setup.request.target.words)
        return RunReport(
            ending=ending,
            counts=channel.counts,
            failures=with_code(channel.reads.on(failures), setup.root),
            failures_left_out=channel.failures_left_out,
            **channel.tests(names=setup.request.names_tests),
            rerun_failures=with_code(channel.rerun_failures, setup.root),
            foreign_modules=self._foreign(),
            refused=channel.refused,
            other_start=difference(setup.context.command, channel.by_folder, failures, setup.start),
            probe_notes=channel.notes,
        )

    def _remember_modules(self) -> None:
        """Keep which own modules the newest runs in the checkout imported, and which others the warm server is to load."""
        context, number = self.setup.context, self.setup.request.number
        if self.setup.copy is None and self._channel.loaded:
            name = Places(self.setup.root).name
            context.loaded[number] = tuple(name(path)[0] for path in self._channel.loaded)
            for old in sorted(context.loaded)[:-_REMEMBERED]:
                del context.loaded[old]
        if context.warm is not None:
            context.warm.wants(("pytest", *self.setup.files.loaded_modules()))

    def _ending(self, finished: Finished) -> Ending:
        root, target, channel = self.setup.root, self.setup.request.target, self._channel
        place = hang_place(self.setup.files.hung_stacks(), Places(root))
        if place and channel.current_test:
            place = f"{place}, during {channel.current_test}"
        limits, lines = self.setup.context.limits, self.setup.context.live.tail(_TAIL_LINES)
        ending = ending_of_pytest(finished, limits, Evidence(channel, target, lines, place))
        if ending.kind == "usage_error" and ending.sentence.startswith("not found"):
            sentence = misnamed(root, target.words) or ending.sentence
            return ending.model_copy(update={"sentence": sentence, "meant": meant_by(root, target.words)})
        return ending

    def _foreign(self) -> tuple[str, ...]:
        """Own modules that a run in a copy took from the checkout: its answer would be about the wrong code."""
        if self.setup.copy is None:
            return ()
        copy, checkout = Places(self.setup.copy), Places(self.setup.context.root)
        found = [
            path for path in self._channel.loaded if copy.relative(path) is None and checkout.is_own(path)
        ]
        return tuple(found[:_MAX_FOREIGN])
