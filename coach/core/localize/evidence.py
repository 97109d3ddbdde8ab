"""The candidates of a ranking under construction: places, and the evidence that gathers on each."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from coach.core.base.test_id import TestId
from coach.core.localize.kept_lines import Excerpt
from coach.core.localize.spectrum import FunctionCount
from coach.core.localize.standing import log_odds, strong_kinds
from coach.core.localize.suspect import Suspect
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.changes import Hunk
from coach.core.search.request import Lead

_LEAST = 0.0001
"""What a place that was weighed keeps at least: 0 stands for places that were not."""


@dataclass(slots=True)
class Candidate:
    path: str
    function: str
    line: int
    first: int = 0
    last: int = 0
    evidence: dict[str, float] = field(default_factory=dict)
    """Kind of evidence → how much of it, as ``standing.EVIDENCE`` names them."""
    reasons: list[str] = field(default_factory=list)
    code: str = ""
    code_start: int = 0
    beside: tuple[Excerpt, ...] = ()
    suspiciousness: float = 0.0
    best_lines: tuple[int, ...] = ()
    ran: bool = True
    is_import: bool = False
    flip: str = ""

    @property
    def odds(self) -> float:
        """Log-odds of holding the defect: the order of the ranking."""
        return round(log_odds(self.evidence), 3)

    def adds(self, kind: str, amount: float) -> None:
        """Add evidence of a kind; of the same kind, what is found again adds up."""
        self.evidence[kind] = self.evidence.get(kind, 0.0) + amount

    def shows(self, counted: FunctionCount) -> None:
        """Take the code of a place over, and whether it runs at import."""
        self.code, self.code_start, self.beside = counted.code, counted.starts, counted.beside
        self.is_import = counted.is_import

    def shows_first(self, lines: Iterable[int]) -> None:
        """Put lines before its others: something other than their spectrum points at them."""
        wanted = tuple(line for line in lines if line in self.best_lines)
        if wanted:
            self.best_lines = (*wanted, *(line for line in self.best_lines if line not in wanted))
            self.line = wanted[0]

    def suspect(self, probability: float) -> Suspect:
        return Suspect(
            path=self.path,
            function=self.function,
            line=self.line,
            score=self.odds,
            reasons=tuple(dict.fromkeys(self.reasons)),
            code=self.code,
            code_start=self.code_start,
            beside=self.beside,
            suspiciousness=self.suspiciousness,
            best_lines=self.best_lines,
            ran=self.ran,
            is_import=self.is_import,
            flip=self.flip,
            probability=max(round(probability, 4), _LEAST) if probability else 0.0,
            kinds=strong_kinds(self.evidence),
        )


class Board:
    """All candidates of one failure."""

    def __init__(self, test: TestId) -> None:
        self.test = test
        self.all: list[Candidate] = []

    def at(self, path: str, function: str, line: int) -> Candidate:
        """Return the candidate of a place: the innermost one around the line, else one of that name, else a new one."""
        around = [
            each for each in self.all if each.path == path and each.first and each.first <= line <= each.last
        ]
        if around:
            return min(around, key=lambda each: each.last - each.first)
        for each in self.all:
            if each.path == path and each.function.rpartition(".")[2] == function and not each.first:
                return each
        return self.add(Candidate(path, function, line))

    def add(self, candidate: Candidate) -> Candidate:
        """Add a candidate; code of tests is known as such from its first mention on."""
        if is_test_code(candidate.path, candidate.function, self.test):
            candidate.adds("in tests", 1.0)
        elif self.is_of_the_test(candidate.path):
            candidate.adds("beside the test", 1.0)
        self.all.append(candidate)
        return candidate

    def is_of_the_test(self, path: str) -> bool:
        """Whether a file is the failing test's own; not so of a test in a docstring, whose file is the code itself."""
        return path == self.test.file and not any("." in name for name in self.test.names)

    def around(self, lead: Lead) -> Candidate | None:
        """Return the candidate that a lead names, else that holds most of its lines: a hunk begins with lines that did not change."""
        own = [each for each in self.all if each.path == lead.path]
        if lead.function:
            named = Candidate(lead.path, lead.function, lead.start, is_import=True)
            return next((each for each in own if each.function == lead.function), None) or self.add(named)
        shared = [(_overlap(each, lead), each) for each in own]
        best = max(shared, key=lambda pair: (pair[0], -_size(pair[1])), default=None)
        return best[1] if best and best[0] else None

    def overlapping(self, path: str, hunk: Hunk) -> Candidate | None:
        """Return the candidate whose code holds the first line that a hunk changed; of nested functions the innermost."""
        changed = first_changed_line(hunk)
        holding = []
        for each in self.all:
            lines = each.code.count("\n") + 1
            is_inside = each.code_start <= changed < each.code_start + lines
            if each.path == path and each.code and (is_inside or each.first <= changed <= each.last):
                holding.append(each)
        return min(holding, key=_size, default=None)


def is_test_itself(path: str, function: str, test: TestId) -> bool:
    """Whether a function is the one a node id names, whatever the project calls its files of tests."""
    return path == test.file and function == ".".join(test.names)


def is_test_code(path: str, function: str, test: TestId) -> bool:
    """Whether a place is code of tests: in a file of tests, or a test in the failing test's own file, however it is called."""
    if is_test_path(path):
        return True
    names = function.lower().split(".")
    is_named = any(each.startswith("test") or each in {"setup", "teardown"} for each in names)
    return path == test.file and (is_named or is_test_itself(path, function, test))


def first_changed_line(hunk: Hunk) -> int:
    line = hunk.new_start
    for text in hunk.text.split("\n"):
        if text[:1] in {"+", "-"}:
            return line
        line += 1
    return line


def _overlap(each: Candidate, lead: Lead) -> int:
    first, last = _span(each)
    return max(0, min(last, lead.end) - max(first, lead.start) + 1)


def _span(each: Candidate) -> tuple[int, int]:
    first = each.first or each.code_start or each.line
    return first, each.last or (each.code_start + each.code.count("\n") if each.code else each.line)


def _size(each: Candidate) -> int:
    first, last = _span(each)
    return last - first
