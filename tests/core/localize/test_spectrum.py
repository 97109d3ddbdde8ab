"""Spectra count who ran what: one failing test against the passing ones, lines of bodies only."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.base.test_id import TestId
from coach.core.localize.outline import Outline, names_in, words_of
from coach.core.localize.spectrum import Coverage, ochiai
from coach.core.localize.spectrum_measurement import Traced, measure

CART = """\
LIMIT = 3


class Cart:
    @property
    def total(self):
        found = 0
        for price in self.prices:
            found += price
        return found

    def add(self, price):
        def check():
            return price > 0

        if check():
            self.prices.append(price)


async def never(): return 1
"""
FAILING = TestId("tests/test_cart.py::test_total")


def spectrum(tests, without=(), test_source="", **more):
    coverage = Coverage({name: {"cart.py": frozenset(lines)} for name, lines in tests.items()}, **more)
    return measure(FAILING, Traced(coverage, {"cart.py": CART}, test_source, set(without)))


@pytest.mark.parametrize(
    ("failing", "all_failing", "passing", "expected"),
    [(1, 1, 0, 1.0), (1, 1, 3, 0.5), (0, 1, 5, 0.0), (2, 4, 2, 0.5), (0, 0, 0, 0.0)],
)
def test_ochiai_as_published(failing, all_failing, passing, expected):
    assert ochiai(failing, all_failing, passing) == pytest.approx(expected)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 500))
def test_ochiai_is_a_share_that_falls_with_passing_tests(failing, more, passing):
    value = ochiai(failing, failing + more, passing)
    assert 0 <= value <= 1
    assert math.isclose(value, ochiai(failing, failing + more, passing + 1)) or value > ochiai(
        failing, failing + more, passing + 1
    )


def test_lines_belong_to_the_innermost_body_and_def_lines_to_what_is_around():
    outline = Outline(CART)
    assert [each.name for each in outline.functions] == ["Cart.total", "Cart.add", "Cart.add.check", "never"]
    assert outline.at(5) is None
    assert outline.at(6) is None
    assert outline.at(7).name == "Cart.total"
    assert outline.at(13).name == "Cart.add"
    assert outline.at(14).name == "Cart.add.check"
    assert outline.at(20).name == "never"


def test_a_file_that_cannot_be_parsed_has_no_functions():
    assert Outline("def broken(:\n").functions == ()


def test_functions_and_lines_carry_how_many_passing_tests_ran_them():
    found = spectrum(
        {FAILING: [7, 8, 9, 10], "t::a": [7, 8, 10], "t::b": [13, 16], "t::red": [7, 8, 9]},
        without={"t::red"},
    )
    assert found.passing == 2
    (total,) = found.functions
    assert (total.function, total.first, total.passing) == ("Cart.total", 5, 1)
    assert [(line.line, line.passing) for line in total.lines] == [(7, 1), (8, 1), (9, 0), (10, 1)]
    assert total.code.startswith("    @property\n")


def test_a_collection_failure_is_measured_by_what_its_file_imported():
    imports = {
        "tests/test_cart.py": {"cart.py": frozenset({1, 4})},
        "tests/other.py": {"cart.py": frozenset({12})},
    }
    found = spectrum({}, imports=imports).functions
    assert [(each.function, [line.line for line in each.lines]) for each in found] == [
        ("LIMIT", [1]),
        ("Cart", [4]),
    ]
    assert all(each.is_import and not each.steps for each in found)


def test_functions_the_test_names_and_never_ran_are_told():
    found = spectrum({FAILING: [13, 16]}, test_source="def test_total():\n    assert Cart().total == 3\n")
    assert [each.function for each in found.not_run] == ["Cart.total"]
    assert not found.not_run[0].ran


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("test_adds_prices", {"add", "pric"}),
        ("TestHTTPServer", {"http", "server"}),
        ("Money.allocate", {"money", "allocate"}),
        ("copies", {"copy"}),
        ("_", set()),
    ],
)
def test_words_of_names(name, words):
    assert words_of(name) == words


@given(st.text(max_size=200))
def test_any_text_has_words_and_names(text):
    assert all(words_of(text))
    names_in(text)


@given(
    st.dictionaries(st.sampled_from(["t::a", "t::b", "t::c"]), st.sets(st.integers(1, 22)), max_size=3),
    st.sets(st.integers(1, 22), min_size=1),
)
def test_no_line_is_lost_and_none_invented(others, failing):
    found = spectrum({FAILING: failing, **others})
    assert sorted(line.line for each in found.functions for line in each.lines) == sorted(failing)
    assert found.lines_seen == len(failing)
    for each in found.functions:
        assert 0 <= max((line.passing for line in each.lines), default=0) <= each.passing <= len(others)
