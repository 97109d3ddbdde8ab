"""Isolated: enough of the probability in one place or two, or two kinds of evidence that do not depend on each other."""

import pytest

from coach.core.localize.isolation import isolation, probable
from coach.core.localize.standing import _AGREEING, EVIDENCE, LAPSE, agreement, shares, strong_kinds
from coach.core.localize.suspect import Suspect


def suspect(name, probability, *kinds, **changes):
    values = {
        "path": "shop.py",
        "function": name,
        "line": 3,
        "score": probability,
        "probability": probability,
    }
    return Suspect.model_validate({**values, "kinds": kinds, **changes})


@pytest.mark.parametrize(
    ("likely", "named"),
    [
        ([0.92, 0.05], ["a"]),
        ([0.5, 0.42, 0.1], ["a", "b"]),
        ([0.85, 0.04], []),  # of such places too many were innocent
        ([0.4, 0.3, 0.2], []),
        ([], []),
    ],
)
def test_one_place_or_two_hold_it(likely, named):
    places = [suspect(name, share, "line", "flip") for name, share in zip("abc", likely, strict=False)]
    found = isolation(places)
    assert [each.function for each in found.places] == named
    assert found.why.startswith("weak") is not bool(named)


def test_a_figure_that_rests_on_one_kind_of_evidence_is_no_answer():
    """A flip near the raise, of code that most passing tests run, was said with 95 % and wrong."""
    assert not isolation([suspect("a", 0.95, "raised")])
    assert not isolation([suspect("a", 0.5, "line", "raised"), suspect("b", 0.42, "flip")])
    assert isolation([suspect("a", 0.92, "line", "raised")])


def test_two_places_are_no_answer_before_more_than_lines_was_measured():
    places = [suspect("a", 0.5, "line", "raised"), suspect("b", 0.42, "line", "raised")]
    assert not isolation(places)
    tried = [*places[:1], suspect("b", 0.42, "line", "flip")]
    assert len(isolation(tried).places) == 2


def test_two_kinds_that_do_not_depend_on_each_other_agree_on_the_likeliest_place():
    found = isolation([suspect("b", 0.5, "line", "commits"), suspect("a", 0.3), suspect("c", 0.1)])
    assert [each.function for each in found.places] == ["b"]
    assert found.why == "shop.py:3 50%: few passing tests run its line, and the culprit commit changed it"
    assert not isolation([suspect("a", 0.5, "line", "flip"), suspect("b", 0.3, "commits")])
    assert not isolation([suspect("a", 0.45, "line", "commits")])  # as likely elsewhere
    assert not isolation([suspect("a", 0.6), suspect("b", 0.3, "line", "commits")])


def test_mutations_are_tried_where_the_spectrum_points_so_that_they_confirm_no_spectrum():
    assert agreement(["line", "flip", "raised"]) is None
    assert agreement(["line", "edits"]) == ("line", "edits")


def test_evidence_points_at_a_place_only_when_it_is_strong():
    assert strong_kinds({"flip": 0.3, "edits": 0.5, "line": 0.6}) == ("edits",)
    assert set(strong_kinds(dict.fromkeys(EVIDENCE, 1.0))) <= set(EVIDENCE)
    refuses = {"raised": 1.0, "raised on purpose": 1.0}
    assert strong_kinds({"raised": 1.0}) == ("raised",)
    assert not strong_kinds(refuses)  # what it was given was wrong before
    assert strong_kinds({"flip": 0.7, "line": 0.5}) == ("flip",)
    assert not strong_kinds({"flip": 0.7, "line": 0.1})  # most passing tests run it as well


def test_what_is_ruled_out_leaves_its_probability_to_the_others_and_to_elsewhere():
    known = [suspect("a", 0.6), suspect("b", 0.2), suspect("c", 0.02, leads=False)]
    first, last = probable(known, {"shop.py:a"})
    assert (first.probability, last.probability) == (0.5, 0.05)
    assert probable(known, {}) == tuple(known)


def test_shares_and_elsewhere_make_one():
    found = shares([2.0, 1.0, 1.0], is_measured=True)
    assert found[1] == found[2] < found[0]
    assert sum(found) < 1
    assert shares([], is_measured=False) == []
    assert shares([900.0, 0.0], is_measured=True) == [1.0 - LAPSE, 0.0]  # never certain


@pytest.mark.parametrize("pair", sorted(map(sorted, _AGREEING)), ids=" ".join)
def test_every_pair_that_agrees_is_said(pair):
    found = isolation([suspect("a", 0.6, *pair), suspect("b", 0.3)])
    assert [each.function for each in found.places] == ["a"]
    assert ", and " in found.why
