"""The environment of runs: that of coach, without what belongs to a run that coach itself may be part of."""

import os
from collections.abc import Mapping
from pathlib import Path

from coach.engine.process.orphans import HOLDER, holder_mark

_DROPPED_VARIABLES = frozenset(
    [
        "PYTEST_CURRENT_TEST",
        "PYTEST_XDIST_WORKER",
        "PYTEST_XDIST_WORKER_COUNT",
        "COACH_PROBE",
        "COACH_PROJECT",
    ]
)


def clean_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for runs: without what belongs to a run that coach itself may be part of."""
    kept = {key: value for key, value in env.items() if key not in _DROPPED_VARIABLES}
    return {**kept, HOLDER: holder_mark(), "PYTHONDONTWRITEBYTECODE": "1"}


def server_environment(env: Mapping[str, str], probe: Path) -> dict[str, str]:
    """Return the environment of the warm server: that of a run, so that modules it imports see the same.

    ``probe`` is the folder the run would import the probe from.
    """
    kept = clean_environment(env)
    paths = [str(probe), *filter(None, [kept.get("PYTHONPATH", "")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}
