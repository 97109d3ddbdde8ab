"""The environment of a trial: variables, and the order of tests."""

import json
from pathlib import Path

from coach.core.run import RunRequest


def varied(request: RunRequest, folder: Path, cwd: Path) -> dict[str, str]:
    """Return the variables a trial adds to the environment of its run."""
    trial = request.trial
    if trial is None:
        return {}
    env = {str(name): str(value) for name, value in trial.variables}
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
