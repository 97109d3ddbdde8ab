"""Trees of drills in the private repository: kept by a name as long as their set is."""

import contextlib
from collections.abc import Iterable

from coach.core.drill.drill import DrillSet
from coach.engine.trees.git import Git
from coach.engine.trees.tree_store import TreeStore
from coach.errors import StoreError

_PREFIX = "refs/drills"


def keep_trees(trees: TreeStore, made: DrillSet) -> None:
    """Keep all trees of a set, whatever git cleans up. Raises StoreError."""
    wanted = dict.fromkeys(tree for each in made.drills for tree in (each.right, each.wrong))
    lines = (f"update {_PREFIX}/{made.name}/{tree} {tree}\n" for tree in wanted)
    _update(trees.git, lines)


def forget_trees(trees: TreeStore, name: str) -> None:
    """Let the trees of a set go; a repository that is gone holds none."""
    with contextlib.suppress(StoreError):
        refs = trees.git.run("for-each-ref", "--format=%(refname)", f"{_PREFIX}/{name}/").decode().split()
        _update(trees.git, (f"delete {each}\n" for each in refs))


def _update(git: Git, lines: Iterable[str]) -> None:
    if text := "".join(lines):
        git.run("update-ref", "--stdin", stdin=text.encode())
