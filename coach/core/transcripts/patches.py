"""Patches in the two forms that transcripts hold: unified differences, and the form of ``apply_patch``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.core.transcripts.model import Hunk

_UNIFIED = re.compile(r"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_ACTION = re.compile(r"^\*\*\* (Add|Update|Delete) File: (.+)")
_MOVE = re.compile(r"^\*\*\* Move to: (.+)")

MOST_COMPARED = 5_000_000
"""Lines that are compared to find the places of one patch."""


@dataclass
class FilePatch:
    """What a patch does to one file. ``old`` and ``new`` are its paths; None where there is no file on that side."""

    old: str | None
    new: str | None
    hunks: list[Hunk] = field(default_factory=list)


def read_begin_patch(text: str) -> list[FilePatch] | None:
    """Read the form that begins with ``*** Begin Patch``; None where the text is none."""
    start = text.find("*** Begin Patch")
    if start < 0:
        return None
    reader = _BeginPatch()
    for line in text[start:].split("\n")[1:]:
        if line.startswith("*** End Patch"):
            break
        reader.read(line)
    reader.close()
    return reader.files


@dataclass
class _BeginPatch:
    """The files of such a patch so far, and the hunk that is being read."""

    files: list[FilePatch] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    after: str = ""

    def read(self, line: str) -> None:
        action, moved = _ACTION.match(line.rstrip()), _MOVE.match(line.rstrip())
        if action is not None:
            self.close()
            kind, path = action.groups()
            self.files.append(FilePatch(None if kind == "Add" else path, None if kind == "Delete" else path))
        elif moved is not None and self.files:
            self.files[-1].new = moved.group(1)
        elif line.startswith("@@"):
            if self.old or self.new:
                self.close()
            context = line[2:].strip().removesuffix("@@").strip()
            self.after += f"{context}\n" if context else ""
        elif self.files and not line.startswith("*** End of File"):
            _take(line, self.old, self.new)

    def close(self) -> None:
        """End the hunk."""
        if self.files and (self.old or self.new):
            hunk = Hunk(old=joined(self.old), new=joined(self.new), after=self.after)
            self.files[-1].hunks.append(hunk)
        self.old, self.new, self.after = [], [], ""


def read_unified(text: str) -> list[FilePatch]:
    """Read a unified difference, of git or not, with or without the prefixes ``a/`` and ``b/``."""
    patches: list[FilePatch] = []
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.startswith("--- ") and index + 1 < len(lines) and lines[index + 1].startswith("+++ "):
            patches.append(FilePatch(_path(line[4:]), _path(lines[index + 1][4:])))
            index += 2
            continue
        found = _UNIFIED.match(line)
        if found is not None and patches:
            hunk, index = _unified_hunk(lines, index, found)
            patches[-1].hunks.append(hunk)
            continue
        index += 1
    return patches


def read_hunks(text: str) -> list[Hunk]:
    """Read the hunks of one file, where no names of files stand before them."""
    files = read_unified(f"--- a\n+++ a\n{text}")
    return files[0].hunks if files else []


def _unified_hunk(lines: list[str], index: int, found: re.Match[str]) -> tuple[Hunk, int]:
    start, old_left, new_left = (
        int(found.group(1)),
        int(found.group(2) or 1),
        int(found.group(4) or 1),
    )
    old: list[str] = []
    new: list[str] = []
    index += 1
    while index < len(lines) and (old_left > len(old) or new_left > len(new)):
        line = lines[index]
        if line.startswith("\\"):
            index += 1
            continue
        if line[:1] not in {" ", "+", "-", ""} or line.startswith(("diff --git ", "@@ ")):
            break
        _take(line, old, new)
        index += 1
    return Hunk(old=joined(old), new=joined(new), line=start if old else start + 1), index


def _take(line: str, old: list[str], new: list[str]) -> None:
    mark, rest = line[:1], line[1:]
    if mark == "+":
        new.append(rest)
    elif mark == "-":
        old.append(rest)
    else:  # an empty context line often lost its blank
        old.append(rest)
        new.append(rest)


def _path(header: str) -> str | None:
    path = header.split("\t", maxsplit=1)[0].strip().strip('"')
    if path == "/dev/null":
        return None
    return path[2:] if path[:2] in {"a/", "b/"} else path


def lines_of(text: str) -> list[str]:
    """Return lines without their ends; of "" none."""
    return text.removesuffix("\n").split("\n") if text else []


def joined(lines: list[str]) -> str:
    """Return lines as the text of a hunk, each with its end."""
    return "".join(f"{line}\n" for line in lines)


def apply_hunks(text: str, hunks: Sequence[Hunk]) -> str | None:
    """Return the text with all hunks applied in their order; None where one does not fit, or is sought for long.

    A hunk with a number may lie some lines off, as ``patch`` and ``git apply`` allow; one without is searched downwards.
    """
    lines = lines_of(text)
    done: list[str] = []
    start = 0
    work = 0
    for hunk in hunks:
        old = lines_of(hunk.old)
        work += (hunk.after.count("\n") + 1) * (len(lines) - start) + lines.count(
            old[0] if old else ""
        ) * len(old)
        if work > MOST_COMPARED:
            return None
        at = _place(lines, old, hunk, start)
        if at is None:
            return None
        done += lines[start:at]
        done += lines_of(hunk.new)
        start = at + len(old)
    done += lines[start:]
    return "\n".join(done) + ("\n" if done and (text.endswith("\n") or not text) else "")


def _place(lines: list[str], old: list[str], hunk: Hunk, start: int) -> int | None:
    """Return the index of the line at which a hunk's old lines begin, at or after ``start``."""
    for context in lines_of(hunk.after):
        start = next((n + 1 for n in range(start, len(lines)) if lines[n].strip() == context.strip()), start)
    if not old:
        if hunk.line is not None:
            return hunk.line - 1 if start <= hunk.line - 1 <= len(lines) else None
        return start if hunk.after else len(lines)
    wanted = start if hunk.line is None else max(hunk.line - 1, start)
    if lines[wanted : wanted + len(old)] == old:
        return wanted
    places = [
        n
        for n in range(start, len(lines) - len(old) + 1)
        if lines[n] == old[0] and lines[n : n + len(old)] == old
    ]
    if not places:
        return None
    return places[0] if hunk.line is None else min(places, key=lambda n: abs(n - wanted))
