"""What ``restore`` asks: which files it puts back, before it happens, and the way back."""

from coach.core.base.formatting import count
from coach.core.history.restore_goal import Goal, files_to_change
from coach.core.session.state import SessionState
from coach.tui.views.key_name import key_of
from coach.tui.views.line import BLANK, Line, elastic, heading, line
from coach.tui.views.run_outcome import pieces_of

MAX_FILES = 30


def confirm_lines(state: SessionState, wanted: Goal) -> tuple[Line, ...]:
    """Name the run, the files that differ, and the way back."""
    run = state.run(wanted.run)
    if run:
        lines = [
            line("The files as they were in ", (f"#{run.number} ", "strong"), *pieces_of(state, run), ".")
        ]
    elif state.restoring and wanted.tree == state.restoring.tree:
        lines = [line((f"{state.restoring.said}. ", "strong"), "This finishes it.")]
    elif state.restoring and wanted.tree == state.restoring.before:
        lines = [line((f"{state.restoring.said}. ", "strong"), "This takes it back.")]
    else:
        lines = [line("The files as they were ", ("before the last restore", "strong"), ".")]
    paths = files_to_change(state, wanted)
    lines += [BLANK, heading("Files that differ", (count(len(paths), "file"), "dim"))]
    lines += [line("  ", elastic(path), fit="cut") for path in paths[:MAX_FILES]]
    if len(paths) > MAX_FILES:
        lines.append(line((f"  … {count(len(paths) - MAX_FILES, 'more file')}", "dim")))
    if not paths:
        lines.append(line(("  none that coach knows of", "dim")))
    undone = line("It can be undone: ", key_of("restore"), " again puts back what is there now.", hang=2)
    held = line(
        ("Files that git ignores, or that coach never recorded, stay as they are and are named.", "dim"),
        hang=2,
    )
    return (*lines, BLANK, undone, held)


def interrupted_lines() -> tuple[Line, ...]:
    """Offer both ways out of a restore that was interrupted, the lines of a ``Chooser``."""
    return _numbered(
        ("finish it: the files as they were asked for", "take it back: the files as they were before it")
    )


def ways_lines(state: SessionState, ways: tuple[Goal, ...]) -> tuple[Line, ...]:
    """Offer the usual files and those that failed least, each with how many tests fail there."""
    usual, *better = ways
    why = "the last good files" if usual.run == state.newest.passed else "where the loop began"
    fewest = (_way(state, each, "the fewest failures, no test weakened") for each in better)
    return _numbered((_way(state, usual, why), *fewest))


def _way(state: SessionState, wanted: Goal, kind: str) -> str:
    run = state.run(wanted.run)
    if run is None:
        return "the files before the last restore"
    failing = count(len(run.failing), "failing test") if run.failing else "passed"
    return f"#{run.number}: {failing}; {kind}"


def _numbered(texts: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple(
        line((f" {number} ", "key"), "  ", elastic(each), hang=5, key=str(number), fit="cut")
        for number, each in enumerate(texts, start=1)
    )
