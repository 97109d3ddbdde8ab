"""What an assistant says of its own work, in plain text and in the JSON that assistants print."""

import json

import pytest

from coach.core.drill.facts import NamedCause
from coach.core.drill.said import causes_named, question_in, tokens_in

RATE = NamedCause(path="shop/rates.py", function="rate_of")


@pytest.mark.parametrize(
    "text",
    [
        "cause: shop/rates.py rate_of",
        "Done.\n\n**cause:** `shop/rates.py` `rate_of`\n",
        "- Cause: shop/rates.py, rate_of()\n",
        "cause: shop/rates.py::rate_of",
        "cause: shop/other.py f\n\nI was wrong.\n\ncause: shop/rates.py rate_of\nThat is all.",
        json.dumps({"type": "result", "result": "Fixed.\n\ncause: shop/rates.py rate_of"}),
        json.dumps({"item": {"content": [{"text": "cause: shop/rates.py rate_of"}]}}) + "\n{not json",
    ],
)
def test_the_cause_is_read_from_the_last_line_that_names_one(text):
    assert causes_named(text) == (RATE,)


@pytest.mark.parametrize(
    "function", ["Cart.__init__", "_private", "<module>", "f.<locals>.<lambda>", "__getattr__"]
)
def test_names_keep_their_underscores_and_brackets(function):
    for line in (
        f"cause: a.py {function}",
        f"**cause: `a.py` `{function}`**",
        f"- cause: a.py {function}().",
    ):
        assert causes_named(line) == (NamedCause(path="a.py", function=function),)


def test_two_causes_stand_in_lines_that_follow_each_other():
    found = causes_named(
        "cause: a.py f\n\nNo.\ncause: shop/rates.py rate_of\ncause: shop/cart.py Cart.total\n"
    )
    assert found == (RATE, NamedCause(path="shop/cart.py", function="Cart.total"))


def test_nothing_that_is_said_names_no_cause():
    assert causes_named("because: shop/rates.py\nThe cause: is unknown\ncause:\n") == ()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("ask: may I edit rates.py?", "may I edit rates.py?"),
        ("I stop here.\n**Ask: may I?**\n", "may I?"),
        ("I ask: nothing", ""),
        ("", ""),
    ],
)
def test_a_question_is_a_line_of_its_own(text, asked):
    assert question_in(text) == asked


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("no word of it", None),
        ("tokens used: 12,345", 12_345),
        ("tokens used\n9,001\n", 9_001),
        ("Tokens: 12k sent, 1.5k received.\nTokens: 300 sent, 20 received.", 13_820),
        (
            json.dumps({"usage": {"input_tokens": 100, "output_tokens": 20, "cache_read_input_tokens": 5}}),
            125,
        ),
        (
            '{"usage": {"input_tokens": 7}}\n{"type": "result", "usage": {"input_tokens": 90, "output_tokens": 10}}',
            100,
        ),
        ('{"usage": "much"}\n{"usage": {"input_tokens": "x"}}', None),
        ("Tokens: . sent, , received\ntokens used ,,", None),
    ],
)
def test_tokens_are_told_only_where_the_output_tells_them(text, tokens):
    assert (tokens_in(text) or None) == tokens


def test_text_of_any_kind_is_read_without_an_error():
    deep = "[" * 50_000
    for text in (
        "{" * 5_000,
        '{"a":' + deep,
        "\0cause: \0",
        "cause: ::",
        "cause: ::f x",
        "{" + "x" * 2_000_000,
    ):
        causes_named(text)
        question_in(text)
        tokens_in(text)
