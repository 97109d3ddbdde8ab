"""How a run is varied, in one place: the order of its tests and the variables it sees. Searches and trials both ask here.

A variation changes what it names and nothing else: plugins and options that the project or the engineer gives in the
environment (``PYTEST_PLUGINS``, ``PYTEST_ADDOPTS``) stay, or a missing fixture would look like an effect of the order.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.core.runs.run import RunRequest

REPORT = "said.json"
"""What the order plugin writes, in the folder given."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which tests run and in what order; ``victim`` is the last one."""

    victim: str
    before: tuple[str, ...] | None = None
    """None: everything collected before it."""
    is_reversed: bool = False
    watch: bool = False
    """Whether leaked state is looked for."""


@dataclass(frozen=True, slots=True)
class Variation:
    """What of a run is not as usual. Its hash seed stands in the request, versions of packages in the interpreter."""

    order: Order | None = None
    variables: tuple[tuple[str, str], ...] = ()

    def applied(self, env: Mapping[str, str], cwd: Path, folder: Path) -> dict[str, str]:
        """Return the environment of the run.

        Args:
            env: the environment without it.
            cwd: the folder the run stands in.
            folder: a disposable folder, for what the order plugin reads and writes.

        """
        varied = {**env, **{str(name): str(value) for name, value in self.variables}}
        if self.order is None:
            return varied
        place = folder / "order.json"
        place.write_text(json.dumps(_settings(self.order, cwd, folder)), "utf-8")
        plugins = (varied.get("PYTEST_PLUGINS", ""), "coach_order")
        return {**varied, "COACH_ORDER": str(place), "PYTEST_PLUGINS": ",".join(filter(None, plugins))}


def of_trial(request: RunRequest) -> Variation:
    """Return what a trial varies: nothing, for a run that is none."""
    trial = request.trial
    if trial is None:
        return Variation()
    order = Order(request.focus, is_reversed=True) if trial.order else None
    return Variation(order, tuple((str(name), str(value)) for name, value in trial.variables))


def with_programs_of(python: str, env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which a command finds the programs of ``python``'s environment before others of their name.

    As in a terminal where that environment is active.
    """
    if os.sep not in python:
        return dict(env)
    return {**env, "PATH": os.pathsep.join([str(Path(python).parent), env.get("PATH", os.defpath)])}


def moved_paths(
    env: Mapping[str, str], root: Path, copy: Path, first: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return an environment whose ``PYTHONPATH`` means the copy where it meant the checkout; ``first`` comes before."""
    given = filter(None, env.get("PYTHONPATH", "").split(os.pathsep))
    paths = tuple(dict.fromkeys((*first, *(_moved(each, root, copy) for each in given))))
    return {**env, "PYTHONPATH": os.pathsep.join(paths)} if paths else dict(env)


def _moved(path: str, root: Path, copy: Path) -> str:
    place = Path(path)
    return str(copy / place.relative_to(root)) if place.is_relative_to(root) else path


def _settings(order: Order, cwd: Path, folder: Path) -> dict[str, Any]:
    return {
        "victim": order.victim,
        "before": order.before,
        "reversed": order.is_reversed,
        "watch": order.watch,
        "root": str(cwd),
        "report": str(folder / REPORT),
    }
