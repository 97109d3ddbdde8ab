"""Find the python that the target's tests need: the project's own, never coach's by accident.

The choice is made once, said with its reason, and never silently changed: an environment that was chosen and lacks
pytest is an error with the command that cures it, not a reason to try the next one.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.engine.process.query import QUOTED, short_answer
from coach.engine.source.project_root import folders_above
from coach.errors import TargetError
from coach.regular_files import MAX_SETTINGS, is_file, is_folder, is_there, read_head

_PROBE_SECONDS = 10
_POETRY_SECONDS = 5
_OLDEST = (3, 8)

# Runs in the target's python: no import of pytest, nothing from the current folder, and next to nothing of the standard
# library: ``importlib.metadata`` and ``json`` would take 50 of 65 ms.
_ASK = f"""\
import os
import sys
sys.path[:] = [p for p in sys.path if p]
{QUOTED}
version = ""
try:
    found = None
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        found = found or (find and find("pytest", None))
    if found:
        beside = os.listdir(os.path.dirname(os.path.dirname(found.origin)))
        named = [p for p in beside if p.startswith("pytest-") and p.endswith(".dist-info")]
        version = named[0][len("pytest-"):-len(".dist-info")] if len(named) == 1 else ""
        if not version:
            from importlib import metadata
            version = metadata.version("pytest")
except Exception as error:
    version = "unknown"
said = (list(sys.version_info[:3]), quoted(version), quoted(sys.executable or ""))
print('{{"version": %s, "pytest": %s, "executable": %s}}' % said)
"""


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: str
    why: str
    is_choice: bool = True
    """Whether it stands even without pytest, then as an error; else the search goes on."""
    is_from_path: bool = False
    """Whether PATH led to it. Then its own name for itself is used: a pyenv shim is slow, and another python elsewhere."""


def find_interpreter(
    root: Path,
    explicit: str = "",
    env: Mapping[str, str] | None = None,
    *,
    needs_pytest: bool = True,
) -> Interpreter:
    """Choose the target's python.

    Args:
        root: the project.
        explicit: what the engineer named; relative to the current folder or on PATH.
        env: the environment coach was started in.
        needs_pytest: False for targets that are any other command.

    Raises:
        TargetError: the chosen python does not exist, does not start, is too old or has no pytest.

    """
    env = os.environ if env is None else env
    for candidate in _candidates(root, explicit, env):
        found = _ask(candidate, root, env) if candidate.is_choice else _with_pytest(candidate, root, env)
        if found is None:
            continue
        if needs_pytest and not found.pytest:
            raise TargetError(
                f"{found.path} (python {found.version}, {candidate.why}) has no pytest",
                do=f"{found.path} -m pip install pytest",
            )
        return found
    raise TargetError("no python was found", do="name one with --python PATH")


def _candidates(root: Path, explicit: str, env: Mapping[str, str]) -> Iterator[_Candidate]:
    if explicit:
        is_from_path = os.sep not in explicit and not is_there(explicit)
        yield _Candidate(_resolved(explicit, env), "--python", is_from_path=is_from_path)
        return
    for name in (".venv", "venv"):
        if path := _python_in(root / name):
            yield _Candidate(path, f"the project's {name}")
            return
    above, active = folders_above(root), list(_active(env))
    inside = [each for each in active if above and _is_below(each.path, above[-1])]
    yield from inside
    yield from _of_workspace(above)
    yield from (each for each in active if each not in inside)
    if path := _poetry(root, env):
        yield _Candidate(path, "the project's poetry environment")
        return
    for name in ("python3", "python"):
        if found := shutil.which(name, path=env.get("PATH")):
            yield _Candidate(found, f"{name} on PATH", is_choice=False, is_from_path=True)
    yield _Candidate(sys.executable, "coach's own python: nothing else has pytest")


def _of_workspace(above: Sequence[Path]) -> Iterator[_Candidate]:
    """Yield environments of the folders above a project in one repository: workspaces have one for all their projects."""
    for folder in above:
        for name in (".venv", "venv"):
            if path := _python_in(folder / name):
                why = f"the {name} of {folder}, above the project"
                yield _Candidate(path, why, is_choice=False)


def _is_below(path: str, folder: Path) -> bool:
    return Path(path).is_relative_to(folder) or Path(path).is_relative_to(folder.resolve())


def _active(env: Mapping[str, str]) -> Iterator[_Candidate]:
    for variable, why in (
        ("VIRTUAL_ENV", "active virtual environment"),
        ("CONDA_PREFIX", "active conda environment"),
    ):
        folder = env.get(variable, "")
        if folder and (path := _python_in(Path(folder))):
            is_coach = os.path.realpath(folder) == os.path.realpath(sys.prefix)
            yield _Candidate(path, why, is_choice=not is_coach)


def _resolved(explicit: str, env: Mapping[str, str]) -> str:
    """Return the absolute path of what was named. Symlinks stay: a virtual environment is known by its own path."""
    path = Path(explicit).expanduser()
    if is_folder(path) and (inside := _python_in(path)):
        return inside
    on_path = None if os.sep in explicit else shutil.which(explicit, path=env.get("PATH"))
    found = Path(on_path) if on_path else path.absolute()
    if not is_file(found):
        raise TargetError(f"there is no python at {explicit}", do="name an existing one with --python PATH")
    return str(found)


def _python_in(environment: Path) -> str:
    for inside in ("bin/python", "bin/python3", "Scripts/python.exe"):
        if is_file(environment / inside):
            return str((environment / inside).absolute())
    return ""


def _poetry(root: Path, env: Mapping[str, str]) -> str:
    """Ask poetry for its environment, only where the project is poetry's and poetry is there."""
    if not _is_poetry_project(root):
        return ""
    poetry = shutil.which("poetry", path=env.get("PATH"))
    if poetry is None:
        return ""
    answer = said_by([poetry, "env", "info", "-p"], root, env, _POETRY_SECONDS)
    return _python_in(Path(answer.strip())) if answer.strip() else ""


