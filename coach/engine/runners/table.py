"""The test runners that coach knows: the one table of what starts and reads the runs of a target."""

from coach.engine.runners.base import Runner, RunSetup
from coach.engine.runners.command import CommandRunner
from coach.engine.runners.junit import JUnitRunner
from coach.engine.runners.pytest import PytestRunner

RUNNERS: dict[str, type[Runner]] = {
    "pytest": PytestRunner,
    "command": CommandRunner,
    "junit": JUnitRunner,
}
"""Class by name. The names are those of ``coach.core.runs.abilities.RUNNERS``, which says what each can do."""


def runner_of(setup: RunSetup) -> Runner:
    """Return the runner of one run, by its target."""
    return RUNNERS[setup.request.target.runner](setup)
