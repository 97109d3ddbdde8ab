"""Read what a machine is to a search: its interpreter for the target, what is installed there, its disk."""

import json
import os
import platform
import shutil
from collections.abc import Mapping
from pathlib import Path

from coach import __version__
from coach.core.base.text import storable
from coach.core.cluster.worker_facts import WorkerFacts
from coach.engine.process.interpreter import said_by

_SECONDS = 20.0
MAX_PACKAGES = 2_000
TOOLS = frozenset({"pip", "setuptools", "wheel", "uv", "distribute", "debug-coach"})
"""Distributions that install others, and coach itself: what tests run does not depend on them."""
# What was installed from a folder of this machine is the project itself, as a rule: a worker has it in its copy.
_ASK = """
import json, platform, sys
try:
    from importlib import metadata
    own = [each for each in metadata.distributions() if '"file://' not in (each.read_text("direct_url.json") or "")]
    found = {str(each.metadata["Name"]).lower().replace("_", "-"): str(each.version) for each in own}
except Exception:
    found = {}
print(json.dumps([platform.python_version(), platform.python_implementation(), sys.prefix, found]))
"""


def facts_of(interpreter: str, disk: Path, *, name: str = "", root: str = "") -> WorkerFacts:
    """Return what this machine is, for runs with one interpreter whose copies lie on ``disk``."""
    python, implementation, prefix, packages = _asked(interpreter)
    return WorkerFacts(
        name=storable(name),
        host=storable(platform.node()),
        coach=__version__,
        platform=f"{platform.system()} {platform.machine()}",
        interpreter=storable(interpreter),
        python=python,
        implementation=implementation,
        pytest=packages.get("pytest", ""),
        prefix=prefix,
        packages={key: version for key, version in packages.items() if key not in TOOLS},
        root=storable(root),
        free_bytes=_free(disk),
        why="" if python else f"{storable(interpreter)} does not work as a python there",
    )


def _asked(interpreter: str) -> tuple[str, str, str, Mapping[str, str]]:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COACH_"))}
    said = said_by([interpreter, "-c", _ASK], Path(os.sep), own, _SECONDS)
    try:
        python, implementation, prefix, found = json.loads(said.strip().rpartition("\n")[2])
        packages = {
            storable(str(key)): storable(str(value)) for key, value in list(found.items())[:MAX_PACKAGES]
        }
        return str(python), str(implementation), storable(str(prefix)), packages
    except (ValueError, TypeError, AttributeError):
        return "", "", "", {}


def _free(place: Path) -> int:
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return -1
