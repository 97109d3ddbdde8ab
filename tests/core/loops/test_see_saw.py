"""One failure is exchanged for another and comes back."""

from dataclasses import replace

import pytest

from coach.core.loops.detectors import oscillation
from tests.core.loops.story import GREEN, OTHER, failed, red

A, B = "assert 9 == 10", "assert 8 == 10"
ONE, TWO = [failed(A)], [failed("assert 1 == 2", OTHER)]
BOTH = [*ONE, *TWO]

TOTAL = {"touched": ("shop/cart.py::total",)}
ADD = {"touched": ("shop/cart.py::add",)}

LOOPING = {
    "two values by one function": (red(A).edit(B, **TOTAL).edit(A, **TOTAL), "banner", (1, 2, 3)),
    "two values by two functions": (red(A).edit(B, **TOTAL).edit(A, **ADD), "note", (1, 2, 3)),
    "one more test for a while, by one function": (
        red(ONE).edit(BOTH, **TOTAL).edit(ONE, **TOTAL),
        "note",
        (1, 2, 3),
    ),
    "two tests take turns": (red(ONE).edit(TWO).edit(ONE), "banner", (1, 2, 3)),
    "two values, once": (red(A).edit(B).edit(A), "note", (1, 2, 3)),
    "two values, twice": (red(A).edit(B).edit(A).edit(B).edit(A), "banner", (3, 4, 5)),
    "one more test for a while": (red(ONE).edit(BOTH).edit(ONE), "note", (1, 2, 3)),
    "a mended test fails again": (red(BOTH).edit(ONE).edit(BOTH), "banner", (1, 2, 3)),
    "with a look between": (
        red(ONE).edit(TWO).edit(TWO, nature="observing").edit(ONE),
        "banner",
        (1, 2, 3, 4),
    ),
    "over a typo": (
        red(ONE).edit(TWO).edit([failed("x", exception="SyntaxError")]).edit(ONE),
        "banner",
        (1, 2, 4),
    ),
}

HEALTHY = {
    "always the same": red(A).edit(A).edit(A),
    "always another": red(A).edit(B).edit("assert 7 == 10"),
    "green between": red(ONE).edit(GREEN).edit(ONE),
    "only a typo between": red(A).edit([failed("x", exception="SyntaxError")]).edit(A),
    "one after another": red(BOTH).edit(TWO).edit(GREEN),
    "the same tree": red(A).edit(B, "t1").edit(A, "t0"),
    "looks": red(A).edit(B, nature="observing").edit(A, nature="observing"),
    "a branch": red(ONE).edit(TWO).edit(ONE, head_moved=True),
    "a rerun shows that it is flaky": red(ONE).edit(TWO, "t1").run(ONE).edit(TWO).edit(ONE),
}


@pytest.mark.parametrize("name", LOOPING)
def test_looping(name):
    story, level, evidence = LOOPING[name]
    found = oscillation.seen(story.history)
    assert found is not None
    assert (found.level, found.evidence) == (level, evidence)


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy(name):
    assert oscillation.seen(HEALTHY[name].history) is None


def test_nothing_is_said_of_a_failure_known_to_be_flaky():
    story = red(ONE).edit(TWO).edit(ONE)
    assert oscillation.seen(replace(story.history, is_flaky=True)) is None
