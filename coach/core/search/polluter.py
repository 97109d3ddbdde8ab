"""Which earlier tests make the victim fail? Whole files first, then single tests, found from the last to the first.

The shortest failing beginning of the order ends in a polluter. With it kept, the shortest beginning that still fails
ends in the next one, until those found are enough: about log2(n) runs for each, also when two or more only spoil
together, where a plain binary search finds none and ddmin takes twice as many. ddmin over what was found has the last
word, since some tests repair what others spoil.
"""

from collections.abc import Collection, Sequence

from coach.core.base.test_id import TestId
from coach.core.search.ask_tell import AskTell, once, shown_as
from coach.core.search.ddmin import minimise

Tests = tuple[TestId, ...]
Blocks = tuple[Tests, ...]


def find_polluters(
    before: Sequence[TestId], *, likely: Collection[TestId] = (), width: int = 1
) -> AskTell[Tests, Tests]:
    """Yield lists of tests to run before the victim (alone it passes, after all of them it fails); return a 1-minimal one.

    Args:
        before: node ids in the order they ran; that order is kept.
        likely: tests that were seen to change what the victim found changed: asked first, and believed only when they fail.
        width: how many lists to try at once.

    """
    return (yield from once(_likely_then_all(before, likely, width)))


def _likely_then_all(
    before: Sequence[TestId], likely: Collection[TestId], width: int
) -> AskTell[Tests, Tests]:
    guessed = tuple(each for each in before if each in likely)
    if guessed and len(guessed) < len(before):
        (outcome,) = yield (guessed,)
        if outcome == "FAIL":
            return (yield from _files_then_tests(guessed, width))
    return (yield from _files_then_tests(before, width))


def _files_then_tests(before: Sequence[TestId], width: int) -> AskTell[Tests, Tests]:
    by_file: dict[str, Tests] = {}
    for test in before:
        by_file[test.file] = (*by_file.get(test.file, ()), test)
    grouped = tuple(test for tests in by_file.values() for test in tests)
    # Interleaved files cannot be taken as wholes without changing the order.
    blocks = tuple(by_file.values()) if grouped == tuple(before) else ()
    kept = (yield from _find(blocks, width)) if len(blocks) > 1 else (tuple(before),)
    singles = tuple((test,) for block in kept for test in block)
    found = yield from _find(singles, width)
    return _joined(found)


def _find(rest: Blocks, width: int) -> AskTell[Tests, Blocks]:
    """Return the blocks that matter; all of them fail, none of them pass."""
    found: Blocks = ()
    while rest:
        last = yield from _end_of_shortest(rest, found, width)
        found, rest = (rest[last], *found), rest[:last]
        if rest:
            (outcome,) = yield (_joined(found),)
            if outcome == "FAIL":
                break
    return (yield from shown_as(minimise(found, width=width), _joined))


def _end_of_shortest(rest: Blocks, found: Blocks, width: int) -> AskTell[Tests, int]:
    """Return where a beginning of ``rest`` ends that fails with ``found`` after it, and not without its last block."""
    passing, failing = 0, len(rest)
    while failing - passing > 1:
        cuts = _cuts(passing, failing, width)
        outcomes = yield tuple(_joined((*rest[:cut], *found)) for cut in cuts)
        failing = min([failing, *(cut for cut, seen in zip(cuts, outcomes, strict=True) if seen == "FAIL")])
        passing = max([passing, *(cut for cut in cuts if cut < failing)])
    return failing - 1


def _cuts(passing: int, failing: int, width: int) -> tuple[int, ...]:
    """Choose lengths between two, equally apart."""
    parts = min(width, failing - passing - 1) + 1
    return tuple(passing + (failing - passing) * part // parts for part in range(1, parts))


def _joined(blocks: Blocks) -> Tests:
    return tuple(test for block in blocks for test in block)
