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


def choice_lines(state: SessionState) -> tuple[Line, ...]:
    """Offer both ways out of a restore that was interrupted, the lines of a ``Chooser``."""
    assert state.restoring is not None, "offered only then"
    host = ("finish it: the files as they were asked for", "take it back: the files as they were before it")
    return tuple(
        line((f" {number} ", "key"), "  ", elastic(each), hang=5, key=str(number), fit="cut")
        for number, each in enumerate(host, start=1)
    )
