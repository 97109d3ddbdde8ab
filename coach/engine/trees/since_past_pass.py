"""Compare a red tree with that of the newest past pass of its test. The tree may be gone: then another pass is asked."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Protocol

from coach.core.base.test_id import TestId
from coach.core.history.past_pass import PastChanges, PastPass
from coach.core.protocol.effects import ReadPastPass
from coach.core.protocol.observations import PastPassSeen
from coach.core.runs.changes import Changes
from coach.errors import CoachError

PastPasses = Callable[[TestId], Iterable[PastPass]]
"""Where passes of a test in past sessions are looked up, newest first."""


class Trees(Protocol):
    def changes(self, base: str, tree: str, label: str) -> Changes: ...


def no_past(_test: TestId) -> tuple[PastPass, ...]:
    """Know of no past session."""
    return ()


def read_past_pass(effect: ReadPastPass, trees: Trees | None, passes: PastPasses) -> PastPassSeen:
    """Answer the effect. A library or a tree that cannot be read is not measured; nothing is said of it."""
    with suppress(CoachError):
        for passed in passes(effect.test) if trees else ():
            for base in _bases(passed):
                with suppress(CoachError):
                    changes = trees.changes(base, effect.tree, "") if trees else None
                    if changes:
                        return PastPassSeen(
                            past=PastChanges(test=effect.test, passed=passed, changes=changes)
                        )
    return PastPassSeen()


def _bases(passed: PastPass) -> Iterator[str]:
    yield passed.tree
    if passed.is_of_commit:
        yield passed.commit
