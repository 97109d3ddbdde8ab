"""The trees of one play: what whoever plays is given, and what is in a folder when it is over."""

import os
import stat
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.drill.drill import Drill
from coach.core.drill.held_tests import without_tests
from coach.engine.copies.complete import LARGEST_RECORDED
from coach.engine.drill.words_of_fix import texts_without
from coach.engine.process import scratch
from coach.engine.trees.compose import Composer
from coach.engine.trees.git import Git, names
from coach.engine.trees.tree_files import Entry
from coach.engine.trees.tree_store import TreeStore
from coach.errors import ScratchError
from coach.regular_files import read_bytes

LINK, PLAIN, PROGRAM = "120000", "100644", "100755"


def given_tree(drill: Drill, composer: Composer) -> str:
    """Return the tree that whoever plays is given: with the bug, without the held tests and what texts say of the fix.

    Raises:
        ScratchError: a test that is to be held cannot be taken out of its file.

    """
    entries = composer.entries(drill.wrong)
    held: dict[str, set[tuple[str, ...]]] = {}
    for test in drill.held:
        held.setdefault(test.file, set()).add(test.names)
    files = texts_without(drill, composer)
    for path, tests in held.items():
        if path not in entries:
            raise _not_held(TestId(path), "there is no such file")
        text = composer.content(entries[path].blob)
        try:  # latin-1 keeps every byte, and Python's own words are ASCII
            kept = without_tests(text.decode("latin-1"), tests)
        except ValueError as error:
            raise _not_held(TestId(path), str(error)) from error
        files[path] = Entry(entries[path].mode, composer.store(kept.encode("latin-1")))
    return composer.compose(drill.wrong, files)


def _not_held(test: TestId, why: str) -> ScratchError:
    return ScratchError(f"a test of {test} cannot be kept out of the arena", why=why)


def tree_in(folder: Path, given: str, trees: TreeStore, composer: Composer) -> str:
    """Return what is in a folder as a tree, without what its ``.gitignore`` names.

    Args:
        folder: where somebody played. Its own ``.git`` is not asked: it may have been changed.
        given: the tree that it was made from.
        trees: the store of the project.
        composer: what composes trees in that store.

    Raises:
        StoreError: the folder cannot be listed.
        OSError: a file cannot be read.

    """
    before = composer.entries(given)
    listed = dict.fromkeys(_listed(folder, given, trees))
    now = {path: _entry(folder / path, before.get(path), composer) for path in listed}
    differing = {path: entry for path, entry in now.items() if entry != before.get(path)}
    gone = {path: None for path, entry in before.items() if path not in listed and entry.mode != "160000"}
    return composer.compose(given, differing | gone)


def _listed(folder: Path, given: str, trees: TreeStore) -> list[str]:
    with scratch.scratch_folder(trees.scratch) as place:
        own = {"GIT_INDEX_FILE": str(place / "index"), "GIT_WORK_TREE": str(folder)}
        git = Git(folder, {**trees.git.variables, **own}, timeout=120)
        git.run("read-tree", trees.tree_of(given))
        return names(git.run("ls-files", "-c", "-o", "--exclude-standard", "-z"))


def _entry(place: Path, before: Entry | None, composer: Composer) -> Entry | None:
    """Return a file as it is now; None where there is none, as before where it is too large to be code."""
    try:
        seen = place.lstat()
    except OSError:
        return before if before and before.mode == "160000" else None
    if stat.S_ISLNK(seen.st_mode):
        return Entry(LINK, composer.store(os.fsencode(place.readlink())))
    if not stat.S_ISREG(seen.st_mode):
        return before if before and before.mode == "160000" else None
    if seen.st_size > LARGEST_RECORDED:
        return before
    mode = PROGRAM if seen.st_mode & stat.S_IXUSR else PLAIN
    return Entry(mode, composer.store(read_bytes(place, LARGEST_RECORDED)))
