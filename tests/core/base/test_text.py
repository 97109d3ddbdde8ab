"""The one sanitiser: nothing that a terminal obeys survives, nothing visible is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.base.text import LINE_LIMIT, safe, safe_line, shorten_middle, storable

FORBIDDEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


@given(st.text(alphabet=st.characters(), max_size=300))
def test_safe_is_printable(text):
    assert not FORBIDDEN.search(safe(text))


@given(st.text(alphabet=st.characters(), max_size=300))
def test_safe_is_idempotent(text):
    assert safe(safe(text)) == safe(text)


@given(st.text(alphabet=st.characters(), max_size=300))
def test_storable_can_be_encoded(text):
    storable(text).encode("utf-8")


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]52;c;aGk=\x1b\\after", "after"),
        ("\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\after", "after"),
        ("\x1bcreset", "reset"),
        ("\x9b31mred", "red"),
        ("safe\rEVIL", "safe␍EVIL"),
        ("a\x08b", "a␈b"),
        ("one\r\ntwo", "one\ntwo"),
        ("\u202eevil", "<U+202E>evil"),
        ("tag\U000e0041", "tag<U+E0041>"),
        ("[/bold] [link=https://x]y", "[/bold] [link=https://x]y"),
        ("\ud800", "\ufffd"),
        ("plain ✔ 漢字", "plain ✔ 漢字"),
    ],
)
def test_hostile_text_is_shown_literally(hostile, shown):
    assert safe(hostile) == shown


def test_a_tab_expands_within_its_line():
    assert safe("x\n\tb") == "x\n    b"


def test_a_very_long_line_is_cut_and_says_so():
    shown = safe("x" * 5_000_000)
    assert len(shown) < LINE_LIMIT + 60
    assert "more characters" in shown


def test_piled_up_marks_are_thinned():
    assert len(safe("e" + "\u0301" * 50)) <= 5


def test_a_line_has_no_newline():
    assert safe_line("a\nb") == "a ⏎ b"


@given(st.text(max_size=80), st.integers(min_value=0, max_value=60))
def test_shortened_text_fits(text, width):
    assert len(shorten_middle(text, width)) <= max(width, 0)


def test_the_middle_goes_first():
    assert shorten_middle("tests/unit/test_cart.py::test_total", 20) == "tests/u…::test_total"
