"""Which tests ran the lines that have changed since they were traced.

Lines are told apart by where they ran: in functions, by tests (the trace knows which), or while modules were imported.
What a trace cannot answer (new files, lines of a module's own body, lines nobody was seen to run) is handed back as
unsure, for the broader question of who imports them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from coach.core.localize.spectrum import Coverage
from coach.core.runs.changes import Changes, FileChange, Hunk


@dataclass(frozen=True, slots=True)
class Affected:
    """Test ids in the order of the trace, and changed paths the trace says nothing certain about."""

    tests: tuple[str, ...]
    unsure: tuple[str, ...]


def affected(coverage: Coverage, changes: Changes, paths: Collection[str]) -> Affected:
    """Return who ran what changed.

    Args:
        coverage: a trace of the tree the changes begin at.
        changes: from that tree to now.
        paths: the files that are asked about; changes elsewhere are left out, files without a change concern nobody.

    """
    at_import: dict[str, frozenset[int]] = {}
    for imported in coverage.imports.values():
        for path, lines in imported.items():
            at_import[path] = at_import.get(path, frozenset()) | lines
    tests: dict[str, None] = {}
    unsure = []
    for file in changes.files:
        if file.path not in paths:
            continue
        found = _who_ran(coverage, file, at_import.get(file.path, frozenset()))
        if found is None:
            unsure.append(file.path)
        else:
            tests.update(dict.fromkeys(found))
    order = [name for name in coverage.tests if name in tests]
    return Affected(tuple(order), tuple(unsure))


def _who_ran(coverage: Coverage, file: FileChange, at_import: frozenset[int]) -> set[str] | None:
    """Return the tests that ran a changed place; None when a place is the module's own, or nobody's."""
    if file.change != "modified":
        return None
    found: set[str] = set()
    for place in (place for hunk in file.hunks for place in touched(hunk)):
        ran = {name for name, lines in coverage.tests.items() if place & lines.get(file.path, frozenset())}
        if not ran or place & at_import:
            return None
        found |= ran
    return found


def touched(hunk: Hunk) -> Iterator[frozenset[int]]:
    """Yield each changed place of a hunk as old line numbers: the lines that went, else those on both sides of new ones."""
    line, gone, is_new = hunk.old_start + (hunk.old_lines == 0), set[int](), False
    for text in hunk.text.split("\n"):
        if text.startswith("-"):
            gone.add(line)
            line += 1
        elif text.startswith("+"):
            is_new = True
        elif text.startswith(" "):
            yield from _place(gone, line, is_new=is_new)
            line, gone, is_new = line + 1, set(), False
    yield from _place(gone, line, is_new=is_new)


def _place(gone: set[int], line: int, *, is_new: bool) -> Iterator[frozenset[int]]:
    if gone:
        yield frozenset(gone)
    elif is_new:
        yield frozenset({line - 1, line})
