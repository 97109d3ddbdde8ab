"""What runs of a project need besides its trees: the interpreter, limits, secrets, and the clusters that they may go to."""

import os
from functools import partial
from typing import TYPE_CHECKING

from coach.core.log.events import Interpreter
from coach.core.redact.observation_redactor import ObservationRedactor
from coach.core.runs.target import Target
from coach.engine.cluster.clusters import Clusters
from coach.engine.process.interpreter import find_interpreter
from coach.engine.process.supervise import Limits
from coach.engine.runners.table import RUNNERS
from coach.engine.search.candidate import SearchContext
from coach.engine.source.project_root import Located
from coach.engine.trees.tree_store import TreeStore
from coach.session.export_io import private_of
from coach.settings.confinement_choice import confine_for
from coach.settings.interpreter_approval import python_for
from coach.settings.project import Settings
from coach.store.paths import project_home, state_home

if TYPE_CHECKING:
    from coach.engine.cluster.connection import Connection


def interpreter_of(place: Located, settings: Settings, target: Target) -> Interpreter:
    """Find the interpreter of a target. Raises TargetError, UsageError."""
    wished = python_for(place.home, settings)
    return find_interpreter(
        place.root / place.folder, wished, needs_pytest=RUNNERS[target.runner].needs_pytest
    )


def secrets_of(place: Located) -> tuple[str, ...]:
    """Return what is taken out of everything that is kept: secrets of the project's own files."""
    own = private_of(place.root / place.folder).secrets
    return tuple(dict.fromkeys((*own, *private_of(place.root).secrets))) if place.folder else own


def context_of(
    place: Located, interpreter: Interpreter, settings: Settings, redactor: ObservationRedactor
) -> SearchContext:
    """Return what all runs of a project share, as plain data."""
    root, limits = place.root, Limits(settings.timeout, settings.silence)
    return SearchContext(
        *(root.resolve(), project_home(root), interpreter, limits, dict(os.environ)),
        state=state_home(),
        redactor=redactor,
        project=place.folder,
        command=settings.command,
        confine=confine_for(place.home, settings),
        warm=settings.warm,
    )


def clusters_of(trees: TreeStore, context: SearchContext, place: Located, settings: Settings) -> Clusters:
    """Return what opens clusters by the address that a request names."""
    return Clusters(trees, context, partial(_connected, place, settings))


def _connected(place: Located, settings: Settings, on: str) -> "Connection":
    """Connect to a cluster that a request names. Raises CoachError."""
    from coach.engine.cluster.connection import connect  # neither is for every session
    from coach.settings.cluster_choice import chosen_cluster

    return connect(chosen_cluster(place.home, settings, on), settings.cluster, place.home)
