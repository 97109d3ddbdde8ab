"""Bugs that coach plants in the files of a project: in lines that tests run, those first that few of them do."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from coach.core.drill.bug import Bug, ChangedFile, near_tests
from coach.core.drill.planting import CONTRIVED, edits
from coach.core.drill.text_edits import Edit, why_not
from coach.core.loops.analysis.syntax import MAX_CHARACTERS, is_test_path
from coach.engine.drill.baseline import Baseline
from coach.engine.trees.compose import Composer
from coach.engine.trees.tree_files import Entry

_FILE = ("100644", "100755")
FEW = 40
"""Tests that run a line at most, for a bug there to be tried first: what hundreds run, dozens notice."""


@dataclass(frozen=True, slots=True)
class Plantable:
    """An edit that may be planted, and what it is of."""

    edit: Edit
    entry: Entry
    near: int
    """How many tests run its lines."""
    is_hidden: bool
    """Whether most of them run something that fewer tests run: else the ranking would have its lines first."""

    @property
    def promise(self) -> tuple[bool, bool]:
        """What is tried first is smaller: what a few tests run, and what is not the rarest that they run."""
        return self.near > FEW, not self.is_hidden


class PlantedBugs:
    """All that may be planted in the files of one tree."""

    def __init__(self, composer: Composer, baseline: Baseline, seed: int) -> None:
        self._composer, self._baseline = composer, baseline
        self._sources: dict[str, str] = {}
        self._entries = composer.entries(baseline.tree)
        self._seed = seed

    def found(self) -> list[Plantable]:
        """Return what may be planted where tests run, in the order of the seed: one-line and multi-line in turns, few tests first."""
        drawn = random.Random(f"{self._seed}")  # noqa: S311 - repeatable, nothing secret
        small, large = self._shuffled(drawn)
        mixed = [each for pair in zip(small, large, strict=False) for each in pair]
        mixed += [*small[len(large) :], *large[len(small) :]]
        return sorted(mixed, key=lambda each: each.promise)

    def _shuffled(self, drawn: random.Random) -> tuple[list[Plantable], list[Plantable]]:
        found = [each for path in sorted(self._baseline.running) for each in self._of(path)]
        drawn.shuffle(found)
        small = [each for each in found if each.edit.is_small]
        return small, [each for each in found if not each.edit.is_small]

    def _of(self, path: str) -> Iterator[Plantable]:
        entry = self._entries.get(path)
        if entry is None or entry.mode not in _FILE or is_test_path(path):
            return
        text = self._text(entry)
        if not text or len(text) > MAX_CHARACTERS:
            return
        self._sources[path] = text
        running = self._baseline.running
        try:
            for edit in edits(path, text):
                near = near_tests(running, path, edit.first, max(edit.first, edit.last))
                if near and edit.kind not in CONTRIVED:
                    hidden = sum(self._baseline.rarest[each] < len(near) for each in near)
                    yield Plantable(edit, entry, len(near), 2 * hidden > len(near))
        except (SyntaxError, ValueError, RecursionError):
            return

    def _text(self, entry: Entry) -> str:
        """Return the text of a file; empty for one that is no plain UTF-8: an edit could change more of it than it says."""
        content = self._composer.content(entry.blob)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return ""
        return "" if "\r" in text or text.startswith("\ufeff") else text

    def bug(self, plantable: Plantable) -> Bug | str:
        """Make the tree with an edit; returns why there is none."""
        edit, source = plantable.edit, self._sources[plantable.edit.path]
        if why := why_not(edit, source):
            return why
        changed = edit.applied(source)
        entry = Entry(plantable.entry.mode, self._composer.store(changed.encode()))
        near = near_tests(self._baseline.running, edit.path, edit.first, max(edit.first, edit.last))
        return Bug(
            source="planted",
            kind=edit.kind,
            tree=self._composer.compose(self._baseline.tree, {edit.path: entry}),
            files=(ChangedFile(edit.path, source, changed),),
            near=near,
        )
