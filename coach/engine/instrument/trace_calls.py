"""Runs that trace calls: which tests are compared, what the probe is told, and how each of them ended."""

import json

from coach.core.base.test_id import TestId
from coach.core.localize.call_trace import CallTrace
from coach.core.localize.spectrum import Coverage, Lines
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest

MOST_NEIGHBOURS = 3


def nearest_tests(known: Coverage, test: TestId) -> tuple[TestId, ...]:
    """Return the tests of the same file that share the largest part of their lines with a test, nearest first."""
    own = _lines(known.tests.get(test, {}))
    file = test.file
    shares = [
        (-len(own & other) / len(own | other), name)
        for name, lines in known.tests.items()
        if name != test and TestId(name).file == file and (other := _lines(lines)) and own
    ]
    return tuple(TestId(name) for _, name in sorted(shares)[:MOST_NEIGHBOURS])


def _lines(files: Lines) -> set[tuple[str, int]]:
    return {(path, line) for path, lines in files.items() for line in lines}


def calls_plan(request: RunRequest, near: tuple[str, ...], *, all_tests: bool) -> str:
    """Return what the probe reads: the tests to trace (none named: all) and the log files."""
    assert request.calls is not None
    tests = [] if all_tests else [request.focus, *near]
    return json.dumps({"tests": tests, "logs": list(request.calls.logs)})


def outcomes(traces: dict[str, CallTrace], request: RunRequest, report: RunReport) -> tuple[CallTrace, ...]:
    """Return the traces of tests that passed or failed, the asked-for one first."""
    failed = {each.test for each in report.failures}
    known = (each for name, each in traces.items() if name not in report.skipped or name in failed)
    told = [each.model_copy(update={"run": request.number, "failed": each.test in failed}) for each in known]
    return tuple(sorted(told, key=lambda each: each.test != request.focus))
