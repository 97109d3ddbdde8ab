"""ddmin: 1-minimal, never the same question twice, cheap when one thing is to blame."""

from hypothesis import given
from hypothesis import strategies as st

from coach.core.search.ddmin import minimise
from tests.core.search.asking import ask

WIDTHS = st.integers(1, 4)


@st.composite
def monotone(draw):
    """A whole, and the parts of it that are enough to fail."""
    size = draw(st.integers(1, 40))
    part = st.frozensets(st.integers(0, size - 1), min_size=1, max_size=5)
    return size, draw(st.lists(part, min_size=1, max_size=3))


@given(monotone(), WIDTHS)
def test_the_result_fails_and_no_item_of_it_can_be_left_out(case, width):
    size, causes = case

    def oracle(part):
        return "FAIL" if any(cause <= set(part) for cause in causes) else "PASS"

    found, asked, _ = ask(minimise(range(size), width=width), oracle)
    assert oracle(found) == "FAIL"
    assert len(found) == 1 or all(oracle([x for x in found if x != each]) != "FAIL" for each in found)
    assert list(found) == sorted(found)
    assert len(asked) == len({frozenset(each) for each in asked})
    assert () not in asked


@given(monotone(), st.data(), WIDTHS)
def test_it_is_minimal_also_when_parts_cannot_be_judged(case, data, width):
    size, causes = case
    broken = data.draw(st.sets(st.tuples(st.integers(0, size), st.integers(0, size)), max_size=6))

    def oracle(part):
        items = set(part)
        if any((a in items) != (b in items) for a, b in broken):
            return "UNRESOLVED"
        return "FAIL" if any(cause <= items for cause in causes) else "PASS"

    found, asked, _ = ask(minimise(range(size), width=width), oracle)
    assert len(found) == size or oracle(found) == "FAIL"
    assert len(found) == 1 or all(oracle([x for x in found if x != each]) != "FAIL" for each in found)
    assert len(asked) == len({frozenset(each) for each in asked})


def test_one_culprit_of_a_thousand_is_cheap():
    for culprit in (0, 333, 500, 999):
        found, asked, _ = ask(
            minimise(range(1000)), lambda part, it=culprit: "FAIL" if it in part else "PASS"
        )
        assert found == (culprit,)
        assert len(asked) <= 20
        _, _, rounds = ask(
            minimise(range(1000), width=2), lambda part, it=culprit: "FAIL" if it in part else "PASS"
        )
        assert rounds <= 11


@given(monotone(), st.lists(st.frozensets(st.integers(0, 39), max_size=4), max_size=4), WIDTHS)
def test_what_only_makes_sense_together_goes_together(case, groups, width):
    size, causes = case

    def oracle(part):
        items = set(part)
        if any(0 < len(group & items) < len(group & set(range(size))) for group in groups):
            return "UNRESOLVED"
        return "FAIL" if any(cause <= items for cause in causes) else "PASS"

    found, asked, _ = ask(minimise(range(size), width=width, groups=groups), oracle)
    assert len(found) == size or oracle(found) == "FAIL"
    assert all(
        oracle([x for x in found if x not in group]) != "FAIL" for group in groups if group & set(found)
    )
    assert all(oracle([x for x in found if x != each]) != "FAIL" for each in found)
    assert len(asked) == len({frozenset(each) for each in asked})
