"""The spectrum of a failing test: for every function and line it ran, how many passing tests ran it too.

Only the asked-for failing test is on the failing side; other failing and skipped tests are on neither (an environment
that drifted fails dozens of tests that say nothing here). Lines count for the function whose body they stand in.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.localize.line_prior import priors
from coach.core.localize.outline import Outline, Outlined, names_in, words_of

Scope = Literal["file", "suite"]
Lines = dict[str, frozenset[int]]
"""Path relative to the root → the lines that ran."""

MODULE = "<module>"
MAX_FUNCTIONS = 200
MAX_LINES = 300
MAX_NOT_RUN = 10
_WITH_CODE = 40
_CODE_LINES = 60


class LineCount(Value):
    """A line that the failing test ran, and how many passing tests ran it."""

    line: int
    passing: int
    prior: float = 0.0
    """How much there is on it to be wrong."""


class FunctionCount(Value):
    """A function of the project, and who ran its body."""

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
    """As it was when the run ended; empty for those far down."""


class Spectrum(Value):
    """What ranking needs of a traced run; per-test lines are in the artefact ``coverage``."""

    test: TestId
    scope: Scope = "file"
    tree: TreeId = ""
    run: int = 0
    has_failed: bool = True
    """Whether the asked-for test failed in the traced run itself."""
    passing: int = 0
    """Passing tests that were compared with."""
    lines_seen: int = 0
    """Lines of the project that the failing test ran."""
    functions: tuple[FunctionCount, ...] = ()
    left_out: int = 0
    not_run: tuple[FunctionCount, ...] = ()
    """Functions named like the test that it never ran."""
    mentioned: tuple[Name, ...] = ()
    """Names in the test's own source."""
    coverage: CoachId = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which lines each test of one run ran in functions, and which ran at import on behalf of a test file or a test."""

    tests: Mapping[str, Lines]
    imports: Mapping[str, Lines] = field(default_factory=dict)
    way: str = ""

    def imported_by(self, test: TestId) -> Lines:
        """Return import-time lines for a test: its file's, those before any file, and its own."""
        joined: dict[str, frozenset[int]] = {}
        for context in ("", test.file, test):
            for path, lines in self.imports.get(context, {}).items():
                joined[path] = joined.get(path, frozenset()) | lines
        return joined


@dataclass(frozen=True, slots=True)
class Traced:
    """A traced run as ``measure`` takes it."""

    coverage: Coverage
    sources: Mapping[str, str]
    test_source: str
    without: Collection[str]
    """Tests on neither side: other failures, skipped ones."""


def ochiai(failing: int, all_failing: int, passing: int) -> float:
    """Suspiciousness of an element: ef / sqrt((ef + nf) · (ef + ep)), after Ochiai 1957; Abreu et al., TAIC PART 2007.

    Which formula hardly matters (FauxPy: Ochiai, DStar and Tarantula within 1 point); ties and coverage do.
    """
    below = sqrt(all_failing * (failing + passing))
    return failing / below if below else 0.0


def measure(test: TestId, traced: Traced, scope: Scope = "file") -> Spectrum:
    """Count for every function the failing test ran. A collection failure is measured by what its file ran at import."""
    coverage = traced.coverage
    failing = coverage.tests.get(test) or coverage.imported_by(test)
    others = [lines for name, lines in coverage.tests.items() if name != test and name not in traced.without]
    outlines = {path: Outline(source) for path, source in traced.sources.items()}
    counted: list[FunctionCount] = []
    for path, lines in failing.items():
        if path in outlines:
            counted += _functions_of(path, lines, others, outlines[path], priors(traced.sources[path]))
    counted.sort(key=_first_look, reverse=True)
    kept = [_with_code(each, traced.sources) for each in counted[:_WITH_CODE]] + counted[
        _WITH_CODE:MAX_FUNCTIONS
    ]
    mentioned = names_in(traced.test_source)
    return Spectrum(
        test=test,
        scope=scope,
        has_failed=test not in traced.without and test in coverage.tests,
        passing=len(others),
        lines_seen=sum(len(lines) for lines in failing.values()),
        functions=tuple(kept),
        left_out=max(len(counted) - MAX_FUNCTIONS, 0),
        not_run=_not_run(test, mentioned, failing, outlines),
        mentioned=tuple(sorted(mentioned))[:300],
    )


def _functions_of(
    path: str, lines: frozenset[int], others: list[Lines], outline: Outline, prior: Mapping[int, float]
) -> list[FunctionCount]:
    line_counts: Counter[int] = Counter()
    function_counts: Counter[str] = Counter()
    for other in others:
        theirs = other.get(path)
        if not theirs:
            continue
        line_counts.update(lines & theirs)
        function_counts.update({each.name if (each := outline.at(line)) else MODULE for line in theirs})
    grouped: dict[str, list[int]] = {}
    places: dict[str, Outlined] = {}
    for line in sorted(lines):
        found = outline.at(line) or Outlined(MODULE, 1, 1, 1)
        grouped.setdefault(found.name, []).append(line)
        places[found.name] = found
    return [
        FunctionCount(
            path=path,
            function=name,
            first=min(places[name].first, numbers[0]) if name != MODULE else numbers[0],
            last=places[name].last if name != MODULE else numbers[-1],
            size=places[name].size,
            passing=function_counts[name],
            lines=tuple(
                LineCount(line=line, passing=line_counts[line], prior=round(prior.get(line, 0.0), 2))
                for line in numbers[:MAX_LINES]
            ),
        )
        for name, numbers in grouped.items()
    ]


def _first_look(each: FunctionCount) -> tuple[float, float]:
    best = max((ochiai(1, 1, line.passing) for line in each.lines), default=0.0)
    return best, ochiai(1, 1, each.passing)


def _with_code(each: FunctionCount, sources: Mapping[str, str]) -> FunctionCount:
    text = sources.get(each.path, "").split("\n")[
        each.first - 1 : min(each.last, each.first + _CODE_LINES - 1)
    ]
    return each.model_copy(update={"code": "\n".join(text)})


def _not_run(
    test: TestId, mentioned: frozenset[str], failing: Lines, outlines: Mapping[str, Outline]
) -> tuple[FunctionCount, ...]:
    """Functions that the test names, in its id or its body, and never ran."""
    wanted = words_of(test.function.name)
    found: list[tuple[int, FunctionCount]] = []
    for path, outline in outlines.items():
        ran = failing.get(path, frozenset())
        for each in outline.functions:
            short = each.name.rpartition(".")[2]
            words = words_of(short)
            is_named = short in mentioned or (bool(words) and words <= wanted)
            if short.startswith("__") or not is_named or any(each.body <= line <= each.last for line in ran):
                continue
            count = FunctionCount(
                path=path, function=each.name, first=each.first, last=each.last, size=each.size, ran=False
            )
            found.append((len(words & wanted) + (short in mentioned), count))
    found.sort(key=lambda pair: (-pair[0], pair[1].path, pair[1].first))
    return tuple(count for _, count in found[:MAX_NOT_RUN])
