"""Look at what lies around the project: names of folders in the target's environment, and some variables. No program is started."""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.core.runs.surroundings import Surroundings

MAX_PACKAGES = 2_000
_INFO = re.compile(r"(?P<name>[A-Za-z0-9._]+?)-(?P<version>[0-9][^-]*?)(?:-py[0-9.]+)?\.(?:dist|egg)-info")
_READ_BY_RUNS = re.compile(
    r"PYTHON[A-Z]+|PYTEST_[A-Z_]+|TZ|LANG|LANGUAGE|LC_[A-Z]+|VIRTUAL_ENV|CONDA_PREFIX|PATH"
)
"""Variables that python, pytest and the C library read. Others may hold anything, secrets too, and are not looked at."""
_CHOSEN_BY_COACH = frozenset({"PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTEST_CURRENT_TEST"})


def surroundings(interpreter: Interpreter, env: Mapping[str, str]) -> Surroundings:
    """Return what the target's python has installed, and the variables that decide how tests run."""
    packages: dict[str, str] = {}
    for folder in _folders(interpreter, env):
        for name, version in _installed(folder):
            packages.setdefault(name, version)  # the first folder is imported from
    named = sorted(f"{name} {version}" for name, version in packages.items())
    variables = (
        (name, hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()[:8])
        for name, value in sorted(env.items())
        if _READ_BY_RUNS.fullmatch(name) and name not in _CHOSEN_BY_COACH
    )
    return Surroundings(
        python=interpreter.version, packages=tuple(named[:MAX_PACKAGES]), variables=tuple(variables)
    )


def _folders(interpreter: Interpreter, env: Mapping[str, str]) -> Iterator[Path]:
    """Yield where packages of this python lie: its own folders, and the person's where it is no virtual environment."""
    version = ".".join(interpreter.version.split(".")[:2])
    prefix = Path(interpreter.path).parent.parent
    for lib in (prefix / "lib", prefix / "local/lib"):
        for name in (
            f"python{version}/site-packages",
            f"python{version}/dist-packages",
            "python3/dist-packages",
        ):
            yield lib / name
    if not (prefix / "pyvenv.cfg").exists() and env.get("HOME"):
        yield Path(env["HOME"], ".local/lib", f"python{version}", "site-packages")


def _installed(folder: Path) -> Iterator[tuple[str, str]]:
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 - hundreds of names after every run
            if name.endswith("-info") and (found := _INFO.fullmatch(name)):
                yield found["name"].lower().replace("_", "-"), found["version"]
