"""Which paths git would ignore by the rules of a recorded tree, which need not be those of now.

A tree says nothing of a file that its own rules ignore: that it is not in the tree does not mean that it was not there.
"""

import os
from collections.abc import Collection
from pathlib import Path

from coach.engine.process import scratch
from coach.engine.trees.git import Git, names

_RULES = ".gitignore"


def ignored_in(
    git: Git, prefix: str, place: Path, trees: tuple[str, str], paths: Collection[str]
) -> frozenset[str]:
    """Return those of the paths that the first tree's rules ignore; none where the second tree has the same rules.

    Args:
        git: git on the private repository.
        prefix: the project's folder in its repository, with a final slash; rules above it are those of now.
        place: where disposable folders are made.
        trees: the tree that is asked, and the one that is recorded of now.
        paths: relative to the project.

    """
    rules, others = (_rules(git, tree) for tree in trees)
    if rules == others or not paths:
        return frozenset()
    with scratch.scratch_folder(place) as folder:
        for path, blob in rules.items():
            target = folder / prefix / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(git.run("cat-file", "blob", blob))
        inside = Git(folder, {**git.variables, "GIT_WORK_TREE": str(folder)})
        asked = b"".join(os.fsencode(prefix + path) + b"\0" for path in paths)
        said = names(inside.run("check-ignore", "-z", "--no-index", "--stdin", stdin=asked, accept=(0, 1)))
    return frozenset(path.removeprefix(prefix) for path in said)


def _rules(git: Git, tree: str) -> dict[str, str]:
    found = {}
    for line in git.run("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0"):
        head, _, path = line.partition(b"\t")
        if path.rpartition(b"/")[2] == _RULES.encode() and head.startswith(b"100"):
            found[os.fsdecode(path)] = head.decode().split(" ")[2]
    return found
