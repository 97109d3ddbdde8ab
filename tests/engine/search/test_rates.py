"""Rates of a flake: here one run at a time, on a cluster as many as there are workers, each counted as it came."""

from types import SimpleNamespace

import pytest

from coach.core.runs.oracle import Judged
from coach.core.runs.target import Target
from coach.core.search.flake_axes import CONDITIONS
from coach.core.search.request import SearchRequest
from coach.engine.search.candidate import Answer
from coach.engine.search.driver import SearchDriver
from coach.engine.search.kinds.flake import search_flake
from coach.engine.search.kinds.task import Task


class Driver(SearchDriver):
    """Answers at once, without any run."""

    def __init__(self, outcome) -> None:
        super().__init__(SimpleNamespace(root="", home=""), None, {}, lambda _: None)
        self.outcome, self.batches = outcome, []

    def _run(self, probes, forked_by=None):
        del forked_by
        self.batches.append(len(probes))
        return tuple(
            Answer(Judged(outcome=self.outcome(each)), doubt="it may be its company's doing")
            for each in probes
        )


def stress(driver, rounds, **asked):
    target = Target(words=("tests/test_a.py::test_a",))
    request = SearchRequest(number=1, kind="flake", target=target, rounds=rounds, **asked)
    return search_flake(Task(request, driver, None, None, "t" * 40))


def one_in_three(probe):
    return "FAIL" if probe.round % 3 == 0 else "PASS"


def test_here_one_runs_at_a_time():
    driver = Driver(one_in_three)
    result = stress(driver, 6, width=4)
    assert driver.batches == [1] * 6 * len(CONDITIONS)
    assert result.found.table.rows[0].failures == 2


@pytest.mark.parametrize("workers", [3, 8])
def test_on_a_cluster_every_worker_runs_one_and_no_outcome_is_doubted(workers):
    """A flake that comes out otherwise when it is asked again would have begun the search anew."""
    driver = Driver(one_in_three)
    driver.cluster = SimpleNamespace(shares_hosts=False, ended="")
    result = stress(driver, 24, on="local:3", width=workers)
    assert set(driver.batches) == {workers}
    assert sum(driver.batches) == 24 * len(CONDITIONS)
    assert (driver.again, driver.is_one_at_a_time) == (0, False)
    assert [(row.failures, row.runs) for row in result.found.table.rows] == [(8, 24)] * len(CONDITIONS)
    assert result.found.table.axis == "chance"
