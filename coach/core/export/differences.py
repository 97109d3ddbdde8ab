"""What changed: since the last pass for who looks for the cause, the whole fix hunk by hunk for who reviews it."""

from collections.abc import Iterator, Sequence

from coach.core.base.test_id import TestId
from coach.core.export.blocks import Block, Drop
from coach.core.export.budget import cut
from coach.core.export.purpose import Purpose
from coach.core.export.quoting import Cleaner
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.changes import FileChange, Hunk
from coach.core.session.state import SessionState

MAX_TOKENS = 700
"""Of the difference since the last pass; a review has it whole."""


def changes_blocks(state: SessionState, purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Show what changed around the project, then the hunks: those of a fix each for itself, so that none goes unnamed."""
    around = Block(clean.line(state.changed_around, 400), "installed versions and variables", "repository")
    if purpose == "review":
        return (around, *_reviewed(state, clean))
    changes = state.changes
    files = [each for each in changes.files if not _is_told(each, state)] if changes else []
    if changes is None or not files:
        return (around,)
    last_edit = {path: edit.at for edit in state.edits for path in edit.paths}
    newest_first = sorted(files, key=lambda each: (-last_edit.get(each.path, 0.0), each.path))
    parts = [diff_of(each) for each in newest_first]
    if changes.left_out:
        parts.append(f"… {changes.left_out} more files with large differences …")
    text = clean.text("\n".join(parts))
    since = f"git, since {clean.line(changes.label or 'the last pass', 80)}"
    return (around, _diff(cut(text, MAX_TOKENS), since, Drop.DIFF_TAIL, "the diff's tail"))


def _is_told(file: FileChange, state: SessionState) -> bool:
    """Whether it is the failing test's own file: the test stands in full above."""
    return (
        is_test_path(file.path)
        and file.path == (state.pin.test if state.pin else TestId(state.target.label)).file
    )


def _diff(text: str, source: str, drop: Drop, what: str) -> Block:
    return Block(text, source, "repository", drop, what, "diff", is_joined=True)


def diff_of(file: FileChange) -> str:
    """Return the difference of a file as text."""
    return "\n".join([f"--- {file.path} ({file.change})", *(_hunk(hunk) for hunk in file.hunks)])


def _hunk(hunk: Hunk) -> str:
    place = f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@ {hunk.heading}"
    return f"{place.rstrip()}\n{hunk.text}"


def _reviewed(state: SessionState, clean: Cleaner) -> Iterator[Block]:
    """Yield the fix, a block for each hunk; what does not fit is named at the top of the export."""
    since, files, left_out = _fix(state)
    source = f"git, since {clean.line(since, 80)}"
    if left_out:
        said = f"Not kept, because their differences are large: {left_out} files. Read them in the project."
        yield Block(said, what="files with large differences")
    for file in files:
        path = clean.line(file.path, 160)
        if not file.hunks:
            yield _diff(clean.text(diff_of(file)), source, Drop.REVIEWED, f"the change of {path}")
        for hunk in file.hunks:
            one = file.model_copy(update={"hunks": (hunk,)})
            what = f"hunk -{hunk.old_start} +{hunk.new_start} of {path}"
            yield _diff(clean.text(diff_of(one)), source, Drop.REVIEWED, what)


def _fix(state: SessionState) -> tuple[str, Sequence[FileChange], int]:
    """Return since when the fix is told, its files, and how many are too large to be kept.

    The difference of the newest run, when one was read; else the edits since the failure was first seen, one after the other.
    """
    changes, newest = state.changes, state.last_target_run
    tree = newest.report.tree if newest and newest.report else ""
    first = state.reference.run if state.reference else 0
    edits = [each for each in state.attempts if each.is_edit and each.run > first]
    if changes and (changes.tree == tree or not edits):
        return changes.label or "the last pass", changes.files, changes.left_out
    files = [file for each in edits for file in each.changes.files]
    return f"run #{first}, edit by edit", files, sum(each.changes.left_out for each in edits)
