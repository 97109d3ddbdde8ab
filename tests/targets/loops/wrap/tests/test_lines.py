from wrap.lines import justify, wrap
from wrap.words import longest, split


def test_short_text_is_one_line(width):
    assert wrap("the fox", width) == ["the fox"]


def test_no_line_is_too_long(text):
    lines = wrap(text, 8)
    assert lines[0] == "the"
    assert lines == ["the", "quick", "brown", "fox"]


def test_words(text):
    assert len(split(text)) == 4


def test_justified_to_the_left(text, width):
    assert justify("a b", width)[0] == "a b       "


def test_the_longest_word(text):
    assert longest(text) == "quick"
