"""Which folders of the project an interpreter imports from: the way of an editable install, of whatever style.

In a copy these come first, so that the copy's code is what is imported. Where a style cannot be turned so (a finder before all
others, a package whose folder has another name) the run loads the checkout's code, which is seen and makes it no evidence.
"""

import functools
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from coach.core.log.events import Interpreter
from coach.engine.process.query import QUOTED
from coach.engine.process.run_context import RunContext

_SECONDS = 10
_ASK = f"""
import os, sys
{QUOTED}
def above(name, path):
    if os.path.basename(path).startswith("__init__."):
        path = os.path.dirname(path)
    for part in reversed(name.split(".")):
        if os.path.basename(path).partition(".")[0] != part:
            return ""
        path = os.path.dirname(path)
    hidden = getattr(sys, "stdlib_module_names", ())
    there = os.listdir(path)
    taken = any(each.partition(".")[0] in hidden for each in there if each.endswith(".py") or "." not in each)
    return "" if taken else path

found = [each for each in sys.path if each]
named = []
for module in list(sys.modules.values()):
    mapping = getattr(module, "MAPPING", None)
    if isinstance(mapping, dict) and getattr(module, "__name__", "").startswith("__editable__"):
        named += mapping.items()
for finder in sys.meta_path:
    mapping = getattr(finder, "_redirections", None)
    named += mapping.items() if isinstance(mapping, dict) else ()
for folder in sys.path:
    if os.path.basename(folder) in ("site-packages", "dist-packages"):
        try:
            named += [(each.name.partition(".")[0], os.path.realpath(each.path)) for each in os.scandir(folder) if each.is_symlink()]
        except OSError:
            pass
for name, path in named:
    try:
        found.append(above(str(name), str(path)))
    except Exception:
        pass
print("[%s]" % ", ".join(quoted(each) for each in found if each))
"""
"""Asks for ``sys.path`` (develop, .pth), the mappings of setuptools' and other finders, and links among installed packages."""


def import_roots(root: Path, interpreter: Interpreter, env: Mapping[str, str]) -> tuple[str, ...]:
    """Ask the interpreter of the target; returns folders relative to the root, none when it does not answer."""
    return _below(root, _asked(interpreter.path, env))


def _asked(python: str, env: Mapping[str, str]) -> list[Any]:
    own = {key: value for key, value in env.items() if key not in {"PYTHONPATH", "COACH_PROBE"}}
    try:
        done = subprocess.run(
            [python, "-c", _ASK],
            cwd=os.sep,
            env=own,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return []
    return _json_list(done.stdout)


def _below(root: Path, said: Iterable[Any]) -> tuple[str, ...]:
    found = []
    real = Path(os.path.realpath(root))
    for each in said:
        for place, above in ((Path(str(each)), root), (Path(os.path.realpath(str(each))), real)):
            if place.is_relative_to(above) and "site-packages" not in place.parts:
                found.append(place.relative_to(above).as_posix())
                break
    return tuple(dict.fromkeys(found))


def _json_list(said: bytes) -> list[Any]:
    try:
        value = json.loads(said.decode("utf-8", "replace").strip().rpartition("\n")[2])
    except ValueError:
        return []
    return value if isinstance(value, list) else []


def importing_from(copy: Path, around: RunContext) -> RunContext:
    """Folders of the checkout that the interpreter imports from (editable installs) are those of the copy."""
    said = _said_once(around.interpreter.path, tuple(sorted(around.env.items())))
    roots = (copy / each for each in _below(around.root, said))
    env = moved_paths(around.env, around.root, copy, tuple(str(each) for each in roots if each.is_dir()))
    return replace(around, env=env)


@functools.lru_cache(maxsize=4)
def _said_once(python: str, env: tuple[tuple[str, str], ...]) -> tuple[Any, ...]:
    """Ask once, whatever the project: it costs the start of an interpreter, and what is installed seldom changes meanwhile."""
    return tuple(_asked(python, dict(env)))


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
