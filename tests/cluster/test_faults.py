"""Workers are killed and frozen, a scheduler goes and comes back, a search is stopped: no answer is wrong, and nothing is left."""

import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from coach.core.search.kinds import CommitFound
from coach.engine.cluster.shipment import shipment
from tests.cluster.lab import copies_left
from tests.cluster.processes import wait_until
from tests.engine.histories import linear
from tests.engine.lab import command

STOP_SECONDS = 2.0
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")


def _waiting(folder, *, until):
    """Return a check that says it has begun, and goes on when a file is there."""
    begun = folder / "begun"
    begun.mkdir()
    return begun, command(
        "import os, time",
        f"open({str(begun)!r} + f'/{{os.getpid()}}', 'w').close()",
        f"while not os.path.exists({str(until)!r}): time.sleep(0.01)",
        "from shop import total",
        "assert total(3) == 6, total(3)",
    )


class Begun:
    """A search on a thread, whose probes wait until they may go on."""

    def __init__(self, elsewhere, machines, folder):
        history, self.culprit = linear(folder / "shop", 16, 7)
        self.machines, self.go, self.stop = machines, folder / "go", threading.Event()
        self.begun, check = _waiting(folder, until=self.go)
        # A probe writes where it has begun: these workers are on one machine, and not confined.
        self.here = elsewhere(history.root)
        self.here.context = replace(self.here.context, confine="off")
        self.here.connects()
        self.go.touch()
        self.reference = self.here.reference(check)
        self.go.unlink()
        for each in self.begun.iterdir():
            each.unlink()
        self.check, self.result = check, None
        self.thread = threading.Thread(target=self._search)
        self.thread.start()
        wait_until(lambda: self.pids() or not self.thread.is_alive(), "no probe began")

    def _search(self):
        self.result = self.here.search(
            "commits",
            self.check,
            reference=self.reference,
            stop=self.stop,
            on=self.machines.address,
            width=0,
        )

    def pids(self):
        return [int(each.name) for each in self.begun.iterdir()]

    def on(self, worker):
        """Return the probes that run on a worker now."""
        folder = str(worker.folder)
        return [pid for pid in self.pids() if folder in _environment(pid)]

    def busy(self):
        """Return a worker that runs a probe now."""
        wait_until(lambda: any(map(self.on, self.machines.workers.values())), "no worker is busy")
        return next(each for each in self.machines.workers.values() if self.on(each))

    def ends(self):
        self.go.touch()
        self.thread.join(90)
        assert not self.thread.is_alive()
        return self.result

    def found(self):
        result = self.ends()
        assert isinstance(result.found, CommitFound), (result, self.machines.said())
        assert [each.id for each in result.found.commits] == [self.culprit]
        return result


def _environment(pid):
    try:
        return Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:
        return ""


@pytest.fixture
def begun(elsewhere, machines, tmp_path):
    made = Begun(elsewhere, machines, tmp_path)
    yield made
    made.stop.set()
    made.go.touch()
    made.thread.join(90)


def test_a_worker_that_is_killed_in_mid_probe_changes_no_answer(begun):
    begun.busy().kill()
    begun.found()


def test_a_worker_that_stands_still_changes_no_answer(begun):
    begun.busy().send(signal.SIGSTOP)
    begun.found()


def test_a_scheduler_that_comes_back_changes_no_answer(begun, machines):
    machines.scheduler.kill()
    machines.start_scheduler()
    for name, worker in tuple(machines.workers.items()):
        worker.end()
        machines.start_worker(f"{name}-again")
        del machines.workers[name]
    machines.wait_for_workers()
    begun.found()


def test_a_stop_leaves_no_process_and_no_copy_within_two_seconds(begun):
    pids = begun.pids()
    began = time.monotonic()
    begun.stop.set()
    wait_until(
        lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "a probe runs on", STOP_SECONDS
    )
    left = max(0.1, STOP_SECONDS - (time.monotonic() - began))
    wait_until(lambda: not copies_left(begun.machines), f"{copies_left(begun.machines)}", left)
    assert begun.ends().how == "stopped"


def test_what_was_tried_on_a_cluster_is_known_here_and_the_other_way_round(shared, elsewhere, tmp_path):
    history, culprit = linear(tmp_path / "shop", 16, 7)
    check = command("from shop import total", "assert total(3) == 6, total(3)")
    here = elsewhere(history.root, shared.certificates)
    reference = here.reference(check)
    there = here.search("commits", check, reference=reference, on=shared.address, width=0)
    again = here.search("commits", check, reference=reference, known=here.tried, width=3)
    assert (again.found, again.probes) == (there.found, 0)
    here.observed.clear()
    here.search("commits", check, reference=reference, width=3)
    back = here.search("commits", check, reference=reference, known=here.tried, on=shared.address, width=0)
    assert [each.id for each in back.found.commits] == [culprit]
    assert back.probes == 0


def test_a_secret_does_not_travel(shared, elsewhere, tmp_path):
    history, _ = linear(tmp_path / "shop", 2, 9)
    names = {"MY_TOKEN": "s3cret-value", "TZ": "UTC-3", "PLAIN": "named", "UNNAMED": "stays"}
    here = elsewhere(history.root, shared.certificates, env=names)
    check = command(
        "import os",
        "seen = {name: os.environ.get(name) for name in ('MY_TOKEN', 'TZ', 'PLAIN', 'UNNAMED')}",
        "assert False, seen",
    )
    result = here.search("commits", check, on=shared.address, width=0)
    assert result.how == "nothing", result
    sent = shipment(here.trees, here.context, named=("PLAIN",))
    assert {"TZ", "PLAIN"} <= set(sent.ground.env)
    assert not {"MY_TOKEN", "UNNAMED"} & set(sent.ground.env)


def test_workers_with_checkouts_of_their_own_get_what_they_lack(elsewhere, machines, tmp_path):
    """One has an older clone, one a whole one, the others none: the pack is whole where one lacks the base."""
    history, culprit = linear(tmp_path / "shop", 12, 7)
    for name, depth in (("old", "main~8"), ("new", "main")):
        clone = tmp_path / "checkouts" / name
        subprocess.run(["git", "clone", "-q", history.root, clone], check=True)
        subprocess.run(
            ["git", "reset", "-q", "--hard", history.git("rev-parse", depth)], cwd=clone, check=True
        )
        machines.start_worker(name, clone)
    machines.wait_for_workers()
    here = elsewhere(history.root)
    check = command("from shop import total", "assert total(3) == 6, total(3)")
    result = here.search("commits", check, reference=here.reference(check), on=machines.address, width=0)
    assert [each.id for each in result.found.commits] == [culprit]
