"""Different patches, the same failure: a note at the second, a banner at the third, or at the second of one function."""

import pytest

from coach.core.loops.detectors import no_effect
from tests.core.loops.story import GREEN, TIMEOUT, failed, red

SAME = "assert 9 == 10"


def level(story):
    found = no_effect.seen(story.history)
    return found.level if found else ""


TOTAL = {"touched": ("shop/cart.py::total",)}
ADD = {"touched": ("shop/cart.py::add",)}
UNKNOWN = {"unread": ("shop/cart.py",)}


def at_address(number):
    return [failed(SAME, f"tests/test_cart.py::test_total[<object object at 0x7f{number:010x}>]")]


LOOPING = {
    "an address in the id of the test": (
        red(at_address(1)).edit(at_address(2), **TOTAL).edit(at_address(3), **TOTAL),
        "banner",
        (2, 3),
    ),
    "one function": (red().edit(SAME, **TOTAL).edit(SAME, **TOTAL), "banner", (2, 3)),
    "two functions": (red().edit(SAME, **TOTAL).edit(SAME, **ADD), "note", (2, 3)),
    "one of two functions again": (
        red().edit(SAME, touched=(*TOTAL["touched"], *ADD["touched"])).edit(SAME, **ADD),
        "banner",
        (2, 3),
    ),
    "a look at one function": (
        red().edit(SAME, **TOTAL).edit(SAME, nature="observing", **ADD).edit(SAME, **TOTAL),
        "banner",
        (2, 4),
    ),
    "one file whose content is not known": (
        red().edit(SAME, **UNKNOWN).edit(SAME, **UNKNOWN),
        "banner",
        (2, 3),
    ),
    "one of several files whose content is not known": (
        red().edit(SAME, **TOTAL).edit(SAME, paths=("shop/cart.py", "shop/prices.py"), **UNKNOWN),
        "banner",
        (2, 3),
    ),
    "another file whose content is not known": (
        red().edit(SAME, **UNKNOWN).edit(SAME, paths=("shop/prices.py",), unread=("shop/prices.py",)),
        "note",
        (2, 3),
    ),
    "two patches": (red().edit(SAME).edit(SAME), "note", (2, 3)),
    "three patches": (red().edit(SAME).edit(SAME).edit(SAME), "banner", (2, 3, 4)),
    "four patches": (red().edit(SAME).edit(SAME).edit(SAME).edit(SAME), "banner", (2, 3, 4, 5)),
    "a look between": (red().edit(SAME).edit(SAME, nature="observing").edit(SAME), "note", (2, 4)),
    "formatting between": (red().edit(SAME).edit(SAME, nature="cosmetic").edit(SAME), "note", (2, 4)),
    "a rerun between": (red().edit(SAME).run(SAME).edit(SAME), "note", (2, 4)),
    "a typo between": (
        red().edit(SAME).edit([failed("invalid syntax", exception="SyntaxError")]).edit(SAME).edit(SAME),
        "banner",
        (2, 4, 5),
    ),
    "after another failure": (red("assert 1 == 2").edit(SAME).edit(SAME).edit(SAME), "note", (3, 4)),
    "a typo mended by going back": (
        red()
        .edit(SAME, tree="a")
        .edit([failed("invalid", exception="SyntaxError")])
        .edit(SAME, tree="a")
        .edit(SAME)
        .edit(SAME),
        "banner",
        (2, 5, 6),
    ),
    "a run that hangs": (red(TIMEOUT).edit(TIMEOUT).edit(TIMEOUT).edit(TIMEOUT), "banner", (2, 3, 4)),
    "one of them under a hypothesis": (
        red().edit(SAME).wrote("hypothesis").edit(SAME).edit(SAME),
        "note",
        (2, 4),
    ),
    "a circular import": (
        red([failed("cannot import", exception="ImportError", place=("a.py", "<module>"))])
        .edit([failed("cannot import", exception="ImportError", place=("a.py", "<module>"))])
        .edit([failed("cannot import", exception="ImportError", place=("a.py", "<module>"))]),
        "note",
        (2, 3),
    ),
}

HEALTHY = {
    "one patch": red().edit(SAME),
    "a new value each": red().edit("assert 8 == 10").edit("assert 7 == 10").edit("assert 6 == 10"),
    "reruns": red().run(SAME).run(SAME).run(SAME),
    "looks": red()
    .edit(SAME, nature="observing")
    .edit(SAME, nature="observing")
    .edit(SAME, nature="observing"),
    "formatting": red()
    .edit(SAME, nature="cosmetic")
    .edit(SAME, nature="cosmetic")
    .edit(SAME, nature="cosmetic"),
    "preparation": red()
    .edit(SAME, nature="groundwork")
    .edit(SAME, nature="groundwork")
    .edit(SAME, nature="groundwork"),
    "tests are edited": red()
    .edit(SAME, nature="tests")
    .edit(SAME, nature="tests")
    .edit(SAME, nature="tests"),
    "a pass between": red().edit(SAME).edit(GREEN).edit(SAME).edit(SAME),
    "green": red().edit(SAME).edit(SAME).edit(GREEN),
    "now a rerun": red().edit(SAME).edit(SAME).run(SAME),
    "branches": red().edit(SAME, head_moved=True).edit(SAME, head_moved=True),
    "restored": red().edit(SAME).edit(SAME, tree="t0", restored=True),
    "hypotheses": red()
    .wrote("hypothesis")
    .edit(SAME)
    .wrote("hypothesis")
    .edit(SAME)
    .wrote("hypothesis")
    .edit(SAME),
    "back to the same tree": red().edit(SAME, tree="a").edit(SAME, tree="t0"),
    "a rename that is half done": red(
        [failed("cannot import", exception="ImportError", place=("a.py", "<module>"))]
    )
    .edit([failed("cannot import", exception="ImportError", place=("b.py", "<module>"))])
    .edit([failed("cannot import", exception="ImportError", place=("c.py", "<module>"))]),
}


@pytest.mark.parametrize("name", LOOPING)
def test_looping(name):
    story, expected, evidence = LOOPING[name]
    found = no_effect.seen(story.history)
    assert found is not None
    assert (found.level, found.evidence) == (expected, evidence)
    assert found.restore_run == evidence[0] - 1 or "after" in name or "typo" in name
    assert all(f"#{run}" in found.sentence for run in evidence)


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy(name):
    assert level(HEALTHY[name]) in {"", "note"} if name == "a pass between" else level(HEALTHY[name]) == ""
