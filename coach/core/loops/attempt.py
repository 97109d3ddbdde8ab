"""An attempt: what changed in the checkout between two runs of the target, and what kind of change it was."""

from typing import Literal, get_args

from coach.core.base.formatting import count
from coach.core.base.test_id import FunctionId, TestId
from coach.core.base.text import FilePath, Name, Prose
from coach.core.base.value import Value
from coach.core.runs.changes import Changes, FileChange

Nature = Literal["patch", "groundwork", "observing", "cosmetic", "tests"]
"""*patch*: behaviour may differ · *groundwork*: only names that nothing used before were added · *observing*: only
prints, logs, breakpoints · *cosmetic*: the syntax trees are equal · *tests*: only test code changed."""

Tampering = Literal[
    "fewer-assertions",
    "trivial-assertion",
    "skip-added",
    "test-gone",
    "expectation-changed",
    "inputs-changed",
    "narrowed",
    "patched-in-conftest",
]
Symptom = Literal["swallowed", "retried", "slept", "special-case"]
FindingKind = Literal[Tampering, Symptom]

TAMPERING: frozenset[FindingKind] = frozenset(get_args(Tampering))
SYMPTOM: frozenset[FindingKind] = frozenset(get_args(Symptom))


class Finding(Value):
    """Something the syntax trees before and after an edit show, in words for people."""

    kind: FindingKind
    path: FilePath
    line: int = 0
    """In the new file; in the old one when the thing is gone."""
    function: Name = ""
    """The test or function it is in, a test as in ids, with its class."""
    text: Prose = ""
    answer: Prose = ""
    """What a special case answers, as it is written; empty for nothing, or None."""
    is_weak: bool = False
    """Ordinary code may look like this: worth a note, never more."""
    in_head: bool | None = None
    """Whether the commit checked out has the test that it is about; None: not known."""

    @property
    def test(self) -> TestId:
        """The test it is about, where it is about one."""
        return TestId.of(self.path, self.function)


class SourcePair(Value):
    """One changed file before and after, exactly: what edits are read from, and never recorded. Empty text means absent."""

    path: FilePath
    before: str = ""
    after: str = ""
    head: str | None = None
    """The file as the commit checked out has it, empty where it has none; None: not known."""


class Attempt(Value):
    """The edits between ``base_run`` and ``run``."""

    run: int
    base_run: int
    changes: Changes
    nature: Nature = "patch"
    findings: tuple[Finding, ...] = ()
    patched: tuple[FilePath, ...] = ()
    """The changed files, tests and prose apart, whose code may behave differently; empty in logs of older rules, too."""
    new_tests: tuple[TestId, ...] = ()
    """Tests written in this attempt: their author may still be finding the words."""
    unloaded: tuple[FilePath, ...] = ()
    """Changed modules that the run is known not to have imported. What is not known is not listed."""
    touched: tuple[FunctionId, ...] = ()
    """Functions that were changed, ``<module>`` for what stands outside of functions."""
    added: tuple[FunctionId, ...] = ()
    """Those of them that were not there before."""
    by: Name = ""
    """Who held the session meanwhile (an assistant); empty: the engineer."""
    head_moved: bool = False
    """git put other files there (a branch switch, a stash): no edit of anybody."""
    unread: tuple[FilePath, ...] = ()
    """Changed files whose content is not known: of them no rule that reads edits says anything."""
    restored: bool = False
    """coach's own restore brought this tree back."""

    @property
    def is_edit(self) -> bool:
        """Whether somebody wrote this, as opposed to git or coach putting files there."""
        return not (self.head_moved or self.restored)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(file.path for file in self.changes.files)

    def file(self, path: str) -> FileChange | None:
        return next((each for each in self.changes.files if each.path == path), None)


_NATURE: dict[Nature, str] = {
    "patch": "",
    "groundwork": "groundwork",
    "observing": "observing",
    "cosmetic": "same behaviour",
    "tests": "tests only",
}


def attempt_words(attempt: Attempt) -> str:
    """Say what was edited before a run, of what kind it was, and who did it."""
    if attempt.restored:
        said = ["restored"]
    elif attempt.head_moved:
        said = ["another commit checked out"]
    else:
        said = [f"+{count(len(attempt.paths), 'file')}", _NATURE[attempt.nature]]
    return " · ".join(filter(None, [*said, f"by {attempt.by}" if attempt.by else ""]))
