"""Nested text shrinks from the outside in, and stays in form while it does."""

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.search.hdd import is_nested, reduce_nested

ORDER = {
    "customer": {"name": "Ann, Lee", "tags": ["a", "b]", "c"]},
    "items": [{"sku": "x1", "price": 3}, {"sku": "y2", "price": -1, "note": 'say "}"'}],
    "paid": True,
}


def reduced(text, fails, reads=json.loads):
    search, tried = reduce_nested(text), 0
    asked = next(search)
    while True:
        tried += len(asked)
        try:
            outcomes = tuple(_outcome(each, fails, reads) for each in asked)
            asked = search.send(outcomes)
        except StopIteration as end:
            return end.value, tried


def _outcome(text, fails, reads):
    try:
        return "FAIL" if fails(reads(text)) else "PASS"
    except (ValueError, SyntaxError):
        return "UNRESOLVED"


def _has_negative_price(order):
    return isinstance(order, dict) and any(
        isinstance(each, dict) and each.get("price", 0) < 0 for each in order.get("items", ())
    )


@pytest.mark.parametrize("indent", [None, 2])
def test_what_matters_of_a_document_is_left(indent):
    found, tried = reduced(json.dumps(ORDER, indent=indent), _has_negative_price)
    assert json.loads(found) == {"items": [{"price": -1}]}
    assert tried < 30


def test_separators_and_brackets_in_quotes_are_text():
    found, _ = reduced(json.dumps(ORDER), lambda order: "b]" in order.get("customer", {}).get("tags", ()))
    assert json.loads(found) == {"customer": {"tags": ["b]"]}}


def test_literals_of_python():
    text = "[(1, 'a;b'), (2, {'k': (3, 4)}), (5,)]"
    found, _ = reduced(
        text, lambda value: any(isinstance(each, tuple) and 2 in each for each in value), ast.literal_eval
    )
    assert 2 in ast.literal_eval(found)[0]
    assert len(found) < 12


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ('{"a": [1]}', True),
        ("[1, 2]\n", True),
        ("(1, 'x')", True),
        ("plain (text)", False),
        ("7", False),
        ("", False),
    ],
)
def test_what_counts_as_nested(text, so):
    assert is_nested(text) is so


_VALUES = st.recursive(
    st.integers() | st.text(alphabet="ab[]{},;\"'\\ "),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
def test_the_result_fails_whatever_the_text(value):
    """What is returned has failed, or is the whole; it never grows, and always comes to an end."""
    text = json.dumps([value, "needle"])
    found, _ = reduced(text, lambda seen: "needle" in seen)
    assert json.loads(found) == ["needle"]
