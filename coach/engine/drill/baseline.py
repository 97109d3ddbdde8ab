"""What is known of a project without any bug: which tests are green three times, how long they take, which lines they run."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from coach.core.base.test_id import TestId
from coach.core.drill.bug import Lines, running_by_line
from coach.core.localize.spectrum import Coverage
from coach.core.runs.failure import steady
from coach.core.runs.report import RunReport
from coach.engine.drill.tree_runs import TreeRuns
from coach.errors import CoachError

ROUNDS = 3
"""Runs in which a test has to be green for somebody to be judged by it."""


@dataclass(frozen=True)
class Baseline:
    """The suite on the right tree."""

    tree: str
    red: tuple[TestId, ...]
    """Tests that failed, were run again or were left out in one of the runs."""
    seconds: float
    """What the slowest of the runs took."""
    coverage: Coverage
    refused: tuple[str, ...] = ()
    """What the suite tries and a confined copy may not."""

    @cached_property
    def running(self) -> Lines:
        """Which green tests run each line."""
        return running_by_line(self.coverage, frozenset(self.red))

    @cached_property
    def tests(self) -> frozenset[TestId]:
        """All green tests that were seen to run."""
        return frozenset(map(TestId, self.coverage.tests)) - set(self.red)

    @cached_property
    def rarest(self) -> dict[TestId, int]:
        """How many tests run that line of a test which the fewest do."""
        found: dict[TestId, int] = {}
        for lines in self.running.values():
            for tests in lines.values():
                for each in tests:
                    found[each] = min(found.get(each, len(tests)), len(tests))
        return found

    def narrowest_first(self, tests: Sequence[TestId]) -> tuple[TestId, ...]:
        """Order tests by how many lines they run."""
        return tuple(sorted(tests, key=lambda each: (self._width(each), each)))

    def _width(self, test: TestId) -> int:
        return sum(map(len, self.coverage.tests.get(test, {}).values()))


def measured(runs: TreeRuns, tree: str, width: int) -> Baseline:
    """Run the suite three times cold, and once with its lines recorded. Raises CoachError where it does not run here.

    Runs that go on at the same time may disturb each other. Where the three do not agree, three more are made one at a time.
    """
    with ThreadPoolExecutor(max(width, 1)) as executor:
        rounds = [executor.submit(runs.suite, tree, number) for number in range(1, ROUNDS + 1)]
        # Lines that are recorded make everything slower, also what is silent while it is imported.
        patient = runs.within(runs.context.limits.wall)
        traced = executor.submit(patient.traced, tree)
        try:
            reports = [_usable(each.result()) for each in rounds]
        except CoachError:
            executor.shutdown(wait=False, cancel_futures=True)  # the others would say the same
            raise
        lines = traced.result()
    coverage = lines.coverage
    if len({_red(each) for each in reports}) > 1 and width > 1:
        reports = [_usable(runs.suite(tree, number)) for number in range(ROUNDS + 1, 2 * ROUNDS + 1)]
    if coverage is None or not coverage.tests:
        why = "; ".join(filter(None, [lines.report.ending.sentence, *lines.report.probe_notes]))
        raise CoachError(
            "the lines that the tests run could not be recorded", why=why, do="name other tests: --tests PATH"
        )
    red = sorted(set().union(*map(_red, reports)))
    seconds = max(each.duration for each in reports)
    refused = tuple(dict.fromkeys(act for each in reports for act in each.refused))
    return Baseline(tree, tuple(red), seconds, coverage, refused)


def _red(report: RunReport) -> frozenset[TestId]:
    failed = (each.test for each in (*report.failures, *report.rerun_failures))
    return frozenset(map(steady, (*failed, *report.reruns, *report.skipped)))


def _usable(report: RunReport) -> RunReport:
    """Return a report that says something of the tests. Raises CoachError for any other."""
    if why := report.not_about_the_code:
        raise CoachError("a copy of the project does not run as the project does", why=why)
    if not report.ending.is_complete or not report.counts.passed:
        why = report.ending.sentence or "no test passed"
        do = "name tests that run: coach drill new --tests PATH"
        raise CoachError("the tests do not run here as they are", why=why, do=do)
    if report.failures_left_out:
        raise CoachError("too many tests fail as they are", do="name tests that are green: --tests PATH")
    return report
