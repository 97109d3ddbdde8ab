"""An editor that changes nothing changes nothing, and one that changes a field changes that field only."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.core.spec.document import PARTS, SpecUnread, read_issue, read_spec, write_spec
from coach.core.spec.spec import Spec

WORDS = st.sampled_from(
    [
        "```", "````", "~~~", "  ```py", "# x", "## Actual", "## Scope", "   ## Scope", "**Expected**", "**Scope**:", "\\## Scope",
        "<!--", "-->", "<!-- files a fix may touch, as patterns -->", "## Actual\n<!-- what happens, with values -->",
        "- a", "* ", "1. b", "- [x] c", "  - d", "", " ", "\t", "\r", "\r\n", "\0", "\x1b[31m", "\u2028", "\u0085", "\x0b", "\x0c", "\ufeff",
        "\ud800", "x" * 300, "#", "####### h", "--", "\\", "\\\\",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=40), st.lists(WORDS, max_size=8).map("\n".join), st.lists(WORDS, max_size=4).map("".join)
)
SPECS = st.builds(
    Spec, **{part.name: st.lists(TEXTS, max_size=5).map(tuple) if part.is_list else TEXTS for part in PARTS}
)
TRACE = Spec(title="T", actual="```\ntrace", scope=("src/*",), expected="<!-- never closed")


@settings(max_examples=150, deadline=None)
@given(SPECS)
@example(TRACE)
@example(Spec(actual="x" * 200_000, constraints=("y\n\n  z" * 9_000,), questions=tuple("abcdef")))
def test_an_editor_that_changes_nothing_changes_nothing(spec):
    text = write_spec(spec)
    assert read_spec(text, spec) == spec
    for left in (
        text.replace("\n", "\r\n"),
        text.rstrip("\n"),
        text + "\n\n",
        "\n".join(map(str.rstrip, text.split("\n"))),
    ):
        assert read_spec(left, spec) == spec


@settings(max_examples=150, deadline=None)
@given(SPECS, st.sampled_from(PARTS), st.sampled_from(["one new word", "two\nlines"]))
@example(TRACE, PARTS[1], "a\nb")
def test_an_edit_of_one_field_changes_that_field_only(spec, part, new):
    value = (new.replace("\n", " "), "b") if part.is_list else new
    edited = write_spec(spec.model_copy(update={part.name: value}))
    assert read_spec(edited, spec) == spec.model_copy(update={part.name: value})


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_what_is_read_without_knowing_what_was_written_is_stable(spec):
    """Whatever a document is read as is written and read as the same again."""
    try:
        once = read_spec(write_spec(spec))
    except SpecUnread:
        return
    assert read_spec(write_spec(once), once) == once


def test_a_code_fence_holds_headings_and_one_left_open_is_named():
    text = write_spec(Spec()).replace("with values -->\n", "with values -->\n```\n# a comment\n```\n")
    assert read_spec(text).expected == "```\n# a comment\n```"
    with pytest.raises(SpecUnread, match="line 5: a heading inside a code fence"):
        read_spec("## Actual\nx\n```\ny\n## Scope\n- a\n")


def test_nothing_that_was_typed_is_cut_off():
    with pytest.raises(SpecUnread, match="at most 6,000"):
        read_spec(write_spec(Spec(expected="x" * 6_001)))
    assert read_spec("## Constraints\nkeep a - b, and c * d\n").constraints == ("keep a - b, and c * d",)
    assert read_spec("## Constraints\n- a\n    - b\n    # c\n").constraints == ("a\n- b\n# c",)


@given(st.lists(WORDS, max_size=12).map("\n".join))
def test_whatever_is_read_out_of_a_report_survives_the_editor(report):
    spec = read_issue(report)
    assert read_spec(write_spec(spec), spec) == spec


def test_a_comment_that_never_ends_is_text_and_one_that_ends_is_none():
    assert read_issue("T\n## Actual\na <!-- b\nc --> d\n<!-- e").actual == "a \n d\n<!-- e"