def _is_poetry_project(root: Path) -> bool:
    if is_file(root / "poetry.lock"):
        return True
    try:
        return b"[tool.poetry" in read_head(root / "pyproject.toml", MAX_SETTINGS)
    except OSError:
        return False


def _with_pytest(candidate: _Candidate, root: Path, env: Mapping[str, str]) -> Interpreter | None:
    with contextlib.suppress(TargetError):
        found = _ask(candidate, root, env)
        return found if found.pytest else None
    return None


def _ask(candidate: _Candidate, root: Path, env: Mapping[str, str]) -> Interpreter:
    """Start the python and let it say what it is."""
    answer = said_by([candidate.path, "-c", _ASK], root, env, _PROBE_SECONDS)
    try:
        said = json.loads(answer.strip().rpartition("\n")[2])
        version = tuple(int(part) for part in said["version"])
        pytest = str(said["pytest"])
    except (ValueError, KeyError, TypeError):
        raise TargetError(
            f"{candidate.path} does not work as a python",
            why=f"chosen as {candidate.why}; it did not start or did not answer within {_PROBE_SECONDS} s",
            do="repair it, or name another with --python PATH",
        ) from None
    if version < _OLDEST:
        words = ".".join(str(part) for part in version)
        raise TargetError(
            f"python {words} at {candidate.path} is too old",
            why=f"chosen as {candidate.why}; coach's probe needs 3.8",
            do="name another with --python PATH",
        )
    executable = str(said.get("executable") or "") if candidate.is_from_path else ""
    return Interpreter(
        path=executable if executable and is_file(executable) else candidate.path,
        why=candidate.why,
        version=".".join(str(part) for part in version),
        pytest=pytest,
    )


def said_by(argv: list[str], cwd: Path, env: Mapping[str, str], seconds: float) -> str:
    """Return what a short program prints; nothing when it cannot be started, fails, takes too long or says too much."""
    try:
        code, said = short_answer(argv, cwd, env, seconds)
    except (OSError, subprocess.SubprocessError, ValueError):
        return ""
    return said.decode("utf-8", "replace") if code == 0 else ""
