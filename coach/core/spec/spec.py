"""The spec of a defect: what should happen, what happens, and the limits of a fix.

A team's own rules have the same shape in part; they are kept beside the spec, not copied into it, so that a session
says whose rule a rule is.
"""

from fnmatch import fnmatchcase

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose
from coach.core.base.value import Value

MAX_QUESTIONS = 3
"""More open questions than this are no questions but a missing spec."""


class Spec(Value):
    """What the engineer knows and demands. Empty fields mean "not said", never "none"."""

    title: Prose = ""
    expected: Prose = ""
    actual: Prose = ""
    since: Prose = ""
    """When it began: a commit, a release, a day; "always" is an answer too."""
    constraints: tuple[Prose, ...] = ()
    unchanged: tuple[Prose, ...] = ()
    """Behaviour that must stay as it is: ids of tests, which a verification looks at, or sentences."""
    also_failing: tuple[TestId, ...] = ()
    """Other tests that fail for the same defect: they must pass in the end, too."""
    edge_cases: tuple[Prose, ...] = ()
    failure_modes: tuple[Prose, ...] = ()
    """What must not happen instead: wrong ways to make the failure go away."""
    non_goals: tuple[Prose, ...] = ()
    acceptance: tuple[Name, ...] = ()
    """Commands whose success means done."""
    scope: tuple[FilePath, ...] = ()
    """Files (glob patterns, posix, relative to the root) that a fix may touch; empty means not limited."""
    protected: tuple[FilePath, ...] = ()
    """Files (patterns as in ``scope``) that nobody may touch, in scope or not."""
    stop_and_ask: tuple[Prose, ...] = ()
    logs: tuple[FilePath, ...] = ()
    """Log files that the program writes, relative to the root: a trace shows what they gain during the test."""
    questions: tuple[Prose, ...] = ()
    """Open questions, at most ``MAX_QUESTIONS``."""
    reported: tuple[CoachId, ...] = ()
    """Fields that a report filled and the engineer has not written since: others' words, shown as such."""

    def is_reported(self, field: str) -> bool:
        """Whether the words of a field come from a report."""
        return field in self.reported

    def after(self, before: "Spec") -> "Spec":
        """Return this spec with the right ``reported``: a field that was one and is as it was before stays one."""
        same = {name for name in before.reported if getattr(self, name, None) == getattr(before, name, None)}
        names = tuple(name for name in Spec.model_fields if name in same or name in self.reported)
        return self if names == self.reported else self.model_copy(update={"reported": names})

    @property
    def shown_title(self) -> str:
        """The title for a line of its own: in quotation marks when others wrote it."""
        return f"“{self.title}”" if self.title and self.is_reported("title") else self.title

    @property
    def unchanged_tests(self) -> tuple[TestId, ...]:
        """The tests among what must stay as it is."""
        named = (TestId(each.strip()) for each in self.unchanged)
        return tuple(dict.fromkeys(each for each in named if each.is_pytest))

    @property
    def says_what_is_wrong(self) -> bool:
        return bool(self.expected.strip() and self.actual.strip())


class TeamRules(Value):
    """Rules of the project for every defect: ``[tool.coach.rules]``, and files it names or that are there (AGENTS.md)."""

    constraints: tuple[Prose, ...] = ()
    """What a fix must keep to."""
    non_goals: tuple[Prose, ...] = ()
    """What a fix is not for."""
    acceptance: tuple[Name, ...] = ()
    """Commands whose success means done."""
    protected: tuple[FilePath, ...] = ()
    """Files (glob patterns, relative to the root) that nobody may touch."""
    stop_and_ask: tuple[Prose, ...] = ()
    """When an assistant has to stop and ask."""
    files: tuple[FilePath, ...] = ()
    """Documents with more rules, relative to the root: named in an export, not copied into it."""


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a path matches one of the patterns, or lies in a folder that is named."""
    return any(fnmatchcase(path, each) or path.startswith(each.rstrip("/") + "/") for each in patterns)


def is_outside(path: str, scope: tuple[str, ...], protected: tuple[str, ...]) -> bool:
    """Whether a fix may not touch a path: outside of a scope that is set, or protected."""
    return bool(scope and not matches(path, scope)) or matches(path, protected)
