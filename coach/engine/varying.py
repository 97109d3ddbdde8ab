"""The environment of a trial: variables, the order of tests, and the programs of the target's own environment."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from coach.core.run import RunRequest


def varied(
    request: RunRequest, folder: Path, cwd: Path, python: str = "", given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the variables a trial adds to the environment of its run.

    ``python`` is the target's interpreter: a command finds it, and the programs installed with it, before others of
    their name, as in a terminal where its environment is active.
    """
    trial = request.trial
    if trial is None:
        return {}
    env = {}
    if trial.kind == "command" and os.sep in python:
        path = (given or {}).get("PATH", os.defpath)
        env["PATH"] = os.pathsep.join([str(Path(python).parent), path])
    env |= {str(name): str(value) for name, value in trial.variables}
    if trial.order:
        settings = {
            "victim": request.focus,
            "before": None,
            "reversed": True,
            "watch": False,
            "root": str(cwd),
            "report": str(folder / "ordered.json"),
        }
        order = folder / "order.json"
        order.write_text(json.dumps(settings), "utf-8")
        env |= {"COACH_ORDER": str(order), "PYTEST_PLUGINS": "coach_order"}
    return env
