"""Back at an earlier failing state: at once, unless it was written down, or nobody wrote it."""

import pytest

from coach.core.loops.detectors import revert
from tests.core.loops.story import CART, GREEN, failed, red

A, B = "assert 9 == 10", "assert 8 == 10"
OTHER_FILE = "shop/pricing.py"

LOOPING = {
    "where it began": (red(A).edit(B, "t1").edit(A, "t0"), "note", (1, 2, 3)),
    "where it began, after two patches": (
        red(A).edit(B, "t1").edit(B, "t2").edit(A, "t0"),
        "note",
        (1, 2, 3, 4),
    ),
    "what the commit holds": (
        red(A, heads=("t1",)).edit(B, "t1").edit(A, "t2").edit(B, "t1"),
        "note",
        (2, 3, 4),
    ),
    "coming back from where it began": (
        red(A).edit(A, "t1").edit(A, "t0").edit(A, "t1"),
        "note",
        (2, 3, 4),
    ),
    "the whole tree": (red(B).edit(A, "t1").edit(B, "t2").edit(A, "t1"), "banner", (2, 3, 4)),
    "the same failure all the time": (red(A).edit(A, "t1").edit(A, "t2").edit(A, "t1"), "banner", (2, 3, 4)),
    "after two patches": (
        red(B).edit(A, "t1").edit(B, "t2").edit(B, "t3").edit(A, "t1"),
        "banner",
        (2, 3, 4, 5),
    ),
    "to a state in the middle": (red(A).edit(B, "t1").edit(A, "t2").edit(B, "t1"), "banner", (2, 3, 4)),
    "one file": (
        red(A)
        .edit(B, paths={CART: "new"})
        .edit(B, paths={OTHER_FILE: "new"})
        .edit(A, paths={CART: f"{CART}-0"}),
        "banner",
        (1, 2, 3, 4),
    ),
    "one file, and another edit with it": (
        red(A).edit(B, paths={CART: "new"}).edit(A, paths={CART: f"{CART}-0", OTHER_FILE: "new"}),
        "note",
        (1, 2, 3),
    ),
    "written down": (red(A).edit(B, "t1").wrote("note").edit(A, "t0"), "note", (1, 2, 3)),
    "a hypothesis was refuted": (red(A).edit(B, "t1").wrote("learnt").edit(A, "t0"), "note", (1, 2, 3)),
    "with a rerun between": (
        red(B).edit(A, "t1").edit(B, "t2").run(B).edit(A, "t1"),
        "banner",
        (2, 3, 5),
    ),
}

HEALTHY = {
    "no way back": red(A).edit(B, "t1").edit(A, "t2"),
    "a look undone": red(A).edit(A, "t1", nature="observing").edit(A, "t0", nature="observing"),
    "formatting undone": red(A).edit(A, "t1", nature="cosmetic").edit(A, "t0", nature="cosmetic"),
    "a branch": red(A).edit(B, "t1", head_moved=True).edit(A, "t0", head_moved=True),
    "back to a branch after an edit": red(A).edit(B, "t1").edit(A, "t0", head_moved=True),
    "coach put it back": red(A).edit(B, "t1").edit(A, "t0", restored=True),
    "green between": red(A).edit(GREEN, "t1").edit(A, "t0"),
    "green again": red(A).edit(GREEN, "t1").edit(A, "t2").edit(GREEN, "t1"),
    "a typo undone": red(A).edit([failed("invalid", exception="SyntaxError")], "t1").edit(A, "t0"),
    "a name half typed": red(A).edit([failed("name 'x'", exception="NameError")], "t1").edit(A, "t0"),
    "another answer than then": red(A).edit(B, "t1").edit("assert 1 == 2", "t0"),
    "a file back, another failure": red(A)
    .edit(B, paths={CART: "new"})
    .edit("assert 1 == 2", paths={CART: f"{CART}-0"}),
    "tests undone": red(A).edit(A, "t1", nature="tests").edit(A, "t0", nature="tests"),
    "reruns": red(A).run(A).run(A),
}


@pytest.mark.parametrize("name", LOOPING)
def test_looping(name):
    story, level, evidence = LOOPING[name]
    found = revert.seen(story.history)
    assert found is not None
    assert (found.level, found.evidence) == (level, evidence)
    assert f"#{evidence[0]}" in found.sentence or "old" in found.sentence


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy(name):
    assert revert.seen(HEALTHY[name].history) is None
