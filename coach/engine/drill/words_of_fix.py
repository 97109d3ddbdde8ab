"""What a project's own texts say of a past fix: changelog, release notes, documentation. They stay when its code is taken out.

Each line that the fix added to such a text, and that is still there, is taken out of what whoever plays is given.
"""

import re
from collections.abc import Iterator

from coach.core.drill.drill import Drill
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.changes import FileChange
from coach.engine.source.file_kinds import suffix_of
from coach.engine.trees.compose import Composer
from coach.engine.trees.tree_files import Entry
from coach.errors import StoreError

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_TEXTS = frozenset({".md", ".rst", ".txt", ".adoc", ".asciidoc", ".org", ""})
_LEAST = 12
"""Characters of a line below which it says nothing: ``Bug fixes`` is a heading of many releases."""


def texts_without(drill: Drill, composer: Composer) -> dict[str, Entry | None]:
    """Return the texts of the tree with the bug that say something of the fix, without that; None: nothing is left of one.

    Of a commit that is not in the repository any more nothing is known, and nothing is taken out.
    """
    if drill.source == "planted":
        return {}
    entries = composer.entries(drill.wrong)
    found: dict[str, Entry | None] = {}
    for change in _changes(drill, composer):
        entry = found.get(change.path, entries.get(change.path))
        if entry is None or not _is_text(change.path):
            continue
        said = _said(change, composer)
        lines = composer.content(entry.blob).splitlines(keepends=True)
        kept = [line for line in lines if line.strip() not in said]
        if len(kept) == len(lines):
            continue
        is_left = any(line.strip() for line in kept)
        found[change.path] = Entry(entry.mode, composer.store(b"".join(kept))) if is_left else None
    return found


def _changes(drill: Drill, composer: Composer) -> Iterator[FileChange]:
    for commit in _COMMIT.findall(drill.kind):
        try:
            whole, parent = composer.commit_and_parent(commit)
            yield from composer.differences(parent, whole)
        except StoreError:
            continue


def _is_text(path: str) -> bool:
    return suffix_of(path) in _TEXTS and not is_test_path(path)


def _said(change: FileChange, composer: Composer) -> frozenset[bytes]:
    """Return the lines that a commit brought into a text, stripped, without those that stood there before."""
    before = composer.content(change.before).splitlines() if change.before else []
    after = composer.content(change.after).splitlines() if change.after else []
    new = {line.strip() for line in after} - {line.strip() for line in before}
    return frozenset(line for line in new if len(line) >= _LEAST)
