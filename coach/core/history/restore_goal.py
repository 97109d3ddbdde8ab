"""Which files a restore puts back, and which of them differ: known before it happens, from the trees of the runs."""

from dataclasses import dataclass

from coach.core.history.best_files import best_files, last_honest_pass
from coach.core.runs.run import Run
from coach.core.session.state import SessionState


@dataclass(frozen=True, slots=True)
class Goal:
    """The files of run ``run``, or (run 0) of ``tree``: what the newest restore replaced."""

    run: int = 0
    tree: str = ""


def goal(state: SessionState) -> Goal | None:
    """Return what restoring means now: to finish one that was interrupted, the last good files of a loop, an undo, the last pass.

    Where nothing passed yet, the files with the fewest failing tests and no weakened one.
    """
    if state.restoring and state.restoring.is_interrupted:
        return Goal(tree=state.restoring.tree)
    loop = state.standing_loop
    if loop and (tree := _tree_of(state, loop.restore_run)):
        return Goal(_later_pass(state, _newest_with(state, tree) or loop.restore_run))
    if undo := _undo(state):
        return undo
    passed, last = last_honest_pass(state), state.last_run
    if passed is None or last is None or not _tree_of(state, passed.number):
        best = best_files(state)
        return Goal(best.number) if best else None
    return Goal(passed.number) if _edited_since(state, passed) else None


def better_way(state: SessionState) -> Goal | None:
    """Return the way to the best recorded files, where that is another one than what restoring means now."""
    best, usual = best_files(state), goal(state)
    if best is None or (usual and _tree_of(state, best.number) == (usual.tree or _tree_of(state, usual.run))):
        return None
    return Goal(best.number)


def files_to_change(state: SessionState, wanted: Goal) -> tuple[str, ...]:
    """Return the files that differ between the checkout and the wanted files, in order.

    The differences of the trees between the runs are put together: a file that is back at its content is none. Files
    saved since the last reading, between runs of which nothing was read, and beside a renaming (it names only the new
    place) may differ and are named too.
    """
    if not wanted.run:
        return state.restoring.paths if state.restoring else _undone(state)
    was: dict[str, str] = {}
    now: dict[str, str] = {}
    unread: list[str] = []
    at, since = _tree_of(state, wanted.run), wanted.run
    for attempt in state.attempts:
        if attempt.run <= wanted.run or attempt.base_run < since:
            continue
        if attempt.changes.base != at:
            unread += _saved(state, since, attempt.base_run)
        for file in attempt.changes.files:
            was.setdefault(file.path, file.before)
            now[file.path] = file.after
            if not (file.before or file.after):
                unread += [file.path, *_saved(state, attempt.base_run, attempt.run)]
        at, since = attempt.changes.tree, attempt.run
    unread += _saved(state, since)
    moved = [path for path in was if was[path] != now[path]]
    return tuple(sorted({*moved, *unread}))


def _undone(state: SessionState) -> tuple[str, ...]:
    if not state.restores:
        return ()
    newest = state.restores[-1]
    return tuple(sorted({*newest.paths, *_saved(state, newest.after_run)}))


def _saved(state: SessionState, since: int, until: int | None = None) -> list[str]:
    """Return the files saved after a run, and before another one ended."""
    return [
        path
        for edit in state.edits
        if edit.after_run >= since and (until is None or edit.after_run < until)
        for path in edit.paths
    ]


def _undo(state: SessionState) -> Goal | None:
    """Return the way back from the newest restore, until somebody edits on from it."""
    if not state.restores or not state.restores[-1].before:
        return None
    restore = state.restores[-1]
    went_on = any(each.run > restore.after_run and each.is_edit for each in state.attempts)
    return None if went_on else Goal(tree=restore.before)


def _tree_of(state: SessionState, number: int) -> str:
    run = state.run(number) if number else None
    return run.report.tree if run and run.report else ""


def _newest_with(state: SessionState, tree: str) -> int:
    """Return the latest run of a tree: of several with the same files, people remember that one."""
    runs = state.newest_target_runs()
    return next((run.number for run in runs if run.report and run.report.tree == tree), 0)


def _later_pass(state: SessionState, found: int) -> int:
    """Files that passed after those are better ones."""
    passed = last_honest_pass(state)
    return passed.number if passed and passed.number > found and _tree_of(state, passed.number) else found


def _edited_since(state: SessionState, passed: Run) -> bool:
    tree = _tree_of(state, passed.number)
    last = next((run for run in state.newest_target_runs() if run.report and run.report.tree), None)
    is_other = bool(last and last.report and last.report.tree != tree)
    return is_other or any(edit.after_run >= passed.number for edit in state.edits)
