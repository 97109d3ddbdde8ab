"""Take a commit back on top of the work tree of now, as a tree that never was: what proves that the failure came with it.

The tests of now stay: they ask the question. A file that nobody changed since becomes the old one; of one that was changed
since, the commit's part is taken out: by a merge of three sides, or line by line where nobody touched the commit's own lines.
What does neither is a conflict, never a guess. Conflicts only in files that the test is not seen to load stay as they are, and
are named: what the test says without the rest is an answer all the same.
"""

from dataclasses import dataclass, replace

from coach.core.search.taken_back import TakenBack
from coach.engine.search.kinds.task import Task
from coach.engine.trees.checkout import CONFIG_FILES
from coach.engine.trees.commit_sides import CommitSides


@dataclass(frozen=True, slots=True)
class WithoutCommit:
    """The work tree without a commit: the tree, or the files in conflict; neither where none of the commit is left."""

    tree: str = ""
    conflicts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Files in conflict that the tree holds as they are."""


def taking_back(task: Task, commit: str, parent: str) -> TakenBack:
    """Return what the test says without the commit, judged alone. Raises CoachError where git cannot say. Raises Stopped."""
    without = without_commit(task, commit, parent)
    if without.conflicts:
        return TakenBack(how="conflict", conflicts=without.conflicts)
    if not without.tree:
        return TakenBack(how="nothing")
    probe = replace(
        task.probe(without.tree, f"now, without {commit[:8]}", is_mixed=True),
        grain="exception",  # code that was never together fails in ways of its own
    )
    outcome, left_out = task.settled(probe), without.left_out
    if outcome == "UNRESOLVED":
        return TakenBack(how="unresolved", why=task.driver.reason(probe), left_out=left_out)
    if outcome == "FAIL":
        return TakenBack(how="red", left_out=left_out)
    is_red = task.request.red_tree == task.now or task.settled(task.probe(task.now, "now, with it")) == "FAIL"
    return TakenBack(how="green" if is_red else "not red", left_out=left_out)


def without_commit(task: Task, commit: str, parent: str) -> WithoutCommit:
    """Compose the work tree of now without what a commit changed in code."""
    sides = CommitSides.of(task.composer, task.trees.beside, task.now, commit, parent)
    files, conflicts = sides.merged(without=task.test_files())
    loaded = _loaded(task)
    if conflicts and (not files or not loaded or not loaded.isdisjoint(conflicts)):
        return WithoutCommit(conflicts=conflicts)
    return WithoutCommit(task.composer.compose(task.now, files) if files else "", left_out=conflicts)


def _loaded(task: Task) -> frozenset[str]:
    """Return the files that runs opened or imported, and those that decide how tests run; nothing where that is not known."""
    used = task.trees.used if task.request.target.can("trace") else ()
    return CONFIG_FILES.union(used) if used else frozenset()
