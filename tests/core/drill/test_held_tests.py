"""Tests that are taken out of a file: the rest stays byte for byte, and stays Python."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.drill.held_tests import without_tests

SOURCE = '''\
"""Tests."""
import pytest

# about labels
def test_label():
    assert 1


@pytest.mark.parametrize(
    "kind", ["a", "b"]
)
def test_kinds(kind):
    """Two."""
    assert kind; assert 2


class TestCart:
    rate = 7

    def test_vat(self):
        assert 3

    async def test_later(self):
        assert 4


class TestOne:
    def test_only(self):
        assert 5
'''


def test_a_function_goes_with_its_decorators_and_nothing_else():
    kept = without_tests(SOURCE, [("test_kinds",)])
    assert kept == SOURCE.replace(SOURCE[SOURCE.index("@pytest") : SOURCE.index("\n\nclass TestCart")], "")


def test_methods_go_from_their_class_and_an_empty_class_passes():
    kept = without_tests(SOURCE, [("TestCart", "test_vat"), ("TestOne", "test_only")])
    assert "test_vat" not in kept
    assert "rate = 7" in kept
    assert kept.endswith("class TestOne:\n    pass\n")


def test_a_whole_class_goes():
    assert "TestCart" not in without_tests(SOURCE, [("TestCart",)])


@pytest.mark.parametrize("names", [("test_none",), ("TestCart", "test_none"), ("TestCart", "rate"), ()])
def test_what_is_not_written_there_cannot_be_held(names):
    with pytest.raises(ValueError, match="is not written there"):
        without_tests(SOURCE, [names])


def test_what_is_no_python_cannot_be_held():
    with pytest.raises(ValueError, match="no Python"):
        without_tests("def (", [("test_a",)])


ALL = [
    ("test_label",),
    ("test_kinds",),
    ("TestCart", "test_vat"),
    ("TestCart", "test_later"),
    ("TestOne", "test_only"),
]


@given(st.sets(st.sampled_from(ALL)), st.sampled_from(["\n", "\r\n"]))
def test_what_is_left_is_python_and_has_all_the_others(held, end):
    kept = without_tests(SOURCE.replace("\n", end), held)
    names = {
        each.name
        for each in ast.walk(ast.parse(kept))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert names == {each[-1] for each in set(ALL) - held}
