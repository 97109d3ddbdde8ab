"""Look at every worker of a cluster: what it is, how it differs, and whether a run could begin there."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.core.cluster.worker_facts import Differences, WorkerFacts
from coach.engine.cluster.shipment import Shipment
from coach.engine.cluster.work import RESOURCE, Ground
from coach.engine.cluster.worker_place import place_of
from coach.engine.cluster.workers import Workers
from coach.engine.process.query import short_answer
from coach.errors import CoachError

TRIAL_SECONDS = 60.0
_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One worker."""

    name: str
    facts: WorkerFacts | None
    """None: it did not answer in time."""
    found: Differences
    trial: str
    """Why no run could begin there; empty: it could."""


def survey(client: Any, shipment: Shipment, here: WorkerFacts) -> tuple[Surveyed, ...]:
    """Ask all workers what they are, and try each; raises whatever the client raises for a scheduler that is gone."""
    workers = Workers(client, shipment.ground, here, threading.RLock())
    workers.look()
    workers.ask()
    data = client.scatter(list(shipment.packs), hash=False) if shipment.packs and workers.present else []
    own = {"pure": False, "resources": {RESOURCE: 1}}
    trials = {
        where: client.submit(try_out, shipment.ground, shipment.now, *data, workers=[where], **own)
        for where in workers.present
    }
    workers.wait()
    until = time.monotonic() + TRIAL_SECONDS
    return tuple(
        Surveyed(
            workers.name_of(where),
            workers.facts.get(where),
            workers.compared.get(where, Differences()),
            _outcome(trial, until - time.monotonic()),
        )
        for where, trial in sorted(trials.items(), key=lambda each: workers.name_of(each[0]))
    )


def try_out(ground: Ground, tree: str, *packs: bytes) -> str:
    """Lay a tree out on this worker and start the target's interpreter in it; returns why that did not work."""
    try:
        place = place_of(ground)
        place.receive(packs)
        with place.trees.materialise(tree) as copy:
            return _started(place.interpreter.path, copy, dict(place.context.env))
    except (CoachError, OSError) as error:
        return str(error)


def _started(python: str, copy: Path, env: dict[str, str]) -> str:
    try:
        code, _ = short_answer([python, "-c", "pass"], copy, env, _START_SECONDS)
    except Exception as error:  # noqa: BLE001 - it is to be said, whatever it is
        return f"{python} does not start: {error}"
    return f"{python} ends with {code}" if code else ""


def _outcome(trial: Any, seconds: float) -> str:
    try:
        return str(trial.result(timeout=max(seconds, 0.1)))
    except TimeoutError:
        trial.cancel()
        return f"no answer within {TRIAL_SECONDS:g} s: it stands still, or is at work for others"
    except Exception as error:  # noqa: BLE001 - another coach there may raise whatever it likes
        return f"{type(error).__name__}: {error}"
