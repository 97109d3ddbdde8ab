"""Read what this machine is as a worker, or what the session's own is: the facts that two machines are compared by."""

import json
import os
import platform
import shutil
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coach import __version__
from coach.core.cluster.worker_facts import WorkerFacts
from coach.core.log.events import Interpreter
from coach.engine.cluster.work import Ground
from coach.engine.cluster.worker_place import (
    ROOT,
    chosen_there,
    environment_there,
    state_of_worker,
)
from coach.engine.process.interpreter import said_by
from coach.errors import CoachError, TargetError
from coach.private_folders import make_folders

_SECONDS = 20.0
_FRESH_SECONDS = 60.0
"""How long an interpreter's packages are believed: searches follow each other, and somebody may install one in between."""

# Runs in the target's python, which may be 3.8: nothing from the current folder, no import of what it lists.
_ASK = """\
import sys
sys.path[:] = [p for p in sys.path if p]
import json, re
from importlib import metadata
packages = {}
for each in metadata.distributions():
    name = each.metadata["Name"]
    if name:
        packages.setdefault(re.sub(r"[-_.]+", "-", name).lower(), each.version or "")
print(json.dumps({"implementation": sys.implementation.name, "packages": packages}))
"""
_known: dict[str, tuple[float, dict[str, Any]]] = {}
_reading = threading.Lock()


def facts_there(ground: Ground) -> dict[str, Any]:
    """Say what this worker is; plain data, since another version of coach may read it. Called by a worker's task thread.

    Raises CoachError: there is no interpreter, or it does not answer.
    """
    from distributed import get_worker

    own, state = os.environ.get(ROOT, ""), state_of_worker()
    make_folders(state)
    root = Path(own).resolve() if own else state
    interpreter = chosen_there(ground, root, needs_pytest=False)
    facts = facts_of(
        interpreter, root if root.is_dir() else Path("/"), environment_there(ground, root), state
    )
    return facts.model_copy(update={"name": str(get_worker().name), "root": own}).model_dump()


def facts_of(interpreter: Interpreter, cwd: Path, env: Mapping[str, str], state: Path) -> WorkerFacts:
    """Return what this machine is with an interpreter for the target. Raises TargetError when it does not answer."""
    said = _said(interpreter.path, cwd, env)
    return WorkerFacts(
        host=socket.gethostname(),
        coach=__version__,
        python=interpreter.version,
        implementation=str(said["implementation"]),
        platform=f"{platform.system().lower()} {platform.machine()}",
        pytest=interpreter.pytest,
        packages={str(name): str(version) for name, version in said["packages"].items()},
        free_bytes=free_at(state),
        interpreter=interpreter.path,
    )


def free_at(folder: Path) -> int:
    """Return the free bytes of the disk that a folder is on, or will be."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:  # not made yet
            continue
    return 0


def _said(python: str, cwd: Path, env: Mapping[str, str]) -> dict[str, Any]:
    key = f"{python}\0{env.get('PYTHONPATH', '')}"
    with _reading:  # the workers of one machine are processes of their own: nobody waits here for another
        at, said = _known.get(key, (0.0, {}))
        if said and time.monotonic() - at < _FRESH_SECONDS:
            return said
        answer = said_by([python, "-c", _ASK], cwd, env, _SECONDS)
        try:
            said = json.loads(answer.strip().rpartition("\n")[2])
            said = {"implementation": str(said["implementation"]), "packages": dict(said["packages"])}
        except (ValueError, KeyError, TypeError):
            raise TargetError(
                f"{python} does not say what is installed",
                why=f"it did not answer within {_SECONDS:g} s, or in words that are no JSON",
                do="see what it prints when it starts",
            ) from None
        _known[key] = (time.monotonic(), said)
        return dict(said)


def facts_or_none(
    interpreter: Interpreter, cwd: Path, env: Mapping[str, str], state: Path
) -> WorkerFacts | None:
    """Return the facts, or None where they cannot be read: then nothing can be compared, and nobody is refused for it."""
    try:
        return facts_of(interpreter, cwd, env, state)
    except CoachError:
        return None
