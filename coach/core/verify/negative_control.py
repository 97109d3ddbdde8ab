"""The negative control: a regression test that is worth keeping notices small wrong versions of the fix."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from coach.core.base.text import FilePath, Name, Prose
from coach.core.base.value import Value
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.changes import Changes, Hunk

MAX_SURVIVORS = 50
"""Survivors that are kept one by one; the others are counted."""
_MAX_VARIANTS = 3


class Survivor(Value):
    """One small change of the fix that the regression test does not notice: an edge case to add, or no change at all."""

    path: FilePath
    function: Name = ""
    line: int
    before: Prose
    after: Prose
    """The changed expression or statement, as Python."""
    ran: bool = True
    """Whether the test runs the line at all, as far as that is known."""

    @property
    def key(self) -> str:
        """Identity across verifications: what is changed, not the line it stands in."""
        return f"{self.path}: {self.before} → {self.after}"

    @property
    def sentence(self) -> str:
        return f"{self.path}:{self.line} {self.after} instead of {self.before}"


@dataclass(frozen=True, slots=True)
class Group:
    """The survivors of one line: one case to add, one answer for all of them."""

    survivors: tuple[Survivor, ...]
    source: str = ""
    """The line itself; empty when it is not known."""

    @property
    def key(self) -> str:
        """Identity across verifications: the line's own text; of a single survivor what is changed."""
        first = self.survivors[0]
        return first.key if len(self.survivors) == 1 else self._of_line

    @property
    def _of_line(self) -> str:
        first = self.survivors[0]
        return f"{first.path}: {self.source or f'line {first.line}'}"

    @property
    def sentence(self) -> str:
        first = self.survivors[0]
        text = first.sentence
        if len(self.survivors) > 1:
            variants = ", ".join(each.after for each in self.survivors[:_MAX_VARIANTS])
            more = len(self.survivors) - _MAX_VARIANTS
            variants += f" and {more} more" if more > 0 else ""
            text = f"{first.path}:{first.line} {self.source or first.before} may as well be: {variants}"
        return text if all(each.ran for each in self.survivors) else f"{text}; the test never runs this line"

    def answer(self, answers: Mapping[tuple[str, str], str]) -> str:
        """Return what a person said of the line, or of each of its survivors; empty while one stands."""
        said = answers.get(("control", self._of_line), "")
        each = [answers.get(("control", survivor.key), "") for survivor in self.survivors]
        return said or (each[0] if all(each) else "")


def grouped(survivors: Iterable[Survivor], changes: Changes | None) -> tuple[Group, ...]:
    """Return survivors by the line they stand in, in their order, each once."""
    lines: dict[tuple[str, int], dict[str, Survivor]] = {}
    for each in survivors:
        lines.setdefault((each.path, each.line), {})[each.key] = each
    texts = {
        (file.path, number): text.strip()
        for file in (changes.files if changes else ())
        for hunk in file.hunks
        for number, text in added_lines(hunk)
    }
    return tuple(Group(tuple(found.values()), texts.get(place, "")[:120]) for place, found in lines.items())


class Control(Value):
    """A round of small wrong fixes: of ``tried`` the test noticed ``killed``."""

    run: int
    tried: int = 0
    killed: int = 0
    planned: int = 0
    ended: Literal["all", "budget", "stopped", "impossible"] = "all"
    why: Prose = ""
    survivors: tuple[Survivor, ...] = ()
    refused: int = 0
    """Mutants that were stopped where they would have acted outside of the copy: they count as not tried."""
    refusals: tuple[Prose, ...] = ()
    """What they would have done there, the first few: ``removes /home/me/notes``."""


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
