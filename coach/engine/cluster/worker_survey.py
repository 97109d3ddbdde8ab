"""Look at every worker of a cluster: what it is, how it differs, and whether a run could begin there."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.core.cluster.worker_facts import Differences, WorkerFacts, differences
from coach.engine.cluster.shipment import Shipment
from coach.engine.cluster.work import RESOURCE, Ground
from coach.engine.cluster.worker_place import place_of
from coach.engine.cluster.workers import Workers
from coach.engine.process.query import short_answer
from coach.errors import CoachError

TRIAL_SECONDS = 60.0
_START_SECONDS = 20.0
_LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One worker."""

    name: str
    facts: WorkerFacts | None
    """None: it did not answer in time."""
    found: Differences
    trial: str
    """Why no run could begin there; empty: it could."""


def survey(client: Any, shipment: Shipment) -> tuple[Surveyed, ...]:
    """Ask all workers what they are, and try each; raises whatever the client raises for a scheduler that is gone."""
    workers = Workers(client, shipment.here)
    workers.look()
    workers.prepare(workers.there, shipment)
    own = {"pure": False, "resources": {RESOURCE: 1}}
    trials = {
        where: client.submit(
            try_out, shipment.ground, shipment.now, workers.receiving(where), workers=[where], **own
        )
        for where in workers.there
    }
    until = time.monotonic() + TRIAL_SECONDS
    said = {where: _outcome(trial, until - time.monotonic()) for where, trial in trials.items()}
    until = max(until, time.monotonic() + 1)
    while not workers.are_known and time.monotonic() < until and not any(said.values()):
        time.sleep(_LOOK)
    workers.close()
    return tuple(
        Surveyed(
            workers.name_of(where),
            facts,
            differences(facts, shipment.here) if facts else Differences(),
            said[where],
        )
        for where in sorted(trials, key=workers.name_of)
        for facts in [workers.facts.get(where)]
    )


def try_out(ground: Ground, tree: str, _received: WorkerFacts) -> str:
    """Lay a tree out on this worker, which has received it, and start the target's interpreter there; returns why that did not work."""
    try:
        place = place_of(ground)
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
