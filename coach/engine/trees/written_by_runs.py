"""Tell what runs write into the checkout from what is edited there: trees that differ by the former alone are one for measurements.

A table of results that every run of a test writes makes another tree of each run, and what was measured of one would be
thrown away for the next. What counts as written by runs is no code and no settings, and changed while two runs were under way;
whoever edits such a file between runs is believed.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import NamedTuple

LEAST_RUNS = 2
"""Runs during which a file must have changed."""


class SameTrees(NamedTuple):
    """Trees that are one for measurements; empty: there is none."""

    same_as: str = ""
    """What the tree of a run is the same as."""
    left: str = ""
    """The tree after the run, which is the same as its own."""


@dataclass(slots=True)
class WrittenByRuns:
    """What the runs of one session wrote so far."""

    names_between: Callable[[str, str], Collection[str]]
    """Which files differ between two trees. Raises CoachError."""
    is_source: Callable[[str], bool]
    _base: str = ""
    """The newest tree that is the same as none before."""
    _during: Counter[str] = field(default_factory=Counter)
    """In how many runs a file changed, since somebody edited it."""

    def seen(
        self, between: tuple[str, str], during: tuple[str, str], is_late: Callable[[str], bool]
    ) -> SameTrees:
        """Take in a run. Raises CoachError.

        Args:
            between: the trees when the run before was over and when this one began; the first is empty where that is not known.
            during: the trees when it began and when it was over.
            is_late: whether a file changed after the run began, for trees that were recorded meanwhile.

        """
        tree, after = during
        late = set()
        for name in self._differ(*between):
            if is_late(name):
                late.add(name)
            else:
                del self._during[name]
        wrote = {*late, *self._differ(tree, after)}
        self._during.update(name for name in wrote if not self.is_source(name))
        same_as = self._base if self._is_same(self._base, tree) else ""
        if not same_as and tree:
            self._base = tree
        return SameTrees(
            "" if same_as == tree else same_as, after if after != tree and self._is_same(tree, after) else ""
        )

    def _is_same(self, one: str, other: str) -> bool:
        if not one or not other:
            return False
        return all(self._during[name] >= LEAST_RUNS for name in self._differ(one, other))

    def _differ(self, one: str, other: str) -> Collection[str]:
        return self.names_between(one, other) if one and other and one != other else ()
