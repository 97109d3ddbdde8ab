"""The environment of an arena: the target's interpreter and packages, and the project from the arena.

An editable install leads to the checkout, and so would the arena's tests. So the arena has a virtual environment of its own, which
sees the target's packages, reads none of the files there that lead to the checkout, and has the arena's folders in front.
That the project is imported from the arena is asked of the interpreter, not assumed.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.core.log.events import Interpreter
from coach.core.loops.analysis.syntax import is_test_path
from coach.engine.copies.import_roots import import_roots, moved_paths
from coach.engine.instrument.overlay import packages_of
from coach.engine.process.environment import clean_environment
from coach.engine.process.interpreter import said_by
from coach.engine.process.run_context import RunContext
from coach.errors import ScratchError, TargetError
from coach.private_folders import write_private
from coach.regular_files import is_file, is_folder, read_head

_VENV_SECONDS, _ASK_SECONDS = 120.0, 20.0
_MAX_PTH = 1_000_000
_SITES = """\
import os, site, sys
for place in {first!a}:
    if place not in sys.path:
        sys.path.append(place)
for folder, left_out in {sites!a}:
    if folder not in sys.path:
        sys.path.append(folder)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".pth") and name not in left_out:
            site.addpackage(folder, name, None)
"""
"""Runs when an interpreter of the arena starts: what ``site`` does for one folder of packages, without some of its files."""
_ORIGINS = """\
import json, sys
from importlib import util
found = {}
for name in sys.argv[1:]:
    try:
        spec = util.find_spec(name)
    except Exception:
        spec = None
    if spec is not None:
        found[name] = [spec.origin or "", *(spec.submodule_search_locations or [])]
print(json.dumps(found))
"""
_PYTEST = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

import pytest

sys.exit(pytest.main())
"""
"""By way of a shell: the kernel reads 127 bytes of the line that names an interpreter, and state directories lie deep."""
_NO_PACKAGES = frozenset({"setup.py", "conftest.py", "noxfile.py", "tasks.py", "fabfile.py", "dodo.py"})
_NO_CODE = frozenset(
    {"docs", "doc", "examples", "example", "benchmarks", "scripts", "tools", "build", "dist"}
)


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter that imports the project from the arena."""

    python: str
    names: tuple[str, ...]
    """The project's own packages and modules, found to be imported from the arena."""
    packages: tuple[str, ...]
    """Folders of the target's installed packages: reading there tells nothing of the bug."""
    copies: tuple[str, ...] = ()
    """Installed copies of the project, which are not imported: they hold the code without the bug."""


def make_environment(arena: Path, place: Path, around: RunContext) -> Environment:
    """Make the environment of an arena.

    Args:
        arena: the copy in which the drill is played.
        place: where the environment is made; its folder exists.
        around: the checkout, from which nothing may be imported, its interpreter, and the environment of its runs.

    Raises:
        ScratchError: it could not be made.
        TargetError: the project would be imported from elsewhere all the same.

    """
    root, interpreter, env, start = around.root, around.interpreter, around.env, arena / around.project
    own = clean_environment(env)
    sites = packages_of(interpreter.path, own)
    roots = tuple(str(arena / each) for each in import_roots(root, interpreter, env))
    python = _made(place, interpreter, own)
    site = next(iter(sorted(place.glob("lib/python*/site-packages"))), None)
    if site is None:
        raise ScratchError("the arena's environment could not be made", why="it has no site-packages")
    own_place = Path(interpreter.path).parent.parent
    told = tuple((each, _leading_to(Path(each), root, own_place)) for each in sites)
    write_private(site / "coach_sites.py", _SITES.format(first=roots, sites=told).encode())
    write_private(site / "coach_sites.pth", b"import coach_sites\n")
    _write_pytest(place, python)
    names = own_names(arena, (*roots, str(start)))
    proven = _proven(python, names, arena, start, moved_paths(own, root, arena))
    return Environment(python, proven, sites, _installed_copies(sites, proven, root))


def _made(place: Path, interpreter: Interpreter, env: Mapping[str, str]) -> str:
    said_by([interpreter.path, "-m", "venv", "--without-pip", str(place)], place.parent, env, _VENV_SECONDS)
    python = place / "bin" / "python"
    if not is_file(python):
        raise ScratchError(
            "the arena's environment could not be made",
            why=f"{interpreter.path} -m venv failed",
            do="try it by hand: the module venv may be a package of its own",
        )
    return str(python)


