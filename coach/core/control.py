"""The negative control: a regression test that is worth keeping notices small wrong versions of the fix."""

from typing import Literal

from coach.core.changes import Changes, Hunk
from coach.core.loops.syntax import is_test_path
from coach.core.text import Text
from coach.core.value import Value

MOST_SURVIVORS = 50
"""Survivors that are kept one by one; the others are counted."""


class Survivor(Value):
    """One small change of the fix that the regression test does not notice: an edge case to add, or no change at all."""

    path: Text
    function: Text = ""
    line: int
    before: Text
    after: Text
    """The changed expression or statement, as Python."""

    @property
    def key(self) -> str:
        """Identity across verifications: what is changed, not the line it stands in."""
        return f"{self.path}: {self.before} → {self.after}"

    @property
    def sentence(self) -> str:
        return f"{self.path}:{self.line} {self.after} instead of {self.before}"


class Control(Value):
    """A round of small wrong fixes: of ``tried`` the test noticed ``killed``."""

    run: int
    tried: int = 0
    killed: int = 0
    planned: int = 0
    ended: Literal["all", "budget", "stopped", "impossible"] = "all"
    why: Text = ""
    survivors: tuple[Survivor, ...] = ()


def fixed_lines(changes: Changes) -> dict[str, tuple[int, ...]]:
    """Return the lines of code outside of tests that an edit added or changed, by file, numbered as they are now."""
    found: dict[str, tuple[int, ...]] = {}
    for file in changes.files:
        if file.path.endswith(".py") and not is_test_path(file.path) and file.change != "deleted":
            lines = tuple(number for hunk in file.hunks for number, _ in added_lines(hunk))
            if lines:
                found[file.path] = lines
    return found


def added_lines(hunk: Hunk) -> tuple[tuple[int, str], ...]:
    """Return the lines a hunk adds, with their numbers in the new file."""
    found, number = [], hunk.new_start
    for text in hunk.text.split("\n"):
        if text[:1] == "+":
            found.append((number, text[1:]))
        if text[:1] in {"+", " "}:
            number += 1
    return tuple(found)
