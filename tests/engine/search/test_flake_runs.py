"""How many runs a flake costs: those that say nothing more are not made, here one at a time, on a cluster beside each other."""

import contextlib
import threading
from concurrent.futures import Future

import pytest

from coach.core.runs.oracle import Judged
from coach.core.search.kinds import AxisFound
from coach.core.search.request import SearchRequest
from coach.engine.cluster import work_elsewhere
from coach.engine.search import driver
from coach.engine.search.candidate import Answer
from coach.engine.search.queue import SearchBench
from tests.engine.histories import History
from tests.engine.lab import TEST, Lab, _target, plain_environment

ROUNDS = 400
IN_COMPANY = ("in its file", "whole order", "reversed")


class Runs:
    """Stands for the runs: fails after other tests, and counts what was really made."""

    def __init__(self) -> None:
        self.made = []
        self.at_a_time = []
        self.doubt = ""

    def answer(self, probe) -> Answer:
        self.made.append(probe.label)
        condition = probe.label.partition(",")[0]
        outcome = "FAIL" if condition in IN_COMPANY else "PASS"
        return Answer(Judged(outcome=outcome, reason=""), doubt=self.doubt)

    def here(self, _context, probe, **_where) -> Answer:
        self.at_a_time.append(1)
        return self.answer(probe)

    def elsewhere(self, _cluster, probe, _redactor) -> "Future[Answer]":
        done = Future()
        done.set_result(self.answer(probe))
        return done


class Workers:
    """Stands for a cluster."""

    ended = ""
    notes = ("4 workers",)

    def __init__(self, width: int, *, shares_hosts: bool) -> None:
        self.width, self.shares_hosts = width, shares_hosts

    @contextlib.contextmanager
    def on(self, _address, _stop):
        yield self


@pytest.fixture
def runs(monkeypatch):
    return _counted(monkeypatch)


def _counted(monkeypatch) -> Runs:
    made = Runs()
    monkeypatch.setattr(driver, "run_probe", made.here)
    monkeypatch.setattr(work_elsewhere, "probe_elsewhere", made.elsewhere)
    return made


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    place = tmp_path_factory.mktemp("flake")
    history = History(place / "shop")
    history.write(tests__test_shop="def test_total(): ...\n")
    history.commit("one")
    here = Lab(history.root.resolve(), place / "state/projects/0123", plain_environment())

    def search(workers=None, known=(), **fields):
        request = SearchRequest(
            number=1,
            kind="flake",
            target=_target(TEST),
            rounds=ROUNDS,
            on="local:4" if workers else "",
            **fields,
        )
        bench = SearchBench(here.trees, here.ready(), clusters=workers)
        seen = []
        result = bench.search(request, known, threading.Event(), seen.append)
        tried = tuple(each for said in seen for each in said.tried)
        return result, tried

    return search


@pytest.fixture(scope="module")
def measured_here(searched):
    """Return what a search here finds, and the runs it made."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        runs = _counted(monkeypatch)
        return searched()[0], runs.made


def test_what_is_decided_is_run_no_more(measured_here):
    result, made = measured_here
    assert isinstance(result.found, AxisFound)
    assert result.found.table.axis == "order"
    assert len(set(made)) == len(made) == result.probes
    assert result.probes < 300 < ROUNDS * 5
    assert sum(label.startswith("whole order") for label in made) < 20


@pytest.mark.parametrize("shares_hosts", [False, True])
@pytest.mark.parametrize("width", [1, 4, 25])
def test_on_a_cluster_the_answer_is_the_same_with_few_runs_more(
    searched, measured_here, runs, width, shares_hosts
):
    here, made = measured_here
    there, _ = searched(Workers(width, shares_hosts=shares_hosts), width=0)
    assert there.found == here.found
    assert there.sentence == here.sentence
    assert len(runs.made) == there.probes <= len(made) + 5 * width
    assert there.again == 0
    rates = [each for each in there.notes if "rates" in each]
    assert bool(rates) == (shares_hosts and width > 1)


def test_what_looks_like_the_doing_of_others_is_counted_and_not_run_again(searched, runs):
    runs.doubt = "UNRESOLVED somehow"
    result, _ = searched(Workers(4, shares_hosts=True), width=0)
    assert (result.again, result.disturbed) == (0, False)
    assert len(set(runs.made)) == len(runs.made)


def test_rates_that_were_measured_undisturbed_there_are_known_here(searched, runs):
    _, tried = searched(Workers(4, shares_hosts=False), width=0)
    runs.made = []
    again, _ = searched(known=tried)
    assert (runs.made, again.probes) == ([], 0)


def test_rates_of_a_busy_machine_are_measured_again_here(searched, runs):
    _, tried = searched(Workers(4, shares_hosts=True), width=0)
    runs.made = []
    again, _ = searched(known=tried)
    assert again.probes == len(runs.made) > 100
