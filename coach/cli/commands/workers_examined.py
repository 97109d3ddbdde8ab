"""``coach cluster`` and ``coach doctor --on``: every worker, what it is, how it differs, and a trial of it."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from coach.core.base.formatting import size_of
from coach.core.cluster.address import as_kept
from coach.engine.cluster.connection import connect
from coach.engine.cluster.shipment import shipment
from coach.engine.cluster.worker_survey import Surveyed, survey
from coach.engine.process.interpreter import find_interpreter
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import SearchContext
from coach.engine.source.project_root import located_here
from coach.engine.trees.tree_store import open_trees
from coach.errors import CoachError
from coach.settings.cluster_choice import chosen_cluster
from coach.settings.interpreter_approval import python_for
from coach.settings.project import load_settings
from coach.store.paths import make_private, project_home, state_home


@dataclass(frozen=True, slots=True)
class ExaminedWorker:
    """One worker in words; as ``Examined`` of the doctor."""

    name: str
    health: Literal["good", "poor", "bad"]
    found: str
    do: str = ""


def examine_workers(on: str, *, insecure: bool) -> Iterator[ExaminedWorker]:
    """Look at each worker. Raises CoachError where the cluster cannot be reached."""
    place = located_here()
    settings = load_settings(place.home)
    address = chosen_cluster(place.home, settings, as_kept(on, insecure=insecure))
    make_private(state_home())
    trees, why = open_trees(place.root, project_home(place.root))
    if trees is None:
        raise CoachError("work trees cannot be sent", why=why)
    interpreter = find_interpreter(place.project, python_for(place.home, settings))
    limits = Limits(wall=settings.timeout, silence=settings.silence)
    home, env = project_home(place.root), dict(os.environ)
    context = SearchContext(
        place.root.resolve(), home, interpreter, limits, env, state=state_home(), project=place.folder
    )
    sent = shipment(trees, context, named=settings.cluster.env, is_encrypted=address.is_private)
    with contextlib.closing(connect(address, settings.cluster, place.home)) as connection:
        seen = survey(connection.client, sent)
    yield from map(_in_words, seen)
    if not seen:
        do = f"coach worker {address.text} on each machine"
        yield ExaminedWorker("workers", "bad", f"none at {address.text}", do)


def _in_words(seen: Surveyed) -> ExaminedWorker:
    if seen.facts is None or not seen.facts.python:
        why = "; ".join((*seen.found.refused, seen.trial)).strip("; ") or "it does not say what it is"
        return ExaminedWorker(seen.name, "bad", why, "see what it prints; start it anew with coach worker")
    facts = seen.facts
    root = facts.root or "no checkout"
    found = (
        f"{facts.host}: coach {facts.coach}, python {facts.python}, pytest {facts.pytest or 'none'}, "
        f"{len(facts.packages)} packages, {size_of(facts.free_bytes)} free, {root}, {facts.interpreter}"
    )
    if seen.found.refused:
        do = "start it with the --python of an environment like this one"
        return ExaminedWorker(seen.name, "bad", f"refused, {'; '.join(seen.found.refused)}  {found}", do)
    if seen.trial:
        return ExaminedWorker(seen.name, "bad", f"no run can begin there: {seen.trial}  {found}")
    if seen.found.named:
        return ExaminedWorker(seen.name, "poor", f"{'; '.join(seen.found.named)}  {found}")
    return ExaminedWorker(seen.name, "good", f"{found}; a copy was laid out and its python started")
