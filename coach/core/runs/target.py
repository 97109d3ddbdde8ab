"""What is being debugged: tests that pytest can name, or any command."""

from typing import Literal

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import FilePath, Name
from coach.core.base.value import Value


class Target(Value):
    """The thing that fails: pytest arguments (node ids, files) or the argv of any other command."""

    kind: Literal["pytest", "command"] = "pytest"
    words: tuple[Name, ...] = ()
    junit: FilePath = ""
    """Where a command writes its JUnit XML report, relative to the root; empty: its exit code is all it says."""

    folder: FilePath = ""
    """Where it is started, below the root (``.``: the root itself); empty: in the session's project."""

    @property
    def label(self) -> str:
        """One line for people; empty words mean the whole suite."""
        return " ".join(self.words) if self.words else "the whole suite"

    @property
    def one_test(self) -> TestId:
        """The test, when this names exactly one; empty otherwise."""
        return TestId(self.words[0]) if self.is_one_test else NO_TEST

    @property
    def is_one_test(self) -> bool:
        """Whether this names exactly one pytest node id."""
        return self.kind == "pytest" and len(self.words) == 1 and TestId(self.words[0]).is_in_file


WHOLE_SUITE = Target()
