"""Both ends of an answer are started beside each other, and nothing of the project runs in one while it runs in the other."""

import itertools
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.search.kinds import CommitFound
from coach.engine.execute import set_up
from coach.engine.process.turn import Turn
from coach.engine.search import candidate
from coach.engine.search.in_turns import in_turns
from tests.engine.histories import History
from tests.engine.lab import TEST, Lab

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")

COMMITS, CULPRIT = 12, 8
CHECK = "from shop import total\n\n\ndef test_total():\n    assert total(3) == 6\n"
SHOP = "NUMBER = {number}\n\n\ndef total(amount):\n    return amount * 2 + ({number} >= {culprit})\n"
HOLDS = """\
import socket
import sys

if "coach_child" not in sys.modules:  # a fresh process
    held = socket.socket()
    held.bind(("127.0.0.1", {port}))
"""


class Fresh:
    """The fresh processes of a search: when each began and ended. The second one can end the search."""

    def __init__(self, monkeypatch) -> None:
        self.begun, self.times, self.stop = 0, [], threading.Event()
        self.stops = False
        self._carried_out = candidate.run_laid_out
        monkeypatch.setattr(candidate, "run_laid_out", self._looked_at)

    def _looked_at(self, request, *others):
        self.begun += not request.warm
        if self.stops and self.begun == 2:
            self.stop.set()
        began = time.monotonic()
        report = self._carried_out(request, *others)
        if not report.warm:
            self.times.append((began, time.monotonic()))
        return report

    @property
    def overlapping(self) -> int:
        """How many pairs of them were there at the same time."""
        return sum(second[0] < first[1] for first, second in itertools.pairwise(sorted(self.times)))


@pytest.fixture
def fresh(monkeypatch):
    return Fresh(monkeypatch)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def history_of(folder, **files) -> tuple[History, list[str]]:
    history = History(folder / "project")
    steps = [
        (f"step {number}", {"shop": SHOP.format(number=number, culprit=CULPRIT)}) for number in range(COMMITS)
    ]
    steps[0][1].update(files)
    return history, history.commit_all(steps)


def searched(lab, folder, stop=None, **files):
    history, ids = history_of(folder, tests__test_shop=CHECK, **files)
    here = lab(history.root)
    reference = here.reference(TEST)
    return here.search("commits", reference=reference, base=ids[0], width=2, proves=False, stop=stop), ids[
        CULPRIT
    ]


def test_the_ends_start_together_and_run_one_after_the_other(lab, tmp_path, fresh):
    """Whatever loads the project's conftest.py holds a port until it ends: two at a time cannot."""
    result, culprit = searched(lab, tmp_path, conftest=HOLDS.format(port=free_port()))
    assert isinstance(result.found, CommitFound), result
    assert [each.id for each in result.found.commits] == [culprit]
    assert not result.disturbed
    assert result.again == 2
    assert fresh.overlapping == 1


def test_a_project_that_is_loaded_before_the_turn_is_judged_alone(lab, tmp_path, fresh):
    """A plugin of the project's own is loaded with pytest's: two such starts disturb each other, and nobody leans on them."""
    early = HOLDS.format(port=free_port())
    history, ids = history_of(tmp_path, tests__test_shop=CHECK, conftest="", early=early)
    here = lab(history.root)
    here = Lab(history.root, here.home, here.env | {"PYTEST_ADDOPTS": "-p early"})
    result = here.search("commits", reference=here.reference(TEST), base=ids[0], width=2, proves=False)
    assert isinstance(result.found, CommitFound), result
    assert [each.id for each in result.found.commits] == [ids[CULPRIT]]
    assert not result.disturbed
    assert result.again == 4
    assert fresh.overlapping == 1


def test_a_stop_ends_those_that_wait(lab, tmp_path, fresh):
    fresh.stops = True
    result, _ = searched(lab, tmp_path, fresh.stop, conftest="")
    assert result.how == "stopped", result


class Ended(Exception):
    pass


def test_whoever_waits_for_a_turn_is_gone_before_a_stop_is_told():
    """One that has not looked yet whether the search goes on would wait for its turn for ever, and the search for it."""
    turns, futures = [], []

    def begin(pool, turn):
        turns.append(turn)
        futures.append(pool.submit(turn.take, None, threading.Event()))
        return futures[-1]

    def stopped(_futures):
        raise Ended

    with ThreadPoolExecutor(2) as pool:
        try:
            with pytest.raises(Ended):
                in_turns([partial(begin, pool), partial(begin, pool)], stopped)
            assert all(each.done() for each in futures)
        finally:
            for each in turns:
                each.give()


@pytest.mark.parametrize("clean", [(True, True), (True, False), (False, False)])
def test_one_that_did_not_wait_in_time_was_company_to_the_others(clean):
    def carried_out(turn, is_clean):
        turn.take(None, threading.Event())
        turn.is_clean = is_clean
        return "PASS"

    with ThreadPoolExecutor(2) as pool:
        begins = [lambda turn, each=each: pool.submit(carried_out, turn, each) for each in clean]
        answers = in_turns(begins, lambda futures: [each.result() for each in futures])
    assert answers == (("PASS", "PASS") if all(clean) else ())


def test_what_was_ended_while_it_waited_was_not_judged_alone(ground):
    """The tests of another one may do that: what its process showed is their doing."""
    request = RunRequest(number=1, purpose="experiment", target=Target(words=("tests/test_pass.py",)))
    for is_ended in (False, True):
        turn, cancel = Turn(), threading.Event()
        with set_up(request, ground("passing").surroundings()) as run:
            waiting = run.start()
            while not waiting.is_settled:
                cancel.wait(0.01)
            if is_ended:
                os.kill(waiting.leader.pid, signal.SIGKILL)
                while not waiting.leader.is_over():
                    cancel.wait(0.01)
            turn.give()
            turn.take(waiting, cancel)
        assert turn.is_clean is not is_ended
