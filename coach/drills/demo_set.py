"""The set ``demo``: drills of coach's own demo project, so that a drill can be tried without a project and an assistant."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from coach.core.drill.drill import Cause, Difficulty, Drill, DrillSet, Noticed
from coach.demo.drills import DEMO_BUGS, DemoBug
from coach.demo.project import make_demo, solution
from coach.drills.kept import keep_set, read_set, set_folder, set_names
from coach.engine.trees.tree_store import TreeStore
from coach.regular_files import read_bytes
from coach.store.paths import make_private, project_home

DEMO = "demo"
MAX_BYTES = 100_000
"""Of a file of the shop."""


def read_set_or_demo(name: str) -> DrillSet:
    """Read a set; ``demo`` is made when nobody made a set of that name. Raises UsageError, CoachError."""
    if name == DEMO and name not in set_names():
        make_demo_set(set_folder(DEMO) / "shop")
    return read_set(name)


def make_demo_set(project: Path) -> DrillSet:
    """Make the shop without its bug in a new folder, and the set of its drills.

    Raises:
        StoreError: nothing can be written there.
        FileExistsError: there is something in the folder.

    """
    make_private(project.parent)
    make_demo(project)
    path, wrong, right = solution()
    _edit(project / path, wrong, right)
    trees = TreeStore(project, project_home(project))
    sound = trees.record()
    drills = tuple(_drill(number, bug, project, trees, sound) for number, bug in enumerate(DEMO_BUGS, 1))
    made = DrillSet(
        name=DEMO,
        root=str(project),
        python=sys.executable,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        drills=drills,
    )
    keep_set(made)
    return made


def _drill(number: int, bug: DemoBug, project: Path, trees: TreeStore, sound: str) -> Drill:
    file = project / bug.path
    line = _text(file).partition(bug.old)[0].count("\n") + 1
    _edit(file, bug.old, bug.new)
    wrong = trees.record()
    _edit(file, bug.new, bug.old)
    return Drill(
        number=number,
        source="planted",
        kind=bug.kind,
        right=sound,
        wrong=wrong,
        causes=(Cause(path=bug.path, function=bug.function, lines=(line,)),),
        noticed=tuple(
            Noticed(test=test, exception=exception, path=path) for test, exception, path in bug.noticed
        ),
        difficulty=Difficulty(distance=bug.distance, tests=len(bug.noticed), rank=bug.rank),
    )


def _edit(file: Path, old: str, new: str) -> None:
    text = _text(file)
    assert text.count(old) == 1, f"{old} stands not once in {file.name}"
    file.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def _text(file: Path) -> str:
    return read_bytes(file, MAX_BYTES).decode()
