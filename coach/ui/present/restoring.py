"""Which files ``restore`` puts back, and which of them change: the person sees it before it happens."""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.core import events as ev
from coach.core.session import SessionState
from coach.ui.present.figures import count
from coach.ui.present.line import BLANK, Line, elastic, heading, line, piece
from coach.ui.present.outcome import pieces_of

MOST_FILES = 30


@dataclass(frozen=True, slots=True)
class Goal:
    """The files of run ``run``, or (run 0) of ``tree``: what the newest restore replaced."""

    run: int = 0
    tree: str = ""


def goal(state: SessionState) -> Goal | None:
    """Return what restoring means now: the loop's last good run, else the undo of a restore, else the last pass."""
    loop = state.standing_loop
    if loop and _tree_of(state, loop.restore_run):
        return Goal(loop.restore_run)
    if undo := _undo(state):
        return undo
    passed, last = state.last_pass, state.last_run
    if passed is None or last is None or not _tree_of(state, passed.number):
        return None
    return Goal(passed.number) if _edited_since(state, passed.number) else None


def confirm_lines(state: SessionState, wanted: Goal, records: Sequence[ev.Recorded]) -> tuple[Line, ...]:
    """Name the run, the files that may change, and the way back."""
    run = state.run(wanted.run)
    if run:
        lines = [
            line("The files as they were in ", (f"#{run.number} ", "strong"), *pieces_of(state, run), ".")
        ]
    else:
        lines = [line("The files as they were ", ("before the last restore", "strong"), ".")]
    paths = changed_paths(state, wanted, records)
    lines += [BLANK, heading("Files that may change", (count(len(paths), "file"), "dim"))]
    lines += [line("  ", elastic(path), fit="cut") for path in paths[:MOST_FILES]]
    if len(paths) > MOST_FILES:
        lines.append(line((f"  … {count(len(paths) - MOST_FILES, 'more file')}", "dim")))
    if not paths:
        lines.append(line(("  none that coach saw being edited", "dim")))
    undone = line("It can be undone: ", piece(" z ", "key"), " again puts back what is there now.", hang=2)
    return (*lines, BLANK, undone)


def changed_paths(state: SessionState, wanted: Goal, records: Sequence[ev.Recorded]) -> tuple[str, ...]:
    """Return the files that were edited since, as far as coach saw it, in order."""
    since = wanted.run or (state.restores[-1].after_run if state.restores else 0)
    found = [path for attempt in state.attempts if attempt.run > since for path in attempt.paths]
    found += [path for edit in state.edits if edit.after_run >= since for path in edit.paths]
    if not wanted.run:
        put_back = (each.event for each in reversed(records) if isinstance(each.event, ev.TreeRestored))
        found += next((event.paths for event in put_back), ())
    return tuple(sorted(dict.fromkeys(found)))


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


def _edited_since(state: SessionState, number: int) -> bool:
    tree = _tree_of(state, number)
    last = next((run for run in reversed(state.target_runs) if run.report and run.report.tree), None)
    is_other = bool(last and last.report and last.report.tree != tree)
    return is_other or any(edit.after_run >= number for edit in state.edits)
