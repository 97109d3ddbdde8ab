"""Tell what runs write into the checkout from what is edited there: trees that differ by the former alone are one for measurements.

A table of results that every run of a test writes makes another tree of each run, and what was measured of one would be
thrown away for the next. What counts as written by runs is no code and no settings, and changed while two runs were under way;
whoever edits such a file between runs is believed.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_KEPT = 1_000
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
    _last: str = ""
    """The tree after the newest run; empty where it is not known."""

    def remember(self, kept: object) -> None:
        """Take up what ``as_kept`` gave, perhaps in another process; what it cannot be is nothing."""
        with contextlib.suppress(KeyError, TypeError, ValueError):
            base, last, during = kept["base"], kept["last"], kept["during"]  # type: ignore[index]
            counted = Counter({str(name): int(count) for name, count in during.items()})
            self._base, self._last, self._during = str(base), str(last), counted

    def as_kept(self) -> dict[str, object]:
        """Return what is known, as JSON takes it; empty while no file was written by runs."""
        most = dict(self._during.most_common(MAX_KEPT))
        return {"base": self._base, "last": self._last, "during": most} if most else {}

    def seen(self, tree: str, after: str, is_late: Callable[[str], bool]) -> SameTrees:
        """Take in a run. Raises CoachError.

        Args:
            tree: the tree when it began.
            after: the tree when it was over; empty where that is not known.
            is_late: whether a file changed after the run began, for trees that were recorded meanwhile.

        """
        late = set()
        for name in self._differ(self._last, tree):
            if is_late(name):
                late.add(name)
            else:
                del self._during[name]
        wrote = {*late, *self._differ(tree, after)}
        self._during.update(name for name in wrote if not self.is_source(name))
        same_as = self._base if self._is_same(self._base, tree) else ""
        if not same_as and tree:
            self._base = tree
        self._last = after
        return SameTrees(
            "" if same_as == tree else same_as, after if after != tree and self._is_same(tree, after) else ""
        )

    def _is_same(self, one: str, other: str) -> bool:
        if not one or not other:
            return False
        return all(self._during[name] >= LEAST_RUNS for name in self._differ(one, other))

    def _differ(self, one: str, other: str) -> Collection[str]:
        return self.names_between(one, other) if one and other and one != other else ()
