"""Sets of drills and what came of them, as they lie in the state directory.

<state>/drills/<set>/set.json        the set: it tells the answers, so arenas lie elsewhere
<state>/drills/<set>/results.jsonl   one line a session that played one of its drills
<state>/arenas/<letters and digits>/<project>/   one copy in which a drill is played
"""

import json
import re
import shutil
from pathlib import Path

import jsonlines
from pydantic import ValidationError

from coach.core.drill.drill import Drill, DrillSet
from coach.core.drill.score import DrillResult
from coach.engine.process.scratch import is_in_use
from coach.errors import CoachError, UsageError
from coach.regular_files import read_head
from coach.store.artefacts import write_whole
from coach.store.paths import arenas_folder as arenas_folder  # noqa: PLC0414 - sets and arenas are found from here
from coach.store.paths import make_private, state_home

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
MAX_BYTES = 64_000_000
"""Of a set: beyond that it was not written by coach."""


def drills_folder() -> Path:
    return state_home() / "drills"


def set_folder(name: str) -> Path:
    """Return the folder of a set; not created here. Raises UsageError for what is no name of one."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name[:40]!r} is no name of a set of drills", do="use small letters, digits, dots and dashes"
        )
    return drills_folder() / name


def keep_set(made: DrillSet) -> None:
    """Write a set, whole or not at all."""
    folder = make_private(set_folder(made.name))
    write_whole(folder / "set.json", made.model_dump_json(indent=1).encode())


def read_set(name: str) -> DrillSet:
    """Read a set. Raises UsageError where there is none, CoachError where it cannot be read."""
    file = set_folder(name) / "set.json"
    try:
        return DrillSet.model_validate_json(read_head(file, MAX_BYTES))
    except FileNotFoundError:
        known = ", ".join(set_names()) or "none yet"
        raise UsageError(
            f"no set of drills is called {name}", why=f"there are: {known}", do="make one: coach drill new"
        ) from None
    except (OSError, ValidationError) as error:
        raise CoachError(
            f"{file} cannot be read", why=str(error).splitlines()[0], do="make it anew: coach drill new"
        ) from error


def set_names() -> tuple[str, ...]:
    try:
        return tuple(sorted(each.name for each in drills_folder().iterdir() if (each / "set.json").is_file()))
    except OSError:
        return ()


def add_result(result: DrillResult) -> None:
    file = make_private(set_folder(result.set)) / "results.jsonl"
    file.touch(mode=0o600)
    with jsonlines.open(file, "a", flush=True) as lines:
        lines.write(json.loads(result.model_dump_json()))


def results_of(name: str) -> tuple[DrillResult, ...]:
    """Return what came of the drills of a set, the oldest first; a damaged line is left out."""
    try:
        text = read_head(set_folder(name) / "results.jsonl", MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ()
    found = []
    for line in text.splitlines():
        try:
            found.append(DrillResult.model_validate_json(line))
        except ValidationError:
            continue
    return tuple(found)


def remove_arenas() -> tuple[int, int]:
    """Remove all arenas in which nobody plays; returns how many, and how many are left."""
    try:
        arenas = [each for each in arenas_folder().iterdir() if each.is_dir() and not each.is_symlink()]
    except OSError:
        return 0, 0
    removed = sum(map(_removed, arenas))
    return removed, len(arenas) - removed


def _removed(arena: Path) -> bool:
    if is_in_use(arena):
        return False
    shutil.rmtree(arena, ignore_errors=True)
    return not arena.exists()


def drill_of(made: DrillSet, number: int | str) -> Drill:
    """Return a drill of a set. Raises UsageError for a number that it has not."""
    found = next((each for each in made.drills if str(each.number) == str(number)), None)
    if found is None:
        known = ", ".join(str(each.number) for each in made.drills) or "none"
        what = f"{made.name} has no drill {str(number)[:20]}"
        raise UsageError(what, why=f"there are: {known}", do="see coach drill show")
    return found


def remove_set(name: str) -> None:
    shutil.rmtree(set_folder(name))
