"""What is known of one play of a drill: what the files show, what the session shows, what was watched.

Facts only. ``scoring`` turns them into a score.
"""

from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import FilePath, Name, Prose
from coach.core.base.value import Value
from coach.core.loops.attempt import Finding


class SuiteFacts(Value):
    """How the whole suite came out in a fresh process, with the tests as they were before anybody played."""

    unresolved: Prose = ""
    """Why it says nothing about the code; empty when it does."""
    ended: Prose = ""
    """How it ended, where it did not come to its end; empty when it did."""
    passed: int = 0
    red: tuple[TestId, ...] = ()
    """Tests that are red, without those that were red before the bug was planted."""
    unseen: tuple[TestId, ...] = ()
    """Tests that notice the bug and neither passed nor failed: they were skipped, deselected, or not collected."""
    not_counted: tuple[TestId, ...] = ()
    """Tests that do not notice the bug, were red in the suite and green when it was run once more: they do not judge."""
    refused: tuple[Prose, ...] = ()
    """What the tests tried outside of their copy and were refused."""
    seconds: float = 0.0

    @property
    def is_green(self) -> bool:
        return not (self.unresolved or self.ended or self.red or self.unseen)


class Graded(Value):
    """What the files show that somebody left behind."""

    tree: Name
    """What was left, as a tree of the project's private store."""
    suite: SuiteFacts
    is_test_asked: bool = False
    """Whether writing a test is part of the drill."""
    own_tests: tuple[TestId, ...] = ()
    """Tests that were written or changed."""
    proving: tuple[TestId, ...] = ()
    """Those of them that are red with the bug and green as it was left."""
    test_trouble: Prose = ""
    """Why the own tests say nothing."""
    changed: tuple[FilePath, ...] = ()
    """All files that differ from what whoever played was given."""
    elsewhere: tuple[FilePath, ...] = ()
    """Code files among them that the true fix does not touch."""
    lines: int = 0
    """Lines of code that differ."""
    weakened: tuple[Finding, ...] = ()
    """Edits that let the given tests ask for less."""
    hiding: tuple[Finding, ...] = ()
    """Edits of code that do nothing but hide the failure where it shows, of a kind that the true fix does not have."""
    given_tests: tuple[FilePath, ...] = ()
    """Given test files that were edited, in whatever way."""
    left: tuple[Prose, ...] = ()
    """Prints, breakpoints, stray files that were left behind."""


WatchedBy = Literal["system calls", "open files", "nothing"]


class Watched(Value):
    """What was seen of the processes of the player."""

    by: WatchedBy = "nothing"
    """*system calls*: every one that opens, starts or connects; *open files*: looked at again and again, so some are missed."""
    why: Prose = ""
    """Why it was not watched better; empty when every call was seen."""
    answers: tuple[Prose, ...] = ()
    """Reads of what tells the answer: ``reads shop/cart.py of the checkout``."""
    history: tuple[Prose, ...] = ()
    """Commands that look at git's history, with their arguments. The arena has one commit: they find nothing."""
    network: tuple[Prose, ...] = ()
    """Connections beyond this machine, each with the program that made it."""
    test_runs: int | None = None
    """How often tests were run by commands of its own; None: nothing tells."""


class NamedCause(Value):
    """A place that the player says is the cause."""

    path: FilePath
    function: Name = ""


class Played(Value):
    """What the session shows of a play."""

    causes: tuple[NamedCause, ...] = ()
    is_asking_asked: bool | None = None
    """Whether the rules said that it must stop and ask; None: no rule about that applied, or none was given."""
    asked: Prose = ""
    """What it asked, or why it is taken to have asked; empty: it did not."""
    loops: tuple[Prose, ...] = ()
    """Loops that were noticed while it played."""
    are_loops_watched: bool = True
    survivors: tuple[Name, ...] = ()
    """Processes that outlived it."""
    ending: Prose = ""
    """How it ended, when that was not by itself."""
    watched: Watched = Watched()
    runs: int | None = None
    attempts: int | None = None
    minutes: float | None = None
    tokens: int | None = None
    hints: tuple[Name, ...] = ()
