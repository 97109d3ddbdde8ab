"""Build a file that holds only some of the changes between two versions of it.

Content is taken from the two versions themselves, never from a patch text: no decoding, no context to search for, so
any choice of hunks can be built.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from coach.core.runs.changes import Hunk

_NAME = re.compile(r"[A-Za-z_]\w+")


def lines_of(content: bytes) -> list[bytes]:
    """Return the lines of a file as git counts them, with their ends."""
    *lines, rest = content.split(b"\n")
    return [*(line + b"\n" for line in lines), *([rest] if rest else [])]


def merge(old: Sequence[bytes], new: Sequence[bytes], hunks: Iterable[Hunk]) -> bytes:
    """Return ``old`` with these hunks of the difference to ``new`` applied.

    Args:
        old: lines of the old version with their ends.
        new: lines of the new version with their ends.
        hunks: hunks of a diff of the two without context lines, in any order.

    """
    parts: list[bytes] = []
    position = 0
    for hunk in sorted(hunks, key=lambda each: (each.old_start, each.new_start)):
        start = _first(hunk.old_start, hunk.old_lines)
        added = _first(hunk.new_start, hunk.new_lines)
        parts += old[position:start]
        parts += new[added : added + hunk.new_lines]
        position = start + hunk.old_lines
    parts += old[position:]
    return b"".join(parts)


def taken_out(
    now: Sequence[bytes], before: Sequence[bytes], since: Iterable[Hunk], own: Iterable[Hunk]
) -> bytes | None:
    """Return ``now`` without one change to a file, where nobody touched the lines of that change since; else None.

    Merges of three sides refuse this when a line beside was changed, as in lists to which everybody appends.

    Args:
        now: lines of the newest version with their ends.
        before: lines of the version before the change.
        since: hunks without context that lead from the version after the change to the newest.
        own: hunks without context that lead from the version after the change to the one before.

    """
    later = [(_first(each.old_start, each.old_lines), each) for each in since]
    moved = []
    for hunk in own:
        start = _first(hunk.old_start, hunk.old_lines)
        if any(_meets(start, start + hunk.old_lines, first, first + each.old_lines) for first, each in later):
            return None
        shift = sum(
            each.new_lines - each.old_lines for first, each in later if first + each.old_lines <= start
        )
        moved.append(hunk.model_copy(update={"old_start": hunk.old_start + shift}))
    return merge(now, before, moved)


def changed_runs(hunk: Hunk) -> tuple[tuple[int, int], ...]:
    """Return first and last line of each run of lines that a hunk changed, in the newer version.

    Where it only took lines away, those before and behind the place; of a hunk without its text, all of its lines.
    """
    found, line = [], hunk.new_start
    for is_change, texts in groupby(hunk.text.split("\n"), lambda text: text[:1] in {"+", "-"}):
        signs = [text[:1] for text in texts]
        brought = signs.count("+")
        if is_change:
            found.append((line, line + brought - 1) if brought else (max(line - 1, 1), line))
        line += brought + signs.count(" ")
    return tuple(found) or ((hunk.new_start, hunk.new_start + max(hunk.new_lines, 1) - 1),)


def line_now(line: int, since: Iterable[Hunk]) -> int:
    """Return where a line stands after later changes; of one that is gone, where what followed it stands.

    Args:
        line: its number in the version that the changes began on.
        since: hunks with their texts that lead from that version to the newest.

    """
    shift = 0
    for hunk in since:
        if line >= hunk.old_start + max(hunk.old_lines, 1):
            shift += hunk.new_lines - hunk.old_lines
        elif line >= hunk.old_start and hunk.old_lines:
            return _line_through(line, hunk)
    return line + shift


def _line_through(line: int, hunk: Hunk) -> int:
    old, new = hunk.old_start, hunk.new_start + (not hunk.new_lines)  # git names the line before what is gone
    for text in hunk.text.split("\n"):
        if old == line and text[:1] in {" ", "-"}:
            break
        old += text[:1] in {" ", "-"}
        new += text[:1] in {" ", "+"}
    return new


def _meets(start: int, end: int, first: int, last: int) -> bool:
    """Whether a later change reaches into the lines from ``start`` to ``end``; into a place between two, whether it touches it."""
    if start == end:
        return first <= start <= last
    return first < end and start < last if first < last else start < first < end


def linked(texts: Sequence[str]) -> list[frozenset[int]]:
    """Return groups of hunks that belong together because they bring or remove the same name.

    A renamed function is a hunk where it stands and one at every use: half of them is an import error. Groups are
    those of single names, and what such groups have in common all together.

    Args:
        texts: the lines of each hunk with their ``+`` or ``-``.

    """
    by_name: dict[str, set[int]] = {}
    for number, text in enumerate(texts):
        sides: tuple[set[str], set[str]] = (set(), set())
        for line in text.split("\n"):
            if line[:1] in {"+", "-"}:
                sides[line[0] == "+"].update(_NAME.findall(line))
        for name in sides[0] ^ sides[1]:
            by_name.setdefault(name, set()).add(number)
    groups = {frozenset(hunks) for hunks in by_name.values() if len(hunks) > 1}
    return sorted(groups | set(_joined(groups)), key=lambda group: (-len(group), min(group)))


def _joined(groups: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    joined: list[frozenset[int]] = []
    for group in groups:
        apart = [each for each in joined if not each & group]
        joined = [*apart, group.union(*(each for each in joined if each & group))]
    return joined


def _first(start: int, lines: int) -> int:
    """Turn a diff's line number into an index: without lines it names the line before."""
    return start - 1 if lines else start
