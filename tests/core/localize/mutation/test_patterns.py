"""Regular expressions that are nearly the same: each compiles, each is another one, and common fixes are among them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.localize.mutation.mutants import Place, mutants
from coach.core.localize.mutation.patterns import MAX_VARIANTS, other_patterns


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (r"\s*#.*", r"\s+#.*"),
        (r"(\d+)\.(\d+)$", r"(\d+)\.(\d*)$"),
        (r"[a-z]+", r"[a-z-]+"),
        (r"[a-z]+", r"[a-z_]+"),
        (r"v\d+", r"v\d+$"),
        (r"^\w+@\w+.com", r"^\w+@\w+\.com"),
        (r"<.*>", r"<.*?>"),
        (r"[^\d]+", r"[\d]+"),
        (r"(?P<year>\d{4})-\d", r"(?P<year>\d{4})-\d+"),
        (r"\bfoo\w*", r"foo\w*"),
        (r"(?:a|b)\s?", r"(?:a|b)+\s?"),
    ],
)
def test_a_common_fix_is_one_change(wrong, right):
    assert right in list(other_patterns(wrong))


@pytest.mark.parametrize(
    "text", ["hello world", "a.b", "what?", "(see below)", "100 %", "", "[1, 2]", "\\s(", "C:\\data\\"]
)
def test_a_text_that_is_no_pattern_is_left_alone(text):
    assert list(other_patterns(text)) == []


PARTS = st.sampled_from(
    [r"\s", r"\d", "[^a-c]", "[]x]", ".", "(", "(?:", ")", "*", "+?", "{2,3}", "^", "$", "|", "é", "\n", "\\"]
)


@given(st.lists(PARTS, max_size=14).map("".join))
def test_whatever_the_pattern_each_variant_is_another_one_that_compiles(text):
    made = list(other_patterns(text))
    assert len(made) <= MAX_VARIANTS
    assert len(set(made)) == len(made)
    assert text not in made
    for each in made:
        re.compile(each)


def test_patterns_of_functions_and_of_modules_are_mutated():
    source = 'import re\n\nWORD = re.compile(r"[a-z]+")\n\n\ndef bare(text):\n    return re.sub(r"\\s*#.*", "", text)\n'
    places = [Place("a.py", "bare", (7,), 0.6), Place("a.py", "", (3,), 0.5)]
    made = {
        (each.line, each.after)
        for each in mutants(places, {"a.py": source}, test_source="")
        if each.kind == "pattern"
    }
    assert (7, r"'\\s+#.*'") in made
    assert (3, "'[a-z_]+'") in made
