"""Build a file that holds only some of the changes between two versions of it.

Content is taken from the two versions themselves, never from a patch text: no decoding, no context to search for, so any
choice of hunks can be built.
"""

from collections.abc import Iterable, Sequence

from coach.core.changes import Hunk


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


def _first(start: int, lines: int) -> int:
    """Turn a diff's line number into an index: without lines it names the line before."""
    return start - 1 if lines else start
