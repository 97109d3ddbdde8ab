"""What is being debugged: tests that a runner can name, or any command."""

from collections.abc import Sequence

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import FilePath, Name
from coach.core.base.value import Value
from coach.core.runs.abilities import RUNNERS, Ability, RunnerName, runner_of_command
from coach.core.runs.command_line.recognition import invocation_of


class Target(Value):
    """The thing that fails: ids of tests and files, or the argv of any other command."""

    kind: RunnerName = "pytest"
    """The name of its runner; a command whose report is read (``junit``) is a ``command`` too."""
    words: tuple[Name, ...] = ()
    junit: FilePath = ""
    """Where a command writes its JUnit XML report, relative to the root; empty: its exit code is all it says."""

    folder: FilePath = ""
    """Where it is started, below the root (``.``: the root itself); empty: in the session's project."""

    @property
    def runner(self) -> str:
        """The name of what starts and reads its runs."""
        return "junit" if self.junit else self.kind

    @property
    def program(self) -> tuple[str, ...]:
        """What a person types before the words; empty: the words are the whole command."""
        return RUNNERS[self.runner].program

    def can(self, ability: Ability) -> bool:
        """Whether its runner can do a thing: the only question there is about a runner."""
        return ability in RUNNERS[self.runner].can

    def only(self, *tests: str) -> "Target":
        """Return these tests, run as this target is; without any: all tests of the project."""
        return self.model_copy(update={"words": tests})

    @property
    def label(self) -> str:
        """One line for people; empty words mean the whole suite."""
        return " ".join(self.words) if self.words else "the whole suite"

    @property
    def is_script(self) -> bool:
        """Whether it is a program that is no test runner: nothing but its exit code judges it."""
        found = invocation_of(self.words) if self.kind == "command" and not self.junit else None
        return found is not None and found.is_script

    @property
    def one_test(self) -> TestId:
        """The test, when this names exactly one; empty otherwise."""
        return TestId(self.words[0]) if self.is_one_test else NO_TEST

    @property
    def is_one_test(self) -> bool:
        """Whether this names exactly one test by its id."""
        return self.can("select") and len(self.words) == 1 and TestId(self.words[0]).is_in_file


def of_command(command: Sequence[str], *, folder: str = "", junit: str = "") -> Target:
    """Return the target of a command line: of the runner that knows it, unless a report is to be read, else a command."""
    kind = "command" if junit else runner_of_command(command)
    words = tuple(command)[len(RUNNERS[kind].program) :]
    return Target(kind=kind, words=words, folder=folder, junit=junit)
