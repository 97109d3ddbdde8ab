"""What changed between two trees, hunk by hunk; the signs stay, colour only repeats them."""

import re
from collections.abc import Iterable

from coach.core.base.formatting import count
from coach.core.base.text import SafeText, safe
from coach.core.runs.changes import FileChange, Hunk
from coach.core.session.state import SessionState
from coach.tui.views.key_name import key_of
from coach.tui.views.line import BLANK, Line, Piece, Role, elastic, line, linked, pieces
from coach.tui.views.link import Open

_SIGNS: dict[str, Role] = {"+": "good", "-": "bad", "\\": "dim"}
_WRITTEN_BY_TOOLS = re.compile(
    r"(?:^|/)(?:(?:[^/]+\.(?:egg|dist)-info|__pycache__|node_modules)/|package-lock\.json$|[^/]+\.lock$)"
)
"""Files that no person edits: what a release, an installation or a package manager wrote."""


def diff(state: SessionState) -> tuple[Line, ...]:
    changes = state.changes
    if changes is None or not changes.files:
        what = f"No difference: {changes.label}." if changes and changes.label else "No changes read yet."
        return (
            line(
                f"{what} ",
                ("Save a file and run it (", "dim"),
                key_of("run"),
                ("): the hunks appear here.", "dim"),
            ),
        )
    figure = f"{count(len(changes.files), 'file')}, {count(changes.hunk_count, 'hunk')}"
    lines = [line(("since ", "dim"), changes.label or changes.base[:9], figure=(figure, "dim"), fit="cut")]
    for file in in_reading_order(changes.files):
        lines += file_lines(file)
    if changes.left_out:
        lines += [
            BLANK,
            line((f"… {count(changes.left_out, 'more file')} with a difference too large to keep", "dim")),
        ]
    return tuple(lines)


def in_reading_order(files: Iterable[FileChange]) -> list[FileChange]:
    """Return code first, and last what only tools write."""
    return sorted(files, key=lambda each: (_is_written_by_tools(each), not each.path.endswith(".py")))


def _is_written_by_tools(file: FileChange) -> bool:
    return bool(_WRITTEN_BY_TOOLS.search(file.path))


def file_lines(file: FileChange) -> list[Line]:
    """Return the hunks of one file under its name; of one that a tool wrote only how large they are."""
    if _is_written_by_tools(file):
        size = count(sum(each.changed_lines for each in file.hunks), "line")
        said = f"{file.change}, {size}, written by a tool"
        return [line(elastic(file.path, "dim", Open(file.path)), figure=(said, "dim"), fit="cut")]
    lines = [
        BLANK,
        line(elastic(file.path, "strong", Open(file.path)), figure=(file.change, "dim"), fit="cut"),
    ]
    for hunk in file.hunks:
        lines += _hunk(hunk, Open(file.path, hunk.new_start))
    return lines


def _hunk(hunk: Hunk, link: Open) -> list[Line]:
    place = f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@"
    head = linked(link, pieces((place, "hunk"), (f" {hunk.heading}", "dim")))
    lines = [line(*head, fit="cut")]
    texts = safe(hunk.text).split("\n")
    return lines + [
        Line((Piece(SafeText(text), _SIGNS.get(text[:1], "plain")),), hang=_hang(text), fit="long")
        for text in texts
    ]


def _hang(text: str) -> int:
    """Return where the rest of a wrapped line begins: deeper than the line itself."""
    return len(text) - len(text[1:].lstrip(" ")) + 4
