"""What becomes of a search when workers are killed, stand still or run out of room, and when scheduler or coach are gone."""

import contextlib
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from coach.engine.cluster import answering, scheduler_watch, workers
from coach.errors import CoachError
from tests.cluster.processes import until
from tests.cluster.searching import CHECK, Looked, looked, shop

SLOW = {"STORY_SECONDS": "1"}
STUCK = {"STORY_SECONDS": "50"}
KILLER = "import os\n\nos.kill(int(os.environ['COACH_HOLDER'].split('-')[0]), 9)\n"
"""A module that kills whoever holds its run: the worker."""


@contextlib.contextmanager
def _under_way(lab, clusters, **fields):
    """Search on a thread; gives what is heard of it, and waits for its end."""
    seen, stop = Looked(), threading.Event()
    fields = {"clusters": clusters, "seen": seen, "stop": stop, **fields}
    thread = threading.Thread(target=looked, args=(lab,), kwargs=fields, daemon=True)
    thread.start()
    try:
        yield seen, stop
    finally:
        thread.join(60)
        stop.set()
        assert not thread.is_alive()


def _found(seen):
    return [each.id for each in seen.result.found.commits]


def test_a_worker_that_is_killed_costs_its_run_and_no_answer(alone, lab, tmp_path):
    bad, there = shop(tmp_path / "shop"), alone(3, env=SLOW)
    here = lab(tmp_path / "shop")
    with _under_way(here, there.clusters(here)) as (seen, _):
        until(there.workers[0].runs, "a run on the first worker")
        there.workers[0].kill()
    assert _found(seen) == [bad]
    assert set(seen.outcomes.values()) == {"FAIL", "PASS"}
    assert there.workers[0].copies()

    there.work(1, name="next", state=there.workers[0].state)
    assert there.workers[0].copies() == []
    assert there.workers[0].runs() == []


