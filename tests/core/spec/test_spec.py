"""The spec as a document and back, what is read out of a report, and what a spec leaves open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.spec.document import PARTS, SpecUnread, read_issue, read_spec, write_spec
from coach.core.spec.gaps import gaps
from coach.core.spec.spec import Spec, TeamRules, is_outside

WHOLE = Spec(
    title="cart total is one cent too high",
    expected="three pens at 9.99 cost 29.97\n# not a heading of ours\n**neither**",
    actual="the cart says 29.98",
    since="commit 3b67a2e",
    constraints=("money stays Decimal", "no new dependency"),
    edge_cases=("an empty cart costs 0.00",),
    failure_modes=("rounding the display only",),
    non_goals=("changing how prices are shown",),
    acceptance=("python -m pytest tests",),
    scope=("shop/*.py",),
    protected=("shop/tax.py",),
    stop_and_ask=("a price list has to change",),
    questions=("is the discount per line?",),
)


@pytest.mark.parametrize("spec", [Spec(), WHOLE])
def test_a_spec_survives_the_editor(spec):
    assert read_spec(write_spec(spec)) == spec


_LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=30
)


@given(_LINES, st.lists(_LINES, max_size=3))
def test_words_survive_the_editor(word, entries):
    """Whatever is typed into a field comes back, headings and items included."""
    for text in (f"# {word}", f"- {word}", f"\\## {word}", f"a\n**{word}**"):
        if "<!--" in text or "```" in text:
            continue
        assert read_spec(write_spec(Spec(expected=text))).expected == text
    kept = tuple(each for each in entries if "<!--" not in each and "```" not in each and each[0].isalnum())
    assert read_spec(write_spec(Spec(constraints=kept))).constraints == kept


def test_what_is_not_understood_is_named_with_its_line():
    """Every problem at once, and nothing is dropped silently."""
    text = "stray words\n## Expected\n10\n## Colour\nred\n## Expected\n11\n## Questions\n- a\n- b\n- c\n- d\n"
    with pytest.raises(SpecUnread) as unread:
        read_spec(text)
    assert unread.value.problems == (
        "line 1: text before the first heading",
        "line 4: no field is called “Colour”",
        "line 6: “Expected” is there twice",
        "4 questions; at most 3, the most important ones",
    )


def test_a_report_fills_what_is_empty_and_nothing_else():
    report = (
        "# Total wrong\n\n**Describe the bug**\nIt says 29.98\n\n### Expected behavior:\n29.97\n"
        "### Steps to reproduce\n1. add three pens\n\n## Acceptance criteria\n- [ ] pytest tests/test_cart.py\n"
    )
    spec = read_issue(report, Spec(actual="mine"))
    assert spec.title == "Total wrong"
    assert spec.expected == "29.97"
    assert spec.actual == "mine"
    assert read_issue(report).actual == "It says 29.98\nSteps to reproduce:\n1. add three pens"
    assert spec.acceptance == ("pytest tests/test_cart.py",)


def test_a_report_without_headings_is_title_and_actual():
    spec = read_issue("Crash on empty cart\r\n\r\nTraceback: ZeroDivisionError\nin total()")
    assert (spec.title, spec.actual) == ("Crash on empty cart", "Traceback: ZeroDivisionError\nin total()")
    assert read_issue("") == Spec()


def test_an_empty_spec_has_every_gap_with_its_cost():
    found = {each.field: each for each in gaps(Spec())}
    assert set(found) == {
        "expected",
        "actual",
        "since",
        "acceptance",
        "scope",
        "edge_cases",
        "constraints",
        "stop_and_ask",
    }
    assert all(each.cost for each in found.values())
    assert "cannot be checked" in found["acceptance"].cost


def test_a_whole_spec_has_no_gap_but_its_open_question():
    assert [each.field for each in gaps(WHOLE)] == ["questions"]


@pytest.mark.parametrize(
    "text", ["it works", "should be correct", "does not crash", "the right total", "it fails"]
)
def test_words_that_fit_every_defect_are_vague(text):
    assert "has no value" in next(each.what for each in gaps(Spec(expected=text)) if each.field == "expected")


@pytest.mark.parametrize(
    "text",
    [
        "the total is 29.97",
        "an empty cart returns None",
        "raises KeyError",
        "the second line keeps its indent and colour",
    ],
)
def test_values_and_plain_descriptions_are_not_vague(text):
    assert not [each for each in gaps(Spec(expected=text)) if each.field == "expected"]


def test_acceptance_is_something_one_can_run_and_team_rules_count():
    prose = gaps(Spec(acceptance=("the customer is happy",)))
    assert any("no command" in each.what for each in prose)
    rules = TeamRules(acceptance=("make check",), constraints=("a",), stop_and_ask=("b",))
    assert not {each.field for each in gaps(Spec(), rules)} & {"acceptance", "constraints", "stop_and_ask"}


def test_scope_and_protection():
    assert is_outside("docs/a.py", ("shop",), ())
    assert not is_outside("shop/a.py", ("shop",), ())
    assert is_outside("shop/tax.py", ("shop",), ("shop/tax.py",))
    assert not is_outside("x.py", (), ())


def test_every_field_of_a_spec_is_in_the_document():
    assert {part.name for part in PARTS} == set(Spec.model_fields) - {"reported"}
