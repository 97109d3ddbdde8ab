"""The recorded files that failed least, with the tests as strict as they were."""

from collections.abc import Iterator

from coach.core.runs.run import Run
from coach.core.session.state import SessionState


def best_files(state: SessionState) -> Run | None:
    """Return the run to go back to: fewest failing tests, and no test weakened; of several the newest.

    None when nothing recorded is better than the files of the newest run: that fails as little, with its tests whole.
    """
    last = state.last_target_run
    if last is None:
        return None
    weakened = tuple(_weakened(state))
    counted = (
        run
        for run in state.newest_target_runs()
        if _tree(run) and not run.is_stale and _is_counted(run) and not _is_in(run.number, weakened)
    )
    best = min(counted, key=lambda run: len(run.failing), default=None)
    if best is None or _tree(best) == _tree(last):
        return None
    is_better = len(best.failing) < len(last.failing) or not _is_counted(last)
    return best if is_better or _is_in(last.number, weakened) else None


def last_honest_pass(state: SessionState) -> Run | None:
    """Return the newest run that passed, and on which gates may rest, with no test weakened before it."""
    passed = state.last_pass
    weakened = tuple(_weakened(state))
    if passed is None or not _is_in(passed.number, weakened):
        return passed
    found = (run for run in state.newest_target_runs() if run.is_evidence and _is_counted(run))
    return next((run for run in found if not run.failing and not _is_in(run.number, weakened)), None)


def _weakened(state: SessionState) -> Iterator[tuple[int, int]]:
    """Yield the first and the last run of each stretch with weaker tests; the last one is 0 while it goes on."""
    for loop in (each.loop for each in state.notices):
        is_meant = any((each.pattern, each.place) == (loop.pattern, loop.place) for each in state.dismissals)
        if loop.pattern != "tamper" or loop.level == "note" or is_meant:
            continue
        before = {_tree(run) for run in state.runs if run.number < loop.run}
        ends = (
            each.after_run for each in state.restores if each.after_run >= loop.run and each.tree in before
        )
        yield loop.run, next(ends, 0)


def _is_in(number: int, stretches: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= number and (not last or number <= last) for first, last in stretches)


def _is_counted(run: Run) -> bool:
    """Whether its failing tests are all that fail: a run that could not collect, or was stopped, failed fewer than there are."""
    return run.judged is not None and run.judged.outcome in {"PASS", "FAIL"}


def _tree(run: Run) -> str:
    return run.report.tree if run.report else ""