def _write_pytest(place: Path, python: str) -> None:
    """Give the arena the program ``pytest``: that of the target's environment would start another interpreter."""
    program = place / "bin" / "pytest"
    write_private(program, _PYTEST.format(python=python).encode())
    program.chmod(0o700)


def _leading_to(folder: Path, root: Path, environment: Path) -> tuple[str, ...]:
    """Return the ``.pth`` files of a folder of packages that lead to the checkout, themselves or by a finder they start.

    An environment may lie in the checkout: what leads to its own folders does not lead to the project.
    """
    found = []
    for path in sorted(folder.glob("*.pth")):
        text = _text(path)
        finders = [folder / f"{word.split('.')[0]}.py" for word in _imported(text)]
        texts = [text, *map(_text, filter(is_file, finders))]
        if any(_mentions(_without(each, environment), root) for each in texts):
            found.append(path.name)
    return tuple(found)


def _without(text: str, place: Path) -> str:
    for each in (str(place), os.path.realpath(place)):
        text = text.replace(f"{each}/", "")
    return text


def _imported(text: str) -> list[str]:
    lines = (line.replace(";", " ").split() for line in text.splitlines() if line.startswith("import "))
    return [words[1].rstrip(",") for words in lines if len(words) > 1]


def _text(path: Path) -> str:
    try:
        return read_head(path, _MAX_PTH).decode("utf-8", "replace")
    except OSError:
        return ""


def _mentions(text: str, root: Path) -> bool:
    return any(place in text for place in {str(root), os.path.realpath(root)})


def own_names(arena: Path, roots: Sequence[str]) -> tuple[str, ...]:
    """Return the packages and modules that the project's import roots hold, without tests; also below ``src``."""
    found: dict[str, None] = {}
    for root in dict.fromkeys((*map(Path, roots), arena, arena / "src")):
        for each in sorted(root.iterdir()) if is_folder(root) else ():
            is_package = is_file(each / "__init__.py") and each.name not in _NO_CODE
            is_module = each.suffix == ".py" and each.name not in _NO_PACKAGES and is_file(each)
            name = each.name.removesuffix(".py")
            is_test = is_test_path(each.relative_to(arena).as_posix() + ("/x" if is_package else ""))
            if (is_package or is_module) and name.isidentifier() and not is_test:
                found[name] = None
    return tuple(found)


def _proven(
    python: str, names: tuple[str, ...], arena: Path, start: Path, env: Mapping[str, str]
) -> tuple[str, ...]:
    """Ask from where each name would be imported, started as tests are. Raises TargetError for one from elsewhere."""
    found = imported_from(python, names, start, env)
    real = os.path.realpath(arena)
    for name, places in found.items():
        outside = [each for each in places if not os.path.realpath(each).startswith(real + os.sep)]
        if outside:
            raise TargetError(
                f"in the arena {name} would be imported from {outside[0]}",
                why="an installed copy of the project is in front of the arena: tests would run it, without the bug",
                do=f"pip uninstall {name} there, or install the project with pip install -e; or name another python",
            )
    return tuple(found)


def imported_from(
    python: str, names: Sequence[str], start: Path, env: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return from which files and folders modules would be imported; a name that would not be imported is left out."""
    said = said_by([python, "-c", _ORIGINS, *names], start, env, _ASK_SECONDS)
    try:
        told: Any = json.loads(said.strip().rpartition("\n")[2])
    except ValueError:
        raise TargetError(
            "the arena's interpreter does not say from where it imports", why=said[:200]
        ) from None
    return {str(name): [each for each in places if os.sep in each] for name, places in told.items()}


def _installed_copies(sites: Sequence[str], names: Sequence[str], root: Path) -> tuple[str, ...]:
    """Return the places of installed packages where a copy of the project lies; a link to the checkout is none."""
    places = (Path(site) / each for site in sites for name in names for each in (name, f"{name}.py"))
    real = os.path.realpath(root)
    return tuple(
        str(each)
        for each in places
        if os.path.lexists(each) and not os.path.realpath(each).startswith(real + os.sep)
    )
