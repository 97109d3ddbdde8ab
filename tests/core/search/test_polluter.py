"""Pollution: one polluter, two that only spoil together, in one file or several."""

from hypothesis import given
from hypothesis import strategies as st

from coach.core.base.test_id import TestId
from coach.core.search.polluter import find_polluters
from tests.core.search.asking import ask


@st.composite
def suites(draw):
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=8))
    tests = [
        TestId(f"t{file}.py::test_{number}") for file, size in enumerate(sizes) for number in range(size)
    ]
    polluters = draw(st.sets(st.sampled_from(tests), min_size=1, max_size=3))
    return tests, polluters


@given(suites(), st.data(), st.integers(1, 3))
def test_polluters_are_found_alone_and_together(case, data, width):
    """Whatever was seen between the tests: a wrong guess costs one question."""
    tests, polluters = case
    likely = data.draw(st.sets(st.sampled_from(tests)))
    found, asked, _ = ask(
        find_polluters(tests, likely=likely, width=width),
        lambda part: "FAIL" if polluters <= set(part) else "PASS",
    )
    assert set(found) == polluters
    assert list(found) == [each for each in tests if each in polluters]
    assert len(asked) == len(set(asked))


def test_a_pair_among_a_thousand():
    tests = [TestId(f"t{number // 20}.py::test_{number}") for number in range(1000)]
    pair = {tests[17], tests[930]}
    found, asked, rounds = ask(
        find_polluters(tests, width=2), lambda part: "FAIL" if pair <= set(part) else "PASS"
    )
    assert set(found) == pair
    assert len(asked) <= 34
    assert rounds <= 20
    found, asked, rounds = ask(
        find_polluters(tests, likely=pair, width=2), lambda part: "FAIL" if pair <= set(part) else "PASS"
    )
    assert set(found) == pair
    assert len(asked) <= 6


@given(suites(), st.data(), st.integers(1, 3))
def test_what_is_found_is_minimal_also_when_tests_repair_what_others_spoil(case, data, width):
    tests, polluters = case
    repairing = data.draw(st.sets(st.sampled_from(tests), max_size=3)) - polluters

    def oracle(part):
        spoilt = set()
        for test in part:
            spoilt = set() if test in repairing else spoilt | ({test} & polluters)
        return "FAIL" if spoilt == polluters else "PASS"

    if oracle(tests) != "FAIL":
        return
    found, asked, _ = ask(find_polluters(tests, width=width), oracle)
    assert set(found) == polluters
    assert len(asked) == len(set(asked))
