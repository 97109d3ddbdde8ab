"""Edits where the failure cannot be, and it is still red."""

from dataclasses import replace

import pytest

from coach.core.loops.detectors import scope_creep
from tests.core.loops.story import CART, GREEN, failed, red

A = "assert 9 == 10"
FAR = "shop/report.py"
TESTS = "tests/test_cart.py"


def scoped(story, *patterns):
    return replace(story.history, scope=patterns or (CART, "shop/core"))


BREACHES = {
    "all of it outside": (red(A).edit(A, paths=[FAR]), "banner"),
    "part of it outside": (red(A).edit(A, paths=[FAR, CART]), "note"),
    "with a test": (red(A).edit(A, paths=[FAR, TESTS]), "banner"),
}
IN_SCOPE = {
    "the file": red(A).edit(A, paths=[CART]),
    "the folder": red(A).edit(A, paths=["shop/core/x.py"]),
    "a test with it": red(A).edit(A, paths=[CART, TESTS]),
    "only tests": red(A).edit(A, paths=[TESTS], nature="tests"),
    "prose": red(A).edit(A, paths=[CART, "README.md"]),
    "green": red(A).edit(GREEN, paths=[FAR]),
    "a branch": red(A).edit(A, paths=[FAR], head_moved=True),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_of_the_scope_is_heard_at_once(name):
    story, level = BREACHES[name]
    found = scope_creep.seen(scoped(story))
    assert found is not None
    assert (found.level, found.place) == (level, FAR)


@pytest.mark.parametrize("name", IN_SCOPE)
def test_what_stays_in_scope_is_fine(name):
    assert scope_creep.seen(scoped(IN_SCOPE[name])) is None


def test_modules_that_were_not_loaded():
    once = red(A).edit(A, paths=[FAR], unloaded=(FAR,))
    assert scope_creep.seen(once.history).level == "note"
    twice = once.edit(A, paths=["shop/stock.py"], unloaded=("shop/stock.py",))
    found = scope_creep.seen(twice.history)
    assert (found.level, found.evidence) == ("banner", (2, 3))
    assert found.restore_run == 1


def test_an_edit_of_loaded_code_between_begins_anew():
    story = red(A).edit(A, paths=[FAR], unloaded=(FAR,)).edit(A).edit(A, paths=[FAR], unloaded=(FAR,))
    assert scope_creep.seen(story.history).level == "note"


def test_what_changed_the_failure_was_run_after_all():
    other = red(A).edit("assert 8 == 10", paths=[FAR], unloaded=(FAR,))
    assert scope_creep.seen(other.history) is None
    broken = [failed("x", exception="SyntaxError")]
    assert scope_creep.seen(red(broken).edit(broken, paths=[FAR], unloaded=(FAR,)).history) is None


def test_without_knowledge_nothing_is_said():
    assert scope_creep.seen(red(A).edit(A, paths=[FAR]).edit(A, paths=[FAR]).history) is None
    assert scope_creep.seen(red(A).edit(A, paths=[FAR, CART], unloaded=(FAR,)).history) is None


def test_measured_lines_know_more_than_imports():
    from tests.core.loops.story import TEST

    story = red(A).edit(A, touched=(f"{CART}::Cart.names",))
    ran = frozenset({f"{CART}::Cart.total", f"{CART}::<module>"})
    assert scope_creep.seen(story.history) is None
    assert scope_creep.seen(story.history.measured(TEST, ran)).level == "note"
    assert scope_creep.seen(story.history.measured(TEST, ran | {f"{CART}::Cart.names"})) is None
    assert scope_creep.seen(story.history.measured("tests/other.py::test_b", ran)) is None
    module = red(A).edit(A, touched=(f"{CART}::Cart.names", f"{CART}::<module>"))
    assert scope_creep.seen(module.history.measured(TEST, ran)) is None
