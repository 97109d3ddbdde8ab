"""How a run in a copy is made to differ from a usual one, in one place: searches and trials both come here.

A variation changes what it names and nothing else: plugins and options that the project or the engineer gives in the
environment (``PYTEST_PLUGINS``, ``PYTEST_ADDOPTS``) stay, or a missing fixture would look like an effect of the order.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from coach.core.runs.variation import Order, Variation
from coach.engine.copies.import_roots import importing_from
from coach.engine.instrument.overlay import with_packages
from coach.engine.process.run_context import RunContext

REPORT = "said.json"
"""What the order plugin writes, in the folder around the copy."""
_ADDED_TO = frozenset({"PYTHONPATH", "PYTEST_PLUGINS"})
"""Variables to which coach adds: what a variation sets them to goes in before that."""


def varied(
    variation: Variation, context: RunContext, cancel: threading.Event, copy: Path
) -> tuple[RunContext, str]:
    """Return what a run in a copy needs to differ so, and to import the copy's own code; and a note of what was installed.

    Args:
        variation: what differs. The hash seed stands in the request of the run.
        context: what runs of the session share.
        cancel: set by another thread to give up; the run that follows then ends at once.
        copy: the copy, in a disposable folder of its own.

    Raises:
        ScratchError: a package could not be installed.

    """
    context, note = with_packages(variation.packages, context, cancel, copy.parent)
    context = importing_from(copy, replace(context, env={**context.env, **dict(variation.variables)}))
    if variation.order is None:
        return context, note
    return replace(context, env=_ordered(variation.order, context.env, copy)), note


def with_named(env: Mapping[str, str], variation: Variation) -> dict[str, str]:
    """Return the environment of a run in which the variables a variation names win over coach's own."""
    return {**env, **{name: value for name, value in variation.variables if name not in _ADDED_TO}}


def _ordered(order: Order, env: Mapping[str, str], copy: Path) -> dict[str, str]:
    """Write what the order plugin reads, and return an environment in which pytest loads it."""
    settings = {
        "victim": order.victim,
        "before": order.before,
        "reversed": order.is_reversed,
        "watch": order.watch,
        "root": str(copy),
        "report": str(copy.parent / REPORT),
    }
    place = copy.parent / "order.json"
    place.write_text(json.dumps(settings), "utf-8")
    plugins = ",".join(filter(None, (env.get("PYTEST_PLUGINS", ""), "coach_order")))
    return {**env, "COACH_ORDER": str(place), "PYTEST_PLUGINS": plugins}