def test_a_worker_that_stood_still_before_keeps_no_search_from_beginning(alone, lab, tmp_path, monkeypatch):
    """Dask's own broadcasts are over when everybody has answered: with such a worker, never."""
    monkeypatch.setattr(answering, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(workers, "SETTLE_SECONDS", 1.0)
    bad, there = shop(tmp_path / "shop"), alone(3)
    here = lab(tmp_path / "shop")
    clusters = there.clusters(here)
    there.workers[1].freeze()
    with _under_way(here, clusters, target=CHECK) as (seen, _):
        pass
    assert _found(seen) == [bad]
    assert there.workers[1].copies() == []


def test_a_worker_that_stands_still_is_as_good_as_gone(alone, lab, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "FROZEN_SECONDS", 3.0)
    bad, there = shop(tmp_path / "shop"), alone(3, env=SLOW)
    here = lab(tmp_path / "shop")
    with _under_way(here, there.clusters(here), target=CHECK) as (seen, _):
        until(there.workers[0].runs, "a run on the first worker")
        there.workers[0].freeze()
    assert _found(seen) == [bad]
    assert set(seen.outcomes.values()) == {"FAIL", "PASS"}


def test_a_scheduler_that_comes_back_goes_on(alone, lab, tmp_path):
    bad, there = shop(tmp_path / "shop"), alone(3, env=SLOW)
    here = lab(tmp_path / "shop")
    with _under_way(here, there.clusters(here), target=CHECK) as (seen, _):
        until(there.workers[0].runs, "a run on the first worker")
        there.restart_scheduler()
        for each in there.workers[:3]:
            each.kill()
        there.work(3, env=SLOW)
    assert _found(seen) == [bad]


def test_a_scheduler_that_stays_away_ends_the_search(alone, lab, tmp_path, monkeypatch):
    monkeypatch.setattr(scheduler_watch, "GONE_SECONDS", 3.0)
    shop(tmp_path / "shop")
    there, here = alone(2, env=SLOW), lab(tmp_path / "shop")
    with _under_way(here, there.clusters(here)) as (seen, _):
        until(there.workers[0].runs, "a run on the first worker")
        there.scheduler.kill()
    assert seen.result.how == "stopped"
    assert "is gone" in seen.result.sentence
    until(lambda: not any(each.runs() or each.copies() for each in there.workers), "nothing runs any more")


def test_a_stop_leaves_no_process_and_no_copy(alone, lab, tmp_path):
    shop(tmp_path / "shop")
    there, here = alone(3, env=STUCK), lab(tmp_path / "shop")
    with _under_way(here, there.clusters(here)) as (seen, stop):
        until(lambda: all(each.runs() for each in there.workers), "a run on every worker")
        stop.set()
        until(lambda: not any(each.runs() or each.copies() for each in there.workers), "nothing is left", 2.0)
    assert seen.result.how == "stopped"


def test_a_coach_that_is_killed_frees_the_cluster(alone, lab, tmp_path):
    bad = shop(tmp_path / "shop")
    there = alone(3, env=STUCK)
    words = [sys.executable, "-m", "tests.cluster.searcher", there.address, str(tmp_path / "shop")]
    top = Path(__file__).parents[2]
    coach = subprocess.Popen([*words, str(tmp_path / "state/projects/0")], cwd=top)
    try:
        until(lambda: all(each.runs() for each in there.workers), "a run on every worker")
    finally:
        coach.kill()
        coach.wait()
    until(lambda: not any(each.runs() or each.copies() for each in there.workers), "the cluster is free")
    for each in there.workers:
        each.end()
    there.work(2)
    here = lab(tmp_path / "shop")
    assert _found(looked(here, clusters=there.clusters(here), target=CHECK)) == [bad]


def test_a_target_that_kills_its_workers_ends_the_search(alone, lab, tmp_path):
    shop(tmp_path / "shop", harm=KILLER)
    there, here = alone(5), lab(tmp_path / "shop")
    here.context = replace(here.context, confine="off")
    seen = looked(here, clusters=there.clusters(here), width=2)
    assert seen.result.how == "stopped"
    assert "3 workers were lost while they ran this target" in seen.result.sentence
    alive = [each for each in there.workers if each.process.poll() is None]
    assert len(alive) >= 1


@pytest.fixture
def little_room(tmp_path):
    """Return a folder on a file system of its own, of 2 MB."""
    place = tmp_path / "little"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system, and not everywhere")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_on_one_worker_is_named_and_costs_no_answer(alone, lab, tmp_path, little_room):
    bad = shop(tmp_path / "shop")
    there, here = alone(1, state=little_room / "state"), lab(tmp_path / "shop")
    with contextlib.suppress(OSError), (little_room / "full").open("wb") as full:
        while full.write(bytes(4096)):
            full.flush()
    with pytest.raises(CoachError, match=r"every worker is refused: .*No space left"):
        looked(here, clusters=there.clusters(here), target=CHECK)

    there.work(2)
    seen = looked(here, clusters=there.clusters(here), target=CHECK)
    assert _found(seen) == [bad]


def test_what_was_tried_in_one_place_is_known_in_the_other(machines, lab, tmp_path):
    shop(tmp_path / "shop")
    here = lab(tmp_path / "shop")
    first = looked(here, target=CHECK)
    there = looked(here, clusters=machines.clusters(here), target=CHECK)
    assert there.result.found == first.result.found
    asked = {"target": CHECK, "known": tuple(first.tried)}
    on = looked(here, clusters=machines.clusters(here), width=2, **asked)
    back = looked(here, width=3, **asked | {"known": tuple(there.tried)})
    assert (on.result.found, back.result.found) == (first.result.found, first.result.found)
    assert (on.result.probes, back.result.probes) == (0, 0)


def test_a_search_that_was_stopped_there_goes_on_here(alone, lab, tmp_path):
    bad, there = shop(tmp_path / "shop"), alone(2, env=SLOW)
    here = lab(tmp_path / "shop")
    with _under_way(here, there.clusters(here), target=CHECK) as (seen, stop):
        until(lambda: seen.tried, "a first outcome")
        stop.set()
    assert seen.result.how == "stopped"
    on = looked(here, known=tuple(seen.tried), target=CHECK)
    assert _found(on) == [bad]
    assert on.result.known >= 1
