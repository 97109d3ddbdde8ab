"""The answer of a drill as text: the lines that the fix brings in, by which a copy of the mended file is known anywhere."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.core.drill.drill import Drill
from coach.engine.trees.compose import Composer
from coach.engine.trees.git import names
from coach.engine.trees.tree_store import TreeStore
from coach.regular_files import read_bytes

_LEAST_DISTINCTIVE = 12
"""Characters of a line below which it says nothing: ``return None`` stands in any file."""
_ALIKE = 0.5
"""Share of the lines of the mended file that another file must have to be a copy of it, perhaps of another version."""
_MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One file of the true fix. Lines are stripped."""

    path: str
    mended: frozenset[bytes]
    """All its lines without the bug."""
    distinctive: frozenset[bytes]
    """Those that the fix brings in and that say something by themselves."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def is_in(self, text: bytes) -> bool:
        """Whether a text is a copy of the file in which the fix is."""
        lines = {line.strip() for line in text.splitlines()}
        if not self.distinctive or not self.distinctive <= lines:
            return False
        return len(self.mended & lines) > _ALIKE * len(self.mended)


def answers_of(drill: Drill, composer: Composer) -> tuple[Answer, ...]:
    """Return the files of the true fix. Raises StoreError where a tree is gone."""
    found = []
    changes = composer.differences(drill.wrong, drill.right)
    texts = composer.contents([blob for each in changes for blob in (each.before, each.after) if blob])
    for change in changes:
        before, after = (
            _lines(texts[blob]) if blob else frozenset() for blob in (change.before, change.after)
        )
        distinctive = frozenset(line for line in after - before if len(line) >= _LEAST_DISTINCTIVE)
        found.append(Answer(change.path, after, distinctive))
    return tuple(found)


def told_elsewhere(drill: Drill, given: str, trees: TreeStore, composer: Composer) -> str:
    """Return a file of what whoever plays is given that holds the fix: a vendored copy, one that was built and is tracked.

    Empty where there is none. Raises StoreError.
    """
    entries = composer.entries(given)
    for answer in answers_of(drill, composer):
        longest = max(answer.distinctive, key=len, default=b"")
        if not longest:
            continue
        words = ("grep", "-l", "-z", "-I", "-F", "-e", os.fsdecode(longest), trees.tree_of(given), "--")
        for each in names(trees.git.run(*words, accept=(0, 1))):
            path = each.partition(":")[2]
            if path in entries and answer.is_in(composer.content(entries[path].blob)):
                return path
    return ""


def _lines(text: bytes) -> frozenset[bytes]:
    return frozenset(line.strip() for line in text.splitlines())


def names_of(answers: Iterable[Answer]) -> frozenset[str]:
    """Return the names of the files, without folders: what another copy of one is called."""
    return frozenset(each.name for each in answers if each.distinctive)


def is_answer(path: str, answers: Sequence[Answer]) -> bool:
    """Whether a file is a copy of one of the answers, by its name and by what is in it."""
    name = path.rpartition("/")[2]
    asked = [each for each in answers if each.name == name and each.distinctive]
    if not asked:
        return False
    try:
        text = read_bytes(Path(path), _MAX_BYTES)
    except OSError:
        return False
    return any(each.is_in(text) for each in asked)
