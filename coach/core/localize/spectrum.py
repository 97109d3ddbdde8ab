"""The spectrum of a failing test: for every function and line it ran, how many passing tests ran it too.

Only the asked-for failing test is on the failing side; other failing and skipped tests are on neither (an environment
that drifted fails dozens of tests that say nothing here). Lines count for the function whose body they stand in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.localize.kept_lines import Excerpt
from coach.core.localize.lacking import Lacking

Scope = Literal["file", "suite"]
Outcome = Literal["failed", "passed", "unfinished", "not run"]
Lines = dict[str, frozenset[int]]
"""Path relative to the root → the lines that ran."""


class LineCount(Value):
    """A line that the failing test ran, and how many passing tests ran it."""

    line: int
    passing: int
    prior: float = 0.0
    """How much there is on it to be wrong."""
    failing: int = 1
    """How many of ``Spectrum.red_tests`` ran it."""


class FunctionCount(Value):
    """A place of the project, and who ran it: a function, or what ran at import and who depends on it."""

    path: FilePath
    function: Name
    first: int
    last: int
    size: int
    passing: int = 0
    ran: bool = True
    """Whether the failing test ran it."""
    lines: tuple[LineCount, ...] = ()
    code: Prose = ""
    """As it was when the run ended, of a long one what stands around its most suspicious line; empty for those far down."""
    code_start: int = 0
    """The number of its first line; 0 in older logs: ``first``."""
    beside: tuple[Excerpt, ...] = ()
    """More of a long one: its head, and what stands around its other suspicious lines."""
    is_import: bool = False
    """Whether it ran when its file was imported, not in the test: a class body, a constant, a decorated head. Then ``passing``
    counts the tests whose lines read it."""
    steps: int = 0
    """Of such a place: how many names lead from the lines of the failing test to it. 1: they read it; 0: not known."""
    is_value_read: bool = False
    """Of such a place: whether those lines read what it assigns, and do not only name the class."""
    order: int = 0
    """Position at which it last ran before the first sign of failure, 1: nearest; 0: not known."""
    after_raise: bool = False
    """Whether the failing test ran it only after the exception had been raised: it is a consequence."""
    failing: int = 1
    """How many of ``Spectrum.red_tests`` ran it."""

    @property
    def starts(self) -> int:
        """The number of the first line of ``code``."""
        return self.code_start or self.first


class Spectrum(Value):
    """What ranking needs of a traced run; per-test lines are in the artefact ``coverage``."""

    test: TestId
    scope: Scope = "file"
    tree: TreeId = ""
    run: int = 0
    has_failed: bool = True
    """Whether the asked-for test failed in the traced run itself."""
    outcome: Outcome = "failed"
    """How it went there; *unfinished*: it had not ended when the run did, and its lines until then count."""
    neighbours_left_out: tuple[Prose, ...] = ()
    """Tests that it could not be compared with, as sentences: they hung, or the time was over."""
    taken_by: Prose | None = None
    """The module whose trace function took the place of coach's while it ran, empty: somebody took it away. Then it ran more than
    is known. None: nobody did."""
    passing: int = 0
    """Passing tests that were compared with."""
    nearest_passing: tuple[TestId, ...] = ()
    """Those of its file that share most of its lines, nearest first, a few; empty in older logs."""
    red_tests: tuple[TestId, ...] = ()
    """The failing test, then the other red ones that seem to fail for the same cause; empty in older logs."""
    lines_seen: int = 0
    """Lines of the project that the failing test ran."""
    functions: tuple[FunctionCount, ...] = ()
    left_out: int = 0
    not_run: tuple[FunctionCount, ...] = ()
    """Functions named like the test that it never ran."""
    mentioned: tuple[Name, ...] = ()
    """Names in the test's own source."""
    coverage: CoachId = ""
    opened: tuple[FilePath, ...] = ()
    """Files other than code that the failing test opened and no passing one did."""
    lacking: Lacking | None = None
    """The object that lacks the name which the failing test died on; None when it died of something else."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which lines each test of one run ran in functions, and which ran at import on behalf of a test file or a test."""

    tests: Mapping[str, Lines]
    imports: Mapping[str, Lines] = field(default_factory=dict)
    way: str = ""
    taken: Mapping[str, str] = field(default_factory=dict)
    """Tests in which the trace function was taken away → the module of the one that came in its place, or nothing."""
    sequence: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    """Path → first line of a function that the failing test ran → its position before the first sign of failure (1: nearest;
    0: not known; -1: it ran only after that). Empty: no raise of its exception was seen."""
    opened: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Test → files other than code that it opened for reading."""
    left_out: tuple[str, ...] = ()
    """Tests that took too long or were not begun in time, as sentences."""

    def imported_by(self, test: TestId) -> Lines:
        """Return import-time lines for a test: its file's, those before any file, and its own."""
        joined: dict[str, frozenset[int]] = {}
        for context in ("", test.file, test):
            for path, lines in self.imports.get(context, {}).items():
                joined[path] = joined.get(path, frozenset()) | lines
        return joined


def ochiai(failing: int, all_failing: int, passing: int) -> float:
    """Suspiciousness of an element: ef / sqrt((ef + nf) · (ef + ep)), after Ochiai 1957; Abreu et al., TAIC PART 2007.

    Which formula hardly matters (FauxPy: Ochiai, DStar and Tarantula within 1 point); ties and coverage do.
    """
    below = sqrt(all_failing * (failing + passing))
    return failing / below if below else 0.0
