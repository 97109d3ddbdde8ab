"""Read what a machine is to a search: its interpreter for the target, what is installed there, its disk."""

import contextlib
import json
import os
import platform
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
print(json.dumps([platform.python_version(), platform.python_implementation(), sys.prefix, found, sys.path]))
"""
_SETTLED = 2.0
"""Seconds for which a folder must have been left alone before what was found in it is known without asking again."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What an interpreter said of itself."""

    python: str = ""
    implementation: str = ""
    prefix: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)


_known: dict[str, tuple[_Said, Mapping[str, float]]] = {}
"""What interpreters said, and when the folders that they import from were changed last."""


def facts_of(interpreter: str, disk: Path, *, name: str = "", root: str = "") -> WorkerFacts:
    """Return what this machine is, for runs with one interpreter whose copies lie on ``disk``."""
    said = _said_of(interpreter)
    packages = said.packages
    return WorkerFacts(
        name=storable(name),
        host=storable(platform.node()),
        coach=__version__,
        platform=f"{platform.system()} {platform.machine()}",
        interpreter=storable(interpreter),
        python=said.python,
        implementation=said.implementation,
        pytest=packages.get("pytest", ""),
        prefix=said.prefix,
        packages={key: version for key, version in packages.items() if key not in TOOLS},
        root=storable(root),
        free_bytes=_free(disk),
        why="" if said.python else f"{storable(interpreter)} does not work as a python there",
    )


def _said_of(interpreter: str) -> _Said:
    """Ask an interpreter, unless nothing was installed since it was asked: each search wants to know, of every worker."""
    found, changed = _known.get(interpreter, (_Said(), {}))
    if not (changed and changed == _changed(changed)):
        began = time.time()
        found, folders = _asked(interpreter)
        changed = _changed([interpreter, *folders])
        if found.python and max(changed.values(), default=began) < began - _SETTLED:
            _known[interpreter] = found, changed
    return found


def _asked(interpreter: str) -> tuple[_Said, list[str]]:
    """Return what an interpreter says, and where it imports from."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COACH_"))}
    said = said_by([interpreter, "-c", _ASK], Path(os.sep), own, _SECONDS)
    try:
        python, implementation, prefix, found, folders = json.loads(said.strip().rpartition("\n")[2])
        packages = {
            storable(str(key)): storable(str(value)) for key, value in list(found.items())[:MAX_PACKAGES]
        }
        known = _Said(str(python), str(implementation), storable(str(prefix)), packages)
        return known, [str(each) for each in folders if each]
    except (ValueError, TypeError, AttributeError):
        return _Said(), []


def _changed(places: Iterable[str]) -> Mapping[str, float]:
    """Return when each place was changed last; a missing one never was."""
    found = dict.fromkeys(places, 0.0)
    for each in found:
        with contextlib.suppress(OSError, ValueError):
            found[each] = Path(each).stat().st_mtime
    return found


def _free(place: Path) -> int:
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return -1
