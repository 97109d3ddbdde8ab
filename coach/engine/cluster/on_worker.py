"""What a worker executes. It has an interpreter, a scratch folder and perhaps a checkout of its own, and no session.

``carry_out`` runs in the worker's one task thread. Nobody can interrupt a thread: what it waits for looks at an event, which is
set as soon as nobody wants the answer any more (a stop, a coach that is gone) or the scheduler is gone.
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coach.core.cluster.worker_facts import WorkerFacts
from coach.core.protocol.observations import Observation
from coach.engine.cluster.observed_run import measured
from coach.engine.cluster.work import Ground, Reply, Work
from coach.engine.cluster.worker_place import ROOT, Place, place_of
from coach.engine.process.process_tree import become_subreaper
from coach.engine.search.candidate import Shown, shown_in
from coach.engine.trees.git import Git, GitError
from coach.errors import CoachError

_LOOK = 0.2
"""Seconds between two looks whether the answer is still wanted."""
_CANCELS: set[threading.Event] = set()
"""What ends the runs that are under way in this process."""


def carry_out(work: Work, *packs: bytes) -> Reply:
    """Carry out one piece of work. Whatever goes wrong is in the reply."""
    become_subreaper()
    worker, key = _running()
    name = str(worker.name)
    # By the word "worker" the scheduler would put the address in the name's place.
    worker.log_event(work.topic, {"work": work.key, "name": name, "address": worker.address})
    try:
        with _cancelled(worker, key) as cancel:
            place = place_of(work.ground)
            place.receive(packs)
            with place.trees.materialise(work.tree) as copy:
                return _reply(worker, work, place, copy, cancel)
    except GitError as error:
        return Reply(name, why=_without_content(str(error), work), lacks=True)
    except (CoachError, OSError) as error:
        # A copy that git could not lay out may lack content: a worker that came late has no pack yet.
        return Reply(name, why=str(error), lacks=isinstance(error.__cause__, GitError))


def receive(ground: Ground, *packs: bytes) -> WorkerFacts:
    """Take in the objects that all work of a ground needs, before the first of it; returns what this worker is."""
    name = str(_running()[0].name)
    try:
        place = place_of(ground)
        place.receive(packs)
        return place.look(name)
    except (CoachError, OSError) as error:
        return WorkerFacts(name=name, why=str(error))


def has_commit(commit: str) -> bool:
    """Whether the checkout that this worker was started with holds a commit."""
    own = os.environ.get(ROOT, "")
    with contextlib.suppress(CoachError):
        return bool(own) and Git(Path(own)).run("cat-file", "-t", commit, accept=(0, 128)) == b"commit\n"
    return False


def end_all(seconds: float) -> None:
    """End what is under way in this process and wait for it: the worker is being left."""
    for each in tuple(_CANCELS):
        each.set()
    until = time.monotonic() + seconds
    while _CANCELS and time.monotonic() < until:
        time.sleep(_LOOK / 10)


def _reply(worker: Any, work: Work, place: Place, copy: Path, cancel: threading.Event) -> Reply:
    name = str(worker.name)
    if work.probe is not None:
        shown = shown_in(copy, place.context, work.probe, cancel)
        return Reply(name, shown=Shown(place.in_our_terms(shown.report), shown.order))
    if work.asked is not None:

        def tell(seen: Observation) -> None:
            worker.log_event(work.topic, {"work": work.key, "seen": seen.model_dump_json()})

        found = measured(work.asked, place, cancel, copy, coverage=work.coverage, tree=work.tree, tell=tell)
        return Reply(name, report=found.report, seen=found.seen, output=found.output)
    raise CoachError("this worker does not know such work")


def _running() -> tuple[Any, str]:
    """Return the worker that this thread belongs to, and the key of its task."""
    from distributed import get_worker

    worker = get_worker()
    return worker, str(worker.get_current_task())


@contextlib.contextmanager
def _cancelled(worker: Any, key: str) -> Iterator[threading.Event]:
    """Give an event that is set when nobody wants the answer any more."""
    cancel, over = threading.Event(), threading.Event()

    def look() -> None:
        while not over.wait(_LOOK):
            if not _is_wanted(worker, key):
                cancel.set()

    _CANCELS.add(cancel)
    looking = threading.Thread(target=look, name="coach-wanted", daemon=True)
    looking.start()
    try:
        yield cancel
    finally:
        over.set()
        _CANCELS.discard(cancel)


def _is_wanted(worker: Any, key: str) -> bool:
    """Whether the scheduler still wants a task. Of the worker's own thread only one value is read."""
    task = worker.state.tasks.get(key)
    is_there = worker.status.name in {"running", "paused"}
    return is_there and task is not None and task.state not in {"cancelled", "released", "forgotten"}


def _without_content(said: str, work: Work) -> str:
    """Say what content is missing in words that name the tree."""
    return f"the tree {work.tree[:10]} is not whole on the worker: {said}"
