"""Spread: the edits leave the place where the failure can be, and the target stays red."""

from coach.core.base.test_id import FunctionId
from coach.core.loops.analysis.edit_kind import is_prose
from coach.core.loops.analysis.syntax import MODULE, is_test_path
from coach.core.loops.detection import Detection, Level, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.history import History, Trial
from coach.core.runs.changes import FileChange
from coach.core.spec.spec import is_outside, matches


def seen(history: History) -> Detection | None:
    """Look for an attempt outside the spec's scope, or, without a scope, one that only touched what the test never runs.

    A breach of the scope is certain: a banner at once when all of the attempt is outside. Code that was not run may
    still be meant for later: a note first, a banner at the second such attempt in a row.
    """
    now = history.now
    if now is None or not now.is_red or not now.is_patch or now.attempt is None:
        return None
    if breach := _breach(history, now):
        return breach
    return None if history.scope else _beside(history, now)


def _breach(history: History, now: Trial) -> Detection | None:
    changed = _sources(now)
    forbidden = _protected(history, now)
    if forbidden:
        return _detection((now,), forbidden[0], "banner", f"{_named(forbidden)} is protected")
    outside = [each.path for each in changed if is_outside(each.path, history.scope, ())]
    if not outside:
        return None
    level: Level = "banner" if len(outside) == len(changed) else "note"
    return _detection((now,), outside[0], level, f"{_named(outside)} is outside the scope of the fix")


def _protected(history: History, now: Trial) -> list[str]:
    """Return protected files that were changed: there tests and prose count as well."""
    files = now.attempt.changes.files if now.attempt else ()
    return [each.path for each in files if matches(each.path, history.protected)]


def _beside(history: History, now: Trial) -> Detection | None:
    """Say it only while the failure stays what it was: where it changes, the edit was run after all."""
    before = history.previous
    if before is None or before.strict != now.strict or now.is_broken or not _is_beside(history, now):
        return None
    row = [now]
    for trial in history.backwards():
        if not trial.is_red or (trial.is_patch and not _is_beside(history, trial)):
            break
        if trial.is_patch:
            row.append(trial)
    row.reverse()
    paths = [each.path for each in _sources(now)]
    level: Level = "banner" if len(row) > 1 else "note"
    return _detection(tuple(row), paths[0], level, f"{_named(paths)} is not run by the failing test")


def _sources(trial: Trial) -> list[FileChange]:
    """Return the changed files a fix consists of: neither tests nor prose. New files are preparation."""
    files = trial.attempt.changes.files if trial.attempt else ()
    return [
        each
        for each in files
        if not is_test_path(each.path) and not is_prose(each.path) and each.change != "added"
    ]


def _is_beside(history: History, trial: Trial) -> bool:
    """Whether everything an attempt changed is known not to be run by the target."""
    changed = _sources(trial)
    return bool(changed) and all(_is_idle(history, trial, each.path) for each in changed)


def _is_idle(history: History, trial: Trial, path: str) -> bool:
    """Whether a file was not imported, or, where the lines of the test were measured, no function changed in it was run."""
    attempt = trial.attempt
    if attempt is None:
        return False
    if path in attempt.unloaded:
        return True
    touched = [each for each in attempt.touched if each.path == path]
    is_measured = bool(history.ran) and history.ran_test in trial.tests
    return is_measured and bool(touched) and not any(_may_run(each, history.ran) for each in touched)


def _may_run(function: FunctionId, ran: frozenset[FunctionId]) -> bool:
    return function.name == MODULE or function in ran


def _named(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} (and {len(paths) - 1} more)"


def _detection(row: tuple[Trial, ...], path: str, level: Level, what: str) -> Detection:
    runs = tuple(each.run for each in row)
    base = row[0].attempt.base_run if row[0].attempt else 0
    said_by = f"edits {numbers(runs)}" if len(runs) > 1 else f"edit {numbers(runs)}"
    return DETECTOR.detection(
        level=level,
        evidence=runs,
        place=path,
        sentence=f"{what}, and it is still red ({said_by}).",
        move="Restore it, or widen the scope and say why.",
        restore_run=base,
    )


DETECTOR = Detector(
    name="spread",
    rule=1,
    seen=seen,
    notices="the edits leave the place where the failure can be, and the target stays red.",
    action="restore",
    step="isolate",
    answers=("restore", "spec"),
    ended_by=frozenset({"spec"}),
)
