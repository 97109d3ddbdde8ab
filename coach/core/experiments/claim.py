"""Whether what was changed is what a hypothesis claims: a test that passes after an edit elsewhere supports another claim."""

import re
from collections.abc import Iterator

from coach.core.runs.changes import Changes, FileChange, Hunk

NEAR = 20
"""Lines between a claimed line and a changed one that may still be about the same code: most functions are shorter."""
_PLACE = re.compile(r"(?<![\w./+-])([\w./+-]+\.\w+):(\d{1,9})(?!\d)")
_DRAFTED = re.compile(
    r"\bgives a wrong value$|\bgets or gives a wrong value$|^the last change to what .* broke it$"
)
"""What drafts and the filled form of a hypothesis say when nothing more is known than a place."""
_NAMED = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*+) at ")


def edited_elsewhere(claim: str, changes: Changes | None) -> str:
    """Return where the edit was, when a claim names places and none of them was changed; else an empty string."""
    claimed = [(path, int(line)) for path, line in _PLACE.findall(claim)]
    places = [(file, hunk) for file, hunk in _code_hunks(changes)]
    if not claimed or not places:
        return ""
    function = named.group(1).rpartition(".")[2] if (named := _NAMED.search(claim)) else ""
    if any(_is_near(claimed, file, hunk) or (function and _names(function, hunk)) for file, hunk in places):
        return ""
    file, hunk = places[0]
    return f"{file.path}:{first_changed(hunk)}"


def is_drafted(claim: str) -> bool:
    """Whether a claim says no more than where something is wrong: a form offered it, and it was kept."""
    return _DRAFTED.search(claim) is not None


def _code_hunks(changes: Changes | None) -> Iterator[tuple[FileChange, Hunk]]:
    for file in changes.files if changes else ():
        for hunk in file.hunks:
            yield file, hunk


def _is_near(claimed: list[tuple[str, int]], file: FileChange, hunk: Hunk) -> bool:
    first, last = hunk.new_start - NEAR, hunk.new_start + max(hunk.new_lines, hunk.old_lines) + NEAR
    return any(path == file.path and first <= line <= last for path, line in claimed)


def _names(function: str, hunk: Hunk) -> bool:
    return (
        re.search(rf"\b(?:def|class)\s+{re.escape(function)}\b", f"{hunk.heading}\n{hunk.text}") is not None
    )


def first_changed(hunk: Hunk) -> int:
    """Return the number, in the new file, of the first line that a hunk adds; of its first line when it adds none."""
    line = hunk.new_start
    for text in hunk.text.split("\n"):
        if text.startswith("+"):
            return line
        line += text.startswith(" ")
    return hunk.new_start


def mended(changes: Changes | None, most: int = 80) -> str:
    """Say what an edit replaced by what, put in or took away, of its first changed lines of code; empty without any."""
    weaker = ""
    for file, hunk in _code_hunks(changes):
        taken, given = (_first(hunk, sign, most) for sign in "-+")
        place = f"{file.path}:{first_changed(hunk)}"
        if taken and given:
            return f"{place} said {taken}, and must say {given}"
        if taken or given:
            weaker = weaker or (f"{place} lacked {given}" if given else f"{place} had {taken}, and must not")
    return weaker


def _first(hunk: Hunk, sign: str, most: int) -> str:
    lines = (text[1:].strip() for text in hunk.text.split("\n") if text.startswith(sign))
    text = next((line for line in lines if line and not line.startswith("#")), "")
    return text if len(text) <= most else f"{text[: most - 1]}…"
