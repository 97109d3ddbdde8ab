"""What sympy's own runner prints (``bin/test``, ``bin/doctest``), and the forks of it in other projects."""

import re
from collections.abc import Sequence

from coach.core.base.test_id import TestId
from coach.core.output.found import Detail, Found, failure_of, number, unique
from coach.core.output.python_trace import trace_in
from coach.core.runs.report import Counts, Failure

_BEGIN = re.compile(r"=+ test process starts =+$")
_HEAD = re.compile(r"_{3,} (?P<file>\S{1,400}?):(?P<test>[^\s:]\S{0,300}) _{3,}$")
_RULE = re.compile(r"_{40,}$")
_END = re.compile(r"=+ tests finished: (?P<counts>.{1,300}?),? in [\d.]{1,20} seconds? =+$")
_COUNT = re.compile(r"(?P<count>\d{1,9}) (?P<what>passed|failed|skipped|exceptions?|expected to fail)")


def read_sympy(lines: Sequence[str]) -> Found | None:
    """Read the tracebacks below the names of failing tests, and the totals."""
    ends = [row for row, line in enumerate(lines) if _END.match(line)]
    heads = [
        row for row, line in enumerate(lines) if _HEAD.match(line) and row and _RULE.match(lines[row - 1])
    ]
    if not ends and not (heads and any(_BEGIN.match(line) for line in lines)):
        return None
    stops = [*heads[1:], next((row for row in ends if heads and row > heads[-1]), len(lines))]
    failures = unique(_failure(lines[row:stop]) for row, stop in zip(heads, stops, strict=False))
    counts = _counts(lines[ends[-1]]) if ends else None
    is_red = counts is not None and bool(counts.failed + counts.errors)
    end = ends[-1] + 1 if ends else len(lines)
    return Found(failures, counts, heads[0] if heads else (ends[-1] if ends else 0), end, is_red)


def _failure(block: Sequence[str]) -> Failure:
    head = _HEAD.match(block[0])
    assert head is not None
    found = trace_in(block[1:])
    detail, causes = found or (Detail(), ())
    failure = failure_of(TestId.of(head["file"], head["test"]), detail, "call", block[1:80])
    return failure.model_copy(update={"causes": causes})


def _counts(line: str) -> Counts:
    found = _END.match(line)
    said = {each["what"]: number(each["count"]) for each in _COUNT.finditer(found["counts"] if found else "")}
    errors = said.get("exceptions", 0) + said.get("exception", 0)
    return Counts(
        selected=sum(said.values()),
        passed=said.get("passed", 0),
        failed=said.get("failed", 0),
        errors=errors,
        skipped=said.get("skipped", 0),
        xfailed=said.get("expected to fail", 0),
    )
