"""How every search asks: it yields configurations, it is sent their outcomes in the same order, it returns what it found.

A batch holds as many configurations as there are workers. A search that finds nothing to guess ahead asks for fewer.
"""

from collections.abc import Callable, Generator
from typing import TypeAlias, TypeVar

from coach.core.runs.oracle import Outcome

C = TypeVar("C")
D = TypeVar("D")
R = TypeVar("R")

AskTell: TypeAlias = Generator[tuple[C, ...], tuple[Outcome, ...], R]
"""A search over configurations ``C`` (hashable) that ends in ``R``."""


def once(search: AskTell[C, R]) -> AskTell[C, R]:
    """Pass a search's questions on, but no question twice: what was answered is answered from memory."""
    known: dict[C, Outcome] = {}
    try:
        asked = next(search)
        while True:
            new = tuple(dict.fromkeys(each for each in asked if each not in known))
            if new:
                outcomes = yield new
                known.update(zip(new, outcomes, strict=True))
            asked = search.send(tuple(known[each] for each in asked))
    except StopIteration as end:
        found: R = end.value
        return found


def shown_as(search: AskTell[C, R], shown: Callable[[C], D]) -> AskTell[D, R]:
    """Pass a search's questions on in another form."""
    try:
        asked = next(search)
        while True:
            outcomes = yield tuple(shown(each) for each in asked)
            asked = search.send(outcomes)
    except StopIteration as end:
        found: R = end.value
        return found
