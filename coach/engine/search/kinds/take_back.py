"""Take a commit back on top of the work tree of now, as a tree that never was: what proves that the failure came with it.

The tests of now stay: they ask the question. A file that nobody changed since becomes the old one; of one that was changed
since, the commit's part is taken out by a merge of three sides, and what does not merge is a conflict, never a guess.
"""

from dataclasses import dataclass, replace

from coach.core.search.taken_back import TakenBack
from coach.engine.search.kinds.task import Task
from coach.engine.trees.compose import Composer, Entry

_FILES = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class WithoutCommit:
    """The work tree without a commit: the tree, or the files in conflict; neither where none of the commit is left."""

    tree: str = ""
    conflicts: tuple[str, ...] = ()


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
    outcome = task.settled(probe)
    if outcome == "UNRESOLVED":
        return TakenBack(how="unresolved", why=task.driver.reason(probe))
    if outcome == "FAIL":
        return TakenBack(how="red")
    is_red = task.request.red_tree == task.now or task.settled(task.probe(task.now, "now, with it")) == "FAIL"
    return TakenBack(how="green" if is_red else "not red")


def without_commit(task: Task, commit: str, parent: str) -> WithoutCommit:
    """Compose the work tree of now without what a commit changed in code."""
    composer = task.composer
    after = composer.entries(task.trees.beside(commit, task.now))
    before = composer.entries(task.trees.beside(parent, task.now))
    now, tests = composer.entries(task.now), task.test_files()
    changed = sorted(path for path in after.keys() | before.keys() if after.get(path) != before.get(path))
    files: dict[str, Entry | None] = {}
    conflicts = []
    for path in changed:
        if path in tests or now.get(path) == before.get(path):
            continue
        sides = (now.get(path), after.get(path), before.get(path))
        merged = _merged(composer, *sides)
        if isinstance(merged, _Conflict):
            conflicts.append(path)
        elif merged != now.get(path):
            files[path] = merged
    if conflicts:
        return WithoutCommit(conflicts=tuple(conflicts))
    return WithoutCommit(composer.compose(task.now, files) if files else "")


class _Conflict:
    """The sides do not go together."""


def _merged(
    composer: Composer, now: Entry | None, after: Entry | None, before: Entry | None
) -> Entry | _Conflict | None:
    """Return a file of now without the commit's part."""
    if now == after:
        return before
    if now is None or after is None or before is None:
        return _Conflict()
    if not all(each.mode in _FILES for each in (now, after, before)):
        return _Conflict()  # links and submodules are whole or not at all
    content = composer.merged(now.blob, after.blob, before.blob)
    return _Conflict() if content is None else Entry(now.mode, composer.store(content))
