"""Which earlier tests make the victim fail? ddmin over the tests before it: whole files first, then single tests.

Finds one polluter, and as well two or more that only spoil together, which a binary search cannot.
"""

from collections.abc import Sequence

from coach.core.isolate.ddmin import minimise
from coach.core.isolate.steps import Steps, once


def find_polluters(before: Sequence[str], *, width: int = 1) -> Steps[tuple[str, ...], tuple[str, ...]]:
    """Yield lists of tests to run before the victim (alone it passes, after all of them it fails); return a 1-minimal one.

    Args:
        before: node ids in the order they ran; that order is kept.
        width: how many lists to try at once.

    """
    return (yield from once(_files_then_tests(before, width)))


def _files_then_tests(before: Sequence[str], width: int) -> Steps[tuple[str, ...], tuple[str, ...]]:
    files = tuple(dict.fromkeys(file_of(test) for test in before))
    kept = files
    if len(files) > 1:
        kept = yield from _over_files(before, files, width)
    chosen = set(kept)
    tests = tuple(test for test in before if file_of(test) in chosen)
    return (yield from minimise(tests, width=width))


def file_of(test: str) -> str:
    return test.partition("::")[0]


def _over_files(
    before: Sequence[str], files: tuple[str, ...], width: int
) -> Steps[tuple[str, ...], tuple[str, ...]]:
    search = minimise(files, width=width)
    try:
        asked = next(search)
        while True:
            chosen = [frozenset(part) for part in asked]
            outcomes = yield tuple(tuple(test for test in before if file_of(test) in part) for part in chosen)
            asked = search.send(outcomes)
    except StopIteration as end:
        found: tuple[str, ...] = end.value
        return found
