"""What a test runner is to coach: how one run of it is started, where it reports, and how its ending is read.

A runner is a class here and a row in ``RUNNERS``; what it can do is a row in ``coach.core.runs.abilities``. It is made
anew for every run. Ids of tests are coach's (``FILE::NAME``, relative to the root) on both sides of this interface: a runner
with another grammar translates them, in ``argv`` to its own and in ``report`` back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.instrument.observer import PLAIN, Observer
from coach.engine.process.run_context import RunContext
from coach.engine.process.run_files import RunFiles
from coach.engine.process.spawn import Adopted, Launch
from coach.engine.process.supervise import Finished
from coach.engine.warm.server import Trouble


@dataclass(frozen=True, slots=True)
class RunSetup:
    """One run, as its runner is given it."""

    request: RunRequest
    context: RunContext
    files: RunFiles
    """Disposable files of this run, which its process may write."""
    root: Path
    """What ids and paths are relative to: the checkout, or the copy that the run is in."""
    start: Path
    """The folder in which the process starts: the root, or one below it."""
    copy: Path | None
    """The root, when it is a copy."""
    fence: dict[str, Any] | None = None
    """What the run is told of its confinement; None: it has none."""
    observer: Observer = PLAIN
    """What is done besides running its tests."""


class Runner(Protocol):
    """One run of a test runner. The methods are called once each, in this order; ``progress`` all the while it runs."""

    needs_pytest: ClassVar[bool] = False
    """Whether the Python of the project must have pytest."""
    can_wait: ClassVar[bool] = False
    """Whether its process stops at a barrier (``RunFiles.barrier``) before it loads anything of the project."""
    calls_compilers: ClassVar[bool] = True
    """Whether its process may start compilers, which write to caches below HOME: a confined run is given such caches."""

    setup: RunSetup

    def __init__(self, setup: RunSetup) -> None:
        self.setup = setup

    def check(self) -> None:
        """Refuse a target that cannot be run as it is named. Raises TargetError."""

    def prepare(self) -> None:
        """Write what the process reads."""

    def argv(self) -> list[str]:
        """Return the program and its arguments, with the ids of tests in the runner's own grammar."""
        ...

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of the process, given the one that every run of coach has."""
        return dict(env)

    @property
    def stacks(self) -> Path | None:
        """The file into which its process writes its stacks on ``STACKS_SIGNAL``; None: it knows no such signal."""
        return None

    def fork(self, launch: Launch) -> Adopted:
        """Let the warm server start the run. Raises Trouble with the reason why the run must be cold."""
        raise Trouble(f"{launch.argv[0]} cannot be kept ready to fork")

    def progress(self) -> bool:
        """Read what the run reported since the last call; returns whether there was anything."""
        return False

    def report(self, finished: Finished) -> RunReport:
        """Say what a run showed whose process ended so.

        Its duration, its output and what its confinement says are added by the caller.
        """
        ...
