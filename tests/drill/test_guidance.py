"""Guidance: found again by what it says, and each of its sections left out in turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.drill.guidance import (
    Guidance,
    guidance_of_rules,
    guidance_of_spec,
    without_each_section,
)
from coach.core.spec.document import PARTS, SpecUnread, write_spec
from coach.core.spec.spec import Spec

RULES = """# Rules of this team

Be kind.

## Tests
Never edit a test.
```sh
# no heading: a comment
```
## Empty
## Stop
Ask before a new dependency.
"""

words = st.text(alphabet="abcdef ", min_size=1, max_size=20).map(str.strip).filter(bool)
specs = st.builds(
    Spec,
    title=st.just("") | words,
    expected=st.just("") | words,
    actual=st.just("") | words,
    constraints=st.lists(words, max_size=2).map(tuple),
    scope=st.lists(words, max_size=2).map(tuple),
    stop_and_ask=st.lists(words, max_size=2).map(tuple),
)


def test_two_files_that_say_the_same_are_one_guidance():
    one = guidance_of_spec("## Expected\nten\n", "a.md")
    other = guidance_of_spec("# expected behaviour\n\nten", "b.md")
    assert one.digest == other.digest
    assert one.digest != guidance_of_spec("## Expected\neleven\n", "a.md").digest


def test_an_empty_spec_is_none_and_has_no_digest():
    for each in (
        guidance_of_spec("", "e.md"),
        guidance_of_spec(write_spec(Spec()), "e.md"),
        guidance_of_rules(" \n", "r"),
    ):
        assert (each.kind, each.digest) == ("none", "")
    assert Guidance().digest == ""


def test_rules_and_a_spec_of_the_same_words_differ():
    text = write_spec(Spec(expected="ten"))
    assert guidance_of_spec(text, "x").digest != guidance_of_rules(text, "x").digest


def test_what_is_no_spec_is_refused_with_its_line():
    with pytest.raises(SpecUnread, match="line 1"):
        guidance_of_spec("hello", "x.md")


@given(specs)
def test_every_filled_section_is_left_out_once_and_nothing_else_changes(spec):
    found = without_each_section(guidance_of_spec(write_spec(spec), "spec.md"))
    filled = [part for part in PARTS if getattr(spec, part.name)]
    assert [each.section for each in found] == [part.heading for part in filled]
    for part, each in zip(filled, found, strict=True):
        assert each.guidance.spec == spec.model_copy(update={part.name: getattr(Spec(), part.name)})
        assert each.guidance.label == f"spec.md without {part.heading}"


def test_the_only_section_left_out_leaves_no_spec():
    (only,) = without_each_section(guidance_of_spec("## Actual\nnine\n", "s.md"))
    assert (only.guidance.kind, only.guidance.digest) == ("none", "")


def test_rules_are_cut_at_their_headings():
    found = {
        each.section: each.guidance.text
        for each in without_each_section(guidance_of_rules(RULES, "AGENTS.md"))
    }
    assert list(found) == ["Rules of this team", "Tests", "Stop"]
    assert "Never edit" not in found["Tests"]
    assert "no heading" not in found["Tests"]
    assert "Be kind." in found["Tests"]
    assert "Ask before" in found["Tests"]
    assert "Be kind." not in found["Rules of this team"]


def test_rules_without_headings_and_no_guidance_have_no_sections():
    assert without_each_section(guidance_of_rules("Be kind.", "r")) == ()
    assert without_each_section(Guidance()) == ()
