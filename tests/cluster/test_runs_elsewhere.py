"""Runs of a session on workers that share nothing with it: mutants, wrong fixes, the code without the fix, repeats, a stop."""

import queue
import sys
import threading
import time
from functools import partial

import pytest

from coach.core.localize.mutation.results import Flip
from coach.core.localize.spectrum import Coverage
from coach.core.log.events import Interpreter
from coach.core.protocol.effects import MutationPlace, StartRun, StopRuns
from coach.core.protocol.observations import ControlSeen, EffectFailed, FlipSeen, MutantsSeen, RunEnded
from coach.core.runs.instrument import Mutate, MutateFix
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.cluster.clusters import Clusters
from coach.engine.engine import LocalEngine
from coach.engine.instrument.kept_coverage import coverage_text
from coach.engine.process.supervise import Limits
from coach.errors import CoachError
from tests.cluster.processes import until
from tests.engine.histories import History, fingerprint

PATIENCE = 90
TEST = "tests/test_shop.py::test_three"
SHOP = """\
RATE = 2
LEAST = 3


def total(amounts):
    found = 0
    for amount in amounts:
        found += amount
    if len(amounts) > LEAST:
        found -= RATE
    return found


def shown(amounts):
    return f"{total(amounts)} in all"
"""
TESTS = """\
from shop import shown, total


def test_three():
    print("the key is hunter2")
    assert total([5, 5, 5]) == 13


def test_none():
    assert total([]) == 0


def test_two():
    assert total([5, 5]) == 10


def test_four():
    assert total([5, 5, 5, 5]) == 18


def test_shown():
    assert shown([1]) == "1 in all"
"""
COVERAGE = Coverage(
    {
        TEST: {"shop.py": frozenset(range(6, 12))},
        "tests/test_shop.py::test_four": {"shop.py": frozenset(range(6, 12))},
        "tests/test_shop.py::test_none": {"shop.py": frozenset({6, 7, 9, 11})},
    }
)
FIXED = SHOP.replace("> LEAST", ">= LEAST")


@pytest.fixture
def shop(tmp_path):
    """Return a project whose one defect a small mutation mends."""
    history = History(tmp_path / "shop")
    history.write(shop=SHOP, tests__test_shop=TESTS, conftest="")
    history.commit("a shop")
    return history


class Session:
    """An engine on a project, and what it tells."""

    def __init__(self, lab, clusters):
        self.lab, self.seen, self.kept = lab, queue.SimpleQueue(), []
        self.engine = LocalEngine(
            root=lab.root,
            interpreter=Interpreter(path=sys.executable),
            limits=Limits(wall=60),
            keep=self._keep,
            recall=lambda _: coverage_text(COVERAGE, ""),
            redactor=lambda text: text.replace("hunter2", "‹secret›"),
            trees=lab.trees,
            env=lab.env,
            clusters=clusters,
        )
        self.engine.start(self.seen.put)

    def _keep(self, text):
        self.kept.append(text)
        return f"{len(self.kept)}"

    def asks(self, number, purpose, places=(), words=(TEST,), coverage="", **fields):
        request = RunRequest(number=number, purpose=purpose, target=Target(words=words), focus=TEST, **fields)
        self.engine.perform(StartRun(request=request, places=places, coverage=coverage))

    def hears(self, kind):
        """Wait for what is of a kind; returns it with what came before."""
        before = []
        while True:
            seen = self.seen.get(timeout=PATIENCE)
            if isinstance(seen, kind):
                return seen, before
            assert not isinstance(seen, EffectFailed), seen.message
            before.append(seen)


def folders_left(machines):
    """Return the copies and the files of runs that are on any worker now."""
    runs = [each for worker in machines.workers for each in worker.folder.glob("tmp/coach-*/*/")]
    return [*runs, *(each for worker in machines.workers for each in worker.copies())]


@pytest.fixture
def session(lab, machines, shop):
    before = fingerprint(shop.root)
    here = lab(shop.root)
    tried = []
    made = Session(here, Clusters(here.trees, here.context, partial(connected, machines, tried)))
    made.tried = tried
    yield made
    made.engine.close()
    assert fingerprint(shop.root) == before
    assert here.trees.leftovers() == ()
    until(lambda: not folders_left(machines), "nothing is left on workers")


def connected(machines, tried, address):
    if address == machines.address:
        return machines.connection()
    tried.append(address)
    until(lambda: waiting_threads() == 3, "all runs want the cluster")
    raise CoachError(f"no scheduler answers at {address}")


def waiting_threads():
    return sum(each.name == "coach-elsewhere" for each in threading.enumerate())


def flips_of(mutations):
    return {
        (each.line, each.before, each.after, each.green, each.neighbours)
        for each in mutations.flips
        if isinstance(each, Flip)
    }


def test_mutants_in_parts_find_what_a_round_here_finds(session, machines):
    lines = (9, 6, 8)
    places = (MutationPlace(path="shop.py", function="total", lines=lines),)
    asked = {"words": ("tests/test_shop.py",), "coverage": "kept", "instrument": Mutate(seconds=60)}
    session.asks(1, "mutants", places, **asked)
    here, _ = session.hears(MutantsSeen)
    session.asks(2, "mutants", places, **asked, on=machines.address)
    there, before = session.hears(MutantsSeen)
    assert here.mutations.ended == there.mutations.ended == "all"
    assert flips_of(there.mutations) == flips_of(here.mutations)
    (mended,) = (each for each in there.mutations.flips if each.after == "len(amounts) >= LEAST")
    assert (mended.green, mended.neighbours) == (2, 2)
    for figure in ("tried", "planned", "tree", "test"):
        assert getattr(there.mutations, figure) == getattr(here.mutations, figure), figure
    rows = [sorted(map(repr, each.mutations.tallies)) for each in (here, there)]
    assert rows[0] == rows[1]
    told = [each for each in before if isinstance(each, FlipSeen)]
    assert {each.flip.line for each in told} == {each.line for each in there.mutations.flips}
    assert {each.run for each in told} == {2}
    ended = next(each for each in before if isinstance(each, RunEnded))
    assert (ended.number, ended.report.tree) == (2, here.mutations.tree)


