"""The failure is hidden where it shows."""

import pytest

from coach.core.loops.attempt import Finding
from coach.core.loops.detectors import symptom_patch
from tests.core.loops.story import CART, GREEN, OTHER, failed, red

IN_TOTAL = [
    failed("'NoneType' object has no attribute 'price'", exception="AttributeError", place=(CART, "total"))
]
WRONG = [failed("assert 9 == 10", code="assert cart.total() == 10")]


def sign(kind="swallowed", function="total", *, weak=False, text="an exception is swallowed", path=CART):
    return (Finding(kind=kind, path=path, line=7, function=function, text=text, is_weak=weak),)


@pytest.mark.parametrize("kind", ["swallowed", "retried", "slept", "special-case"])
def test_green_by_hiding_is_a_banner(kind):
    found = symptom_patch.seen(red(IN_TOTAL).edit(GREEN, findings=sign(kind)).history)
    assert (found.level, found.evidence) == ("banner", (1, 2))
    assert found.place == f"{CART}:total"
    assert f"{CART}:7" in found.sentence


def test_still_red_is_a_note():
    assert symptom_patch.seen(red(IN_TOTAL).edit(IN_TOTAL, findings=sign()).history).level == "note"


def test_a_function_the_failing_test_calls_is_near():
    assert symptom_patch.seen(red(WRONG).edit(GREEN, findings=sign("special-case")).history).level == "banner"


def test_what_only_hides_and_turned_it_green_counts_wherever_it_is():
    deep = sign("special-case", "rate", path="shop/pricing.py")
    alone = red(WRONG).edit(GREEN, paths=("shop/pricing.py", "tests/test_cart.py"), findings=deep)
    assert symptom_patch.seen(alone.history).level == "banner"
    assert (
        symptom_patch.seen(red(WRONG).edit(WRONG, paths=("shop/pricing.py",), findings=deep).history) is None
    )
    with_a_fix = red(WRONG).edit(GREEN, paths=("shop/pricing.py", CART), findings=deep)
    assert symptom_patch.seen(with_a_fix.history) is None
    weak = sign("special-case", "rate", path="shop/pricing.py", weak=True)
    assert (
        symptom_patch.seen(red(WRONG).edit(GREEN, paths=("shop/pricing.py",), findings=weak).history) is None
    )


def test_one_of_several_failures_is_enough():
    both = [*WRONG, failed("assert 1 == 2", OTHER)]
    story = red(both).edit([failed("assert 1 == 2", OTHER)], findings=sign())
    assert symptom_patch.seen(story.history).level == "banner"


def test_a_guard_against_none_where_none_failed():
    guard = sign("special-case", text="None is let through")
    assert symptom_patch.seen(red(IN_TOTAL).edit(GREEN, findings=guard).history).level == "banner"
    assert symptom_patch.seen(red(WRONG).edit(GREEN, findings=guard).history).level == "note"
    asked = guard[0].model_copy(update={"answer": "''"})
    demands = [
        failed(
            "'NoneType' object …", exception="TypeError", place=(CART, "total"), code="assert total(x) == ''"
        )
    ]
    assert symptom_patch.seen(red(demands).edit(GREEN, findings=(asked,)).history).level == "note"
    assert symptom_patch.seen(red(IN_TOTAL).edit(GREEN, findings=(asked,)).history).level == "banner"
    handed_in = [
        failed("'NoneType' object …", exception="AttributeError", place=(CART, "total"), code="total(None)")
    ]
    assert symptom_patch.seen(red(handed_in).edit(GREEN, findings=guard).history).level == "note"


def test_failed_tests_tried_again_by_configuration():
    again = (Finding(kind="retried", path="pyproject.toml", text="failed tests are tried again: --reruns"),)
    assert (
        symptom_patch.seen(red(WRONG).edit(GREEN, paths=("pyproject.toml",), findings=again).history).level
        == "banner"
    )


HEALTHY = {
    "far from the failure": red(IN_TOTAL).edit(
        GREEN, findings=sign(function="export", path="shop/export.py")
    ),
    "while green": red(IN_TOTAL).edit(GREEN).edit(GREEN, findings=sign()),
    "a branch": red(IN_TOTAL).edit(GREEN, findings=sign(), head_moved=True),
    "a fix": red(IN_TOTAL).edit(GREEN),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy(name):
    assert symptom_patch.seen(HEALTHY[name].history) is None


def test_what_is_ordinary_or_written_down_is_a_note_at_most():
    assert symptom_patch.seen(red(IN_TOTAL).edit(GREEN, findings=sign(weak=True)).history).level == "note"
    assert (
        symptom_patch.seen(red(IN_TOTAL).wrote("note").edit(GREEN, findings=sign()).history).level == "note"
    )
