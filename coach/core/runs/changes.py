"""Differences between two trees, as hunks."""

import re
from typing import Literal

from coach.core.base.formatting import count
from coach.core.base.text import FilePath, Prose, TreeId
from coach.core.base.value import Value

_HUNK = re.compile(r"^@@ -(\d{1,18})(?:,(\d{1,18}))? \+(\d{1,18})(?:,(\d{1,18}))? @@ ?(.*)$")
_INDEX = re.compile(r"^index ([0-9a-f]{40,64})\.\.([0-9a-f]{40,64})")
"""Only whole ids count: shortened ones may be ambiguous later."""


class Hunk(Value):
    """One changed place; ``text`` holds its lines with their ``+``, ``-`` or blank mark."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    heading: Prose = ""
    text: Prose = ""

    @property
    def changed_lines(self) -> int:
        """Lines that one would say were changed: a line that was replaced is one."""
        signs = [line[:1] for line in self.text.split("\n")]
        return max(signs.count("+"), signs.count("-"))


class FileChange(Value):
    """What happened to one file between two trees."""

    path: FilePath
    change: Literal["added", "deleted", "modified", "renamed", "binary"] = "modified"
    hunks: tuple[Hunk, ...] = ()
    before: TreeId = ""
    """Blob id of the old content: equal ids are equal contents. Empty when the file was not there, or not known."""
    after: TreeId = ""
    in_head: bool | None = None
    """Whether the commit checked out has this file; None: not known."""


class Changes(Value):
    """The difference ``base`` → ``tree``; ``label`` says in words what ``base`` is."""

    base: TreeId
    tree: TreeId
    label: Prose = ""
    files: tuple[FileChange, ...] = ()
    left_out: int = 0
    """Files whose difference was too large to keep."""

    @property
    def hunk_count(self) -> int:
        return sum(len(file.hunks) for file in self.files)

    @property
    def size(self) -> str:
        """In words: ``1 hunk in 1 file``."""
        return f"{count(self.hunk_count, 'hunk')} in {count(len(self.files), 'file')}"


def parse_patch(patch: str, *, most_lines: int = 2_000) -> tuple[tuple[FileChange, ...], int]:
    """Read a git patch (``--no-prefix``, no colour). Returns the files and how many were left out past the limit."""
    files: list[FileChange] = []
    left_out = lines_kept = 0
    for block in re.split(r"^(?=diff --git )", patch, flags=re.MULTILINE):
        if not block.startswith("diff --git "):
            continue
        lines_kept += block.count("\n")
        if lines_kept > most_lines:
            left_out += 1
            continue
        files.append(_parse_file(block.split("\n")))
    return tuple(files), left_out


def _parse_file(lines: list[str]) -> FileChange:
    path, change = "", "modified"
    blobs = ("", "")
    hunks: list[Hunk] = []
    body: list[str] = []
    header: re.Match[str] | None = None
    for line in [*lines[1:], "@@"]:
        if header is not None and line[:1] in {"+", "-", " ", "\\"}:
            body.append(line)
            continue
        if header is not None:
            hunks.append(_hunk(header, body))
            body = []
        header = _HUNK.match(line)
        if header is None:
            path, change = _file_header(line, path, change)
            blobs = _blobs(line) or blobs
    path = path or lines[0].removeprefix("diff --git ").split(" ")[-1]
    fields = {"path": path, "change": change, "hunks": hunks, "before": blobs[0], "after": blobs[1]}
    return FileChange.model_validate(fields)


def _blobs(line: str) -> tuple[str, str] | None:
    found = _INDEX.match(line)
    if found is None:
        return None
    before, after = ("" if set(blob) == {"0"} else blob for blob in found.groups())
    return before, after


def _file_header(line: str, path: str, change: str) -> tuple[str, str]:
    if line.startswith("new file"):
        return path, "added"
    if line.startswith("deleted file"):
        return path, "deleted"
    if line.startswith("rename to "):
        return line.removeprefix("rename to "), "renamed"
    if line.startswith("Binary files"):
        return path, "binary"
    if line.startswith(("--- ", "+++ ")) and not line.endswith("/dev/null"):
        return line[4:].rstrip("\t"), change
    return path, change


def _hunk(header: re.Match[str], body: list[str]) -> Hunk:
    old, old_lines, new, new_lines, heading = header.groups()
    return Hunk(
        old_start=int(old),
        old_lines=int(old_lines or 1),
        new_start=int(new),
        new_lines=int(new_lines or 1),
        heading=heading,
        text="\n".join(body),
    )
