"""What a set of drills was made from, opened: its trees, its interpreter, and how runs of it are carried out."""

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from coach.core.drill.drill import Drill, DrillSet
from coach.core.log.events import Interpreter
from coach.core.redact.observation_redactor import ObservationRedactor
from coach.drills.kept import drill_of
from coach.engine.drill.grading import Runs, runs_here
from coach.engine.drill.tree_runs import TreeRuns, stopped_at_end
from coach.engine.process.interpreter import find_interpreter
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.source.project_root import Located, at
from coach.engine.trees.tree_store import TreeStore, open_trees
from coach.errors import UsageError
from coach.regular_files import is_folder
from coach.session.project_context import clusters_of, context_of, secrets_of
from coach.settings.project import Settings, load_settings
from coach.store.paths import project_home, state_home

_SLACK, _TIMES = 60.0, 10.0
"""A run of the suite on what somebody left may take so many times what it took without the bug, and so many seconds more."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The project of a set of drills."""

    drill_set: DrillSet
    place: Located
    settings: Settings
    trees: TreeStore
    interpreter: Interpreter
    env: Mapping[str, str]
    """As it was before anybody was in an arena: a variable that leads there would let copies import the code of who plays."""

    @property
    def around(self) -> RunContext:
        """What runs in copies of the project need; their output is not kept."""
        return RunContext(
            self.place.root,
            self.interpreter,
            Limits(self.settings.timeout, self.settings.silence),
            lambda _: "",
            LiveOutput(),
            dict(self.env),
            home=state_home(),
            project=self.place.folder,
            command=self.settings.command,
        )

    @contextlib.contextmanager
    def runs(self, drill: Drill, on: str = "") -> Iterator[Runs]:
        """Give what carries out the runs that grade a play of a drill; it is ended when this is left.

        ``on``: the cluster on whose workers they run, as its address was typed; empty: this machine. A play may hang, so a run
        ends long after the suite would have. Raises CoachError where the cluster cannot be reached.
        """
        stop = threading.Event()
        with stopped_at_end(stop):
            limits = self._limits(drill)
            if not on:
                yield runs_here(self.trees, replace(self.around, limits=limits), stop)
                return
            made = context_of(
                self.place, self.interpreter, self.settings, ObservationRedactor(secrets_of(self.place))
            )
            context = replace(made, env=dict(self.env), limits=limits)
            clusters = clusters_of(self.trees, context, self.place, self.settings)
            try:
                with clusters.on(on, stop) as cluster:
                    tree_runs = TreeRuns(self.trees, context, self.drill_set.tests, stop, cluster)
                    yield tree_runs.carried_out
            finally:
                clusters.close()

    def _limits(self, drill: Drill) -> Limits:
        most = self.settings.timeout
        wall = min(most, _SLACK + _TIMES * drill.seconds) if drill.seconds else most
        return Limits(wall, min(wall, self.settings.silence))

    def drill(self, number: int) -> Drill:
        """Return a drill of the set. Raises UsageError for a number that it has not."""
        return drill_of(self.drill_set, number)


def open_ground(drill_set: DrillSet) -> Ground:
    """Open what a set was made from.

    Raises:
        UsageError: the project is gone, or no trees can be kept of it.
        TargetError: its interpreter is gone.

    """
    if not is_folder(drill_set.root):
        raise UsageError(
            f"the project of {drill_set.name} is gone",
            why=drill_set.root,
            do="make a set anew: coach drill new",
        )
    place = at(drill_set.root, drill_set.project)
    trees, why = open_trees(place.root, project_home(place.root))
    if trees is None:
        raise UsageError(f"the drills of {drill_set.name} cannot be laid out", why=why)
    settings = load_settings(place.home)
    python = find_interpreter(Path(place.root, place.folder), drill_set.python)
    return Ground(drill_set, place, settings, trees, python, dict(os.environ))
