"""A drill: a bug that was planted on purpose, and all that is known of it. Whoever plays it never sees this."""

from typing import Literal

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import FilePath, Name, Prose, TreeId
from coach.core.base.value import Value

SCHEMA = 1
Source = Literal["past fix", "two past fixes", "planted"]
"""Where a bug comes from: a fix of this repository that was taken out, two of those at once, or an edit that coach made."""


class Cause(Value):
    """A place that is wrong; lines count from 1, in the file with the bug."""

    path: FilePath
    function: Name = ""
    """Qualified name inside the file; empty for code of the module."""
    lines: tuple[int, ...] = ()


class Difficulty(Value):
    """How hard a bug is to find, as far as it can be counted."""

    distance: int = 0
    """Calls between the function that is wrong and the one where it shows; 0 where it is the same one."""
    files: int = 1
    """Files that are wrong."""
    lines: int = 1
    """Lines that the true fix changes."""
    tests: int = 1
    """Tests that notice."""
    rank: int = 0
    """Place of the cause in coach's plain ranking; 0 where it is not in it."""


class Noticed(Value):
    """How a test notices the bug."""

    test: TestId
    exception: Name = ""
    message: Prose = ""
    path: FilePath = ""
    """The innermost own frame of the traceback: where it shows."""
    line: int = 0


class Drill(Value):
    """One bug. Trees are those of the project's private store (``engine/trees``): the whole content of the root, tests too."""

    number: int
    source: Source
    kind: Name
    """The operator that planted it, or the short id of the commit that fixed it (two, with a plus between them)."""
    right: TreeId
    """The tree without the bug."""
    wrong: TreeId
    """The tree with it."""
    causes: tuple[Cause, ...]
    noticed: tuple[Noticed, ...]
    """Every test that is green without it and red with it; the narrowest first."""
    held: tuple[TestId, ...] = ()
    """Tests that are kept out of the arena since whoever plays is asked to write one; empty where they may be seen."""
    difficulty: Difficulty = Difficulty()
    seconds: float = 0.0
    """What the whole suite took, cold, without the bug."""

    @property
    def shown(self) -> TestId:
        """The test that whoever plays is told of; none where all are held."""
        return next((each.test for each in self.noticed if each.test not in self.held), NO_TEST)


class Dropped(Value):
    """Bugs that were thrown away for one reason."""

    why: Prose
    count: int = 1


class DrillSet(Value):
    """Drills that were made together, repeatable from the seed."""

    schema_version: int = SCHEMA
    name: Name
    root: FilePath
    """The project they were made from."""
    project: FilePath = ""
    """The folder below the root in which runs start; empty for the root."""
    python: FilePath = ""
    """The interpreter of the runs."""
    seed: int = 0
    made: Name = ""
    """When, in ISO 8601."""
    tests: tuple[Name, ...] = ()
    """What pytest was given for the whole suite; empty for what it takes by itself."""
    red: tuple[TestId, ...] = ()
    """Tests that are not green three times without any bug: nobody is judged by them."""
    drills: tuple[Drill, ...] = ()
    dropped: tuple[Dropped, ...] = ()
