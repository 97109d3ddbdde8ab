"""No pattern takes longer than the length of its text deserves, whatever the text; ``benchmarks/patterns.py`` feeds a megabyte."""

import re
from re import _parser

import pytest

from coach.core.redact.redactor import Redactor
from coach.session.export_io import private_of
from tests.patterns import FEW, busy, used_patterns

SIZE, SECONDS = 12_000, 0.1
"""A pattern that costs the square of 12,000 characters takes longer; one that costs their number takes a hundredth."""
SHORT = {
    ("coach.engine.watch.own_files", "_EDITORS"): "names of files: 255 bytes",
}
"""Patterns of which only a short text is ever asked, and why."""


def test_all_patterns_are_found():
    patterns = used_patterns()
    assert len(patterns) > 250
    for place in (("coach.core.base.text", "_SEQUENCE"), ("coach.core.output.go_words", "_SIDES[0]")):
        assert place in patterns
    assert patterns["coach.core.output.go_words", "_SIDES[0]"][1] == {"match"}


@pytest.mark.parametrize(
    ("source", "method"),
    [
        (r"\s*x", "search"),
        (r"[\w./]+\.py", "findall"),
        (r"\s*>?\s*\d*\s*\|", "match"),
        (r"(?s)<!--.*?-->", "sub"),
        (r"(a|a)*b", "match"),
    ],
)
def test_what_costs_too_much_is_noticed(source, method):
    assert busy(re.compile(source), {method}, SIZE, SECONDS, FEW, most=1)


def test_no_pattern_costs_the_square_of_its_text():
    places = {
        (pattern, frozenset(methods)): place
        for place, (pattern, methods) in used_patterns().items()
        if place not in SHORT
    }
    slow = {
        f"{place}: {pattern.pattern[:80]!r}": found
        for (pattern, methods), place in places.items()
        if (found := busy(pattern, set(methods), SIZE, SECONDS, FEW, every=5))
    }
    assert not slow


def test_no_pattern_needs_what_the_first_releases_of_python_311_do_wrong():
    """Up to 3.11.4 a possessive or atomic part that holds more than one set of characters loses matches."""
    found = [
        place
        for place, (pattern, _) in used_patterns().items()
        if _holds_more(_parser.parse(pattern.pattern, pattern.flags))
    ]
    assert not found


def test_what_they_do_wrong_is_noticed():
    assert _holds_more(_parser.parse("a(?:b|cd)*+e"))
    assert _holds_more(_parser.parse("(x(?>ab*)c)"))
    assert not _holds_more(_parser.parse(r"a[bc]*+d\s++"))


def _holds_more(part):
    if isinstance(part, tuple) and part and str(part[0]) == "ATOMIC_GROUP":
        return True
    if isinstance(part, tuple) and part and str(part[0]) == "POSSESSIVE_REPEAT":
        inner = part[1][2]
        return len(inner) != 1 or str(inner[0][0]) not in {"IN", "LITERAL", "NOT_LITERAL", "ANY"}
    is_sequence = isinstance(part, (tuple, list, _parser.SubPattern))
    return is_sequence and any(_holds_more(each) for each in part)


@pytest.mark.parametrize("name", ["pass", "secret_key", "token-b64", "api_key_value"])
@pytest.mark.parametrize("more", ["9" * 4_000, "key" * 1_000, "_12" * 1_000])
def test_a_long_ending_of_a_secret_s_name_is_read_once(name, more):
    """A repetition of parts that may be cut in two ways was tried in all of them: twenty digits took seconds, sixty for ever."""
    text = f"def test_b(): {name}{more}x"
    assert Redactor(private_of(None)).clean(text).startswith("def test_b(): ")
