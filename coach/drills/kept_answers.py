"""The answers of a set, which lie in the trees of its project: the true fix of a drill; and letting them go."""

from collections.abc import Iterator
from pathlib import Path

from coach.core.drill.drill import Drill, DrillSet
from coach.core.runs.changes import FileChange
from coach.engine.drill.kept_trees import forget_trees
from coach.engine.trees.tree_store import TreeStore, open_trees
from coach.errors import CoachError, StoreError
from coach.store.paths import project_home


def trees_of(made: DrillSet) -> TreeStore:
    """Open the trees of the project that a set was made from. Raises StoreError where they are gone."""
    root = Path(made.root)
    trees, why = open_trees(root, project_home(root)) if root.is_dir() else (None, f"{root} is gone")
    if trees is None:
        raise StoreError(
            f"the trees of {made.name} are gone", why=why, do="make the set anew: coach drill new"
        )
    return trees


def fix_of(made: DrillSet, drill: Drill) -> str:
    """Return the true fix of a drill as a unified diff. Raises StoreError."""
    changes = trees_of(made).changes(drill.wrong, drill.right)
    return "\n".join(line for each in changes.files for line in _as_diff(each))


def _as_diff(file: FileChange) -> Iterator[str]:
    yield from (f"--- {file.path}", f"+++ {file.path}")
    for hunk in file.hunks:
        yield f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@ {hunk.heading}".rstrip()
        yield hunk.text


def forget(made: DrillSet) -> None:
    """Let the trees of a set go; nothing where the project is gone."""
    try:
        forget_trees(trees_of(made), made.name)
    except CoachError:
        return
