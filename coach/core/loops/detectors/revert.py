"""Revert: the files are back at an earlier state that failed, and what lay between is lost unless it is written down."""

from collections.abc import Sequence

from coach.core.loops.analysis.syntax import is_test_path
from coach.core.loops.detection import Detection, Level, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.history import History, Trial


def seen(history: History) -> Detection | None:
    """Look for the tree, or every source file just edited, at an earlier failing state, with failing patches between.

    Undoing a look (prints), a branch switch and coach's own restore are no reverts. A tree that answers differently
    than it did then is a flake, not a revert. Going back to where the session began is worth a note only: whoever starts
    again goes back there. So is coming back from there: that compared two states.
    """
    now = history.now
    if now is None or not now.is_red or not now.is_patch or now.is_rerun:
        return None
    whole = _same_tree(history, now)
    if whole is None:
        return _same_files(history, now)
    between = _between(history, whole, now)
    if between and all(history.is_base(each.tree) for each in between):
        return _compared(now, whole, between)
    return _detection(
        history, whole, "the whole tree", "The files are back", is_pure=not history.is_base(now.tree)
    )


def _between(history: History, then: Trial, now: Trial) -> list[Trial]:
    return [each for each in history.trials if then.run < each.run < now.run and each.outcome != "unclear"]


def _compared(now: Trial, then: Trial, between: Sequence[Trial]) -> Detection:
    """Say what a look at the beginning showed: the failures that were there already."""
    old = frozenset.intersection(*(each.tests for each in between)) & now.tests
    runs = numbers(tuple(each.run for each in between))
    what = "the failure is old" if old == now.tests else f"{len(old)} of {len(now.tests)} failures are old"
    return DETECTOR.detection(
        level="note",
        evidence=(then.run, *(each.run for each in between), now.run),
        place="the whole tree",
        sentence=f"Compared with the beginning in {runs}: {what if old else 'the failure is new'}.",
        move="Write down which failures were there before.",
    )


def _same_tree(history: History, now: Trial) -> Trial | None:
    for trial in reversed(history.trials[:-1]):
        if trial.tree == now.tree and now.tree and trial.outcome != "unclear":
            return trial if trial.is_red and trial.strict == now.strict else None
    return None


def _same_files(history: History, now: Trial) -> Detection | None:
    assert now.attempt is not None
    changed = {path: after for path, (_, after) in now.files.items() if after and not is_test_path(path)}
    back: dict[str, Trial] = {}
    for path, blob in changed.items():
        then = _when_it_was(history, path, blob)
        if then is not None and then.is_red and then.strict == now.strict:
            back[path] = then
    if not back:
        return None
    then = min(back.values(), key=lambda each: each.run)
    paths = sorted(back)
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    verb = "are" if more else "is"
    is_pure = len(back) == len(changed) and not now.attempt.changes.left_out
    return _detection(history, then, ", ".join(paths), f"{paths[0]}{more} {verb} back", is_pure=is_pure)


def _when_it_was(history: History, path: str, blob: str) -> Trial | None:
    """Return the newest earlier trial whose copy of a file was what it is again; edits are followed backwards."""
    content = ""
    for trial in reversed(history.trials[:-1]):
        if content == blob:
            return trial
        edit = trial.files.get(path)
        if edit is not None:
            content = edit[0]
    return None


def _detection(history: History, then: Trial, place: str, what: str, *, is_pure: bool) -> Detection | None:
    now = history.now
    assert now is not None
    between = [each for each in history.trials if then.run < each.run < now.run]
    tried = [
        each for each in between if each.is_red and each.is_patch and (now.is_broken or not each.is_broken)
    ]
    if not tried:
        return None
    marks = now.marks.union(*(each.marks for each in between))
    written = bool(marks & {"note", "learnt"})
    level: Level = "note" if written or not is_pure else "banner"
    runs = tuple(each.run for each in tried)
    move = (
        "What it taught is written down."
        if written
        else f"Write down what {numbers(runs)} showed, so that nobody tries it again."
    )
    return DETECTOR.detection(
        level=level,
        evidence=(then.run, *runs, now.run),
        place=place,
        sentence=f"{what} as in #{then.run}, which failed the same way; {numbers(runs)} lay between.",
        move=move,
        restore_run=0,
    )


DETECTOR = Detector(
    name="revert",
    rule=2,
    seen=seen,
    notices="the files are back at an earlier state that failed, and what lay between is lost unless it is written down.",
    action="note",
    step="hypothesize",
    answers=("note",),
    ended_by=frozenset({"note"}),
)
