"""What each test runner can do: the one table that every question about a target's runner is put to.

A target answers ``target.can("trace")``. Outside of this table and ``coach.engine.runners`` no code knows a runner by its
name, so a new one is a row here and a file there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator

from coach.core.base.text import CoachId

Ability = Literal[
    "select", "suite", "python", "trace", "mutate", "logpoint", "calls", "origins", "order", "warm"
]
"""One thing that a runner can do with a target, or cannot.

* *select*: its tests have ids (``FILE::NAME``). Every failure names its test by one, and the words of a target choose tests
  by them: one alone, some, or those of a file.
* *suite*: a target without words is all tests of the project, so a fix can be compared with the suite as it was.
* *python*: its tests are Python files: their imports say what concerns a change, and what else lies beside them is data.
* *trace*: the lines that each test runs can be recorded.
* *mutate*: small changes of code can be tried, each in a process of its own, while a test runs.
* *logpoint*: values at a line can be looked at while a test runs, or pdb stops there.
* *calls*: the calls that a test makes can be recorded.
* *origins*: a value of a test can be followed back to what made it.
* *order*: its tests can be run in another order, and after chosen other tests.
* *warm*: a run after a save can be forked from a process that has imported the dependencies.
"""

ABILITY_WORDS: Mapping[Ability, str] = {
    "select": "run one test by its id",
    "suite": "run all tests of the project",
    "python": "tell which tests import a changed file",
    "trace": "record which lines a test runs",
    "mutate": "try small changes of code",
    "logpoint": "look at values while a test runs",
    "calls": "record the calls of a test",
    "origins": "follow a value back to what made it",
    "order": "run tests in another order",
    "warm": "keep a process ready to fork",
}
"""What a runner can do, in words that follow "can"."""


@dataclass(frozen=True, slots=True)
class RunnerRow:
    """What the core knows of a runner. How it is started and read is told by its class in ``coach.engine.runners``."""

    can: frozenset[Ability] = frozenset()
    program: tuple[str, ...] = ()
    """What a person types before the ids of tests; empty: the words of the target are the whole command."""
    is_recognised: bool = False
    """Whether it runs a command after ``--`` that begins with ``program``; else such a command stays one."""


RUNNERS: dict[str, RunnerRow] = {
    "pytest": RunnerRow(frozenset(get_args(Ability)), ("python", "-m", "pytest")),
    "command": RunnerRow(),
    "junit": RunnerRow(),
}
"""Every runner by its name. ``junit`` is a command of which a report file says which tests failed."""


def known_runner(name: str) -> str:
    """Return the name of a runner. Raises ValueError for one that this version of coach has not."""
    if name not in RUNNERS:
        raise ValueError(f"no runner is named {name}")
    return name


RunnerName = Annotated[CoachId, AfterValidator(known_runner)]
"""The name of a runner, in a log too: an event with a name that is not known here is kept as it is, unread."""


def runner_of_command(command: Sequence[str]) -> str:
    """Return the name of the runner that runs a command as it is typed after ``--``."""
    for name, row in RUNNERS.items():
        if row.is_recognised and tuple(command[: len(row.program)]) == row.program:
            return name
    return "command"


def who_can(ability: Ability) -> str:
    """Say in a sentence which runners have an ability: the answer to somebody whose runner has not."""
    names = [name for name, row in RUNNERS.items() if ability in row.can]
    return f"only {' and '.join(names)} can {ABILITY_WORDS[ability]}"