def test_a_worker_that_has_no_part_of_a_round_takes_nothing_from_it(session, machines):
    nothing_to_change = 5
    places = (MutationPlace(path="shop.py", function="total", lines=(9, nothing_to_change)),)
    asked = {"words": ("tests/test_shop.py",), "coverage": "kept", "instrument": Mutate(seconds=60)}
    session.asks(1, "mutants", places, **asked)
    here, _ = session.hears(MutantsSeen)
    session.asks(2, "mutants", places, **asked, on=machines.address)
    there, _ = session.hears(MutantsSeen)
    assert here.mutations.tried > 3
    for figure in ("tried", "planned", "ended", "why"):
        assert getattr(there.mutations, figure) == getattr(here.mutations, figure), figure
    assert flips_of(there.mutations) == flips_of(here.mutations)


def test_small_wrong_fixes_are_noticed_there_as_here(session, machines, shop):
    shop.write(shop=FIXED)
    places = (MutationPlace(path="shop.py", lines=(9, 10)),)
    asked = {"places": places, "words": ("tests/test_shop.py",), "instrument": MutateFix(seconds=20)}
    session.asks(1, "control", **asked)
    here, _ = session.hears(ControlSeen)
    session.asks(2, "control", **asked, on=machines.address)
    there, _ = session.hears(ControlSeen)
    assert here.control.tried > 5
    assert there.control == here.control.model_copy(update={"run": 2})
    shop.write(shop=SHOP)


def test_a_repeat_there_is_what_it_is_here(session, machines):
    session.asks(1, "verify", tree=session.lab.trees.record())
    here, _ = session.hears(RunEnded)
    session.asks(2, "verify", on=machines.address)
    there, _ = session.hears(RunEnded)
    assert there.report.tree == here.report.tree
    assert there.report.counts == here.report.counts
    (one,), (other,) = here.report.failures, there.report.failures
    assert (one.test, one.headline, one.frames) == (other.test, other.headline, other.frames)
    assert "the key is ‹secret›" in session.kept[1]
    assert there.report.output.artefact == "2"
    assert there.report.output.bytes == len(session.kept[1].replace("‹secret›", "hunter2"))


def test_without_the_fix_the_tests_of_now_are_red_there(session, machines, shop):
    base = session.lab.trees.record()
    shop.write(shop=FIXED)
    session.asks(1, "verify", on=machines.address)
    assert session.hears(RunEnded)[0].report.counts.passed == 1
    session.asks(2, "reverted", without=base, on=machines.address)
    ended, _ = session.hears(RunEnded)
    assert [each.test for each in ended.report.failures] == [TEST]
    shop.write(shop=SHOP)


WAITS = """\
import pathlib
import time


def test_waits():
    while not pathlib.Path({gate!r}).exists():
        time.sleep(0.02)
"""


def busy(session):
    return [each.doing for each in session.engine.live.snapshot(0).workers if each.doing]


def waiting(session, machines, shop, gate, count):
    """Begin runs that wait for a gate; returns when workers are at all of them."""
    shop.write(tests__test_waits=WAITS.format(gate=str(gate)))
    for number in range(1, count + 1):
        session.asks(number, "verify", words=("tests/test_waits.py",), on=machines.address)
    until(lambda: busy(session) == ["verify"] * count, "workers are at all of them")


def test_repeats_do_not_wait_for_each_other_nor_for_the_runs_of_the_checkout(
    session, machines, shop, tmp_path
):
    gate = tmp_path / "gate"
    waiting(session, machines, shop, gate, 3)
    session.asks(9, "experiment")
    assert session.hears(RunEnded)[0].number == 9
    gate.touch()
    ended = [session.hears(RunEnded)[0] for _ in range(3)]
    assert {each.number for each in ended} == {1, 2, 3}
    assert all(each.report.counts.passed == 1 for each in ended)
    until(lambda: not session.engine.live.snapshot(0).workers, "the cluster is left, and nobody is shown")
    (shop.root / "tests/test_waits.py").unlink()


def test_a_stop_reaches_every_worker(session, machines, shop, tmp_path):
    waiting(session, machines, shop, tmp_path / "never", 2)
    began = time.monotonic()
    session.engine.perform(StopRuns())
    ended = [session.hears(RunEnded)[0] for _ in range(2)]
    assert {each.report.ending.kind for each in ended} == {"cancelled"}
    until(lambda: not folders_left(machines), "nothing is left on workers")
    assert time.monotonic() - began < 5  # 2 s are promised, on a machine that has nothing else to do
    (shop.root / "tests/test_waits.py").unlink()


def test_a_cluster_that_is_not_there_is_said_once_and_is_no_pass(session):
    for number in (1, 2, 3):
        session.asks(number, "verify", on="tcp://127.0.0.1:9")
    failed = [session.seen.get(timeout=PATIENCE) for _ in range(3)]
    assert {each.run for each in failed if isinstance(each, EffectFailed)} == {1, 2, 3}
    assert all("no scheduler answers at tcp://127.0.0.1:9" in each.message for each in failed)
    assert len(session.tried) == 1
    assert not session.engine.is_busy
