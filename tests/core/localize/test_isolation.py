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
        ([0.85, 0.1], ["a"]),
        ([0.5, 0.35, 0.1], ["a", "b"]),
        ([0.4, 0.3, 0.2], []),
        ([0.79], []),
        ([], []),
    ],
)
def test_one_place_or_two_hold_it(likely, named):
    found = isolation([suspect(name, share, "flip") for name, share in zip("abc", likely, strict=False)])
    assert [each.function for each in found.places] == named
    assert found.why.startswith("weak") is not bool(named)


def test_two_places_are_no_answer_before_more_than_lines_was_measured():
    assert not isolation([suspect("a", 0.5, "alone"), suspect("b", 0.35, "raised")])
    assert isolation([suspect("a", 0.85, "alone")])


def test_two_kinds_that_do_not_depend_on_each_other_agree():
    found = isolation([suspect("a", 0.4), suspect("b", 0.3, "alone", "commits"), suspect("c", 0.1)])
    assert [each.function for each in found.places] == ["b"]
    assert found.why == "shop.py:3 30%: no passing test runs its line, and the culprit commit changed it"
    assert not isolation([suspect("a", 0.4, "alone", "flip"), suspect("b", 0.3, "commits")])
    far = isolation([suspect("a", 0.5), suspect("b", 0.01, "alone", "commits", leads=False)])
    assert not far  # evidence against a place is evidence as well


def test_mutations_are_tried_where_the_spectrum_points_so_that_they_confirm_no_spectrum():
    assert agreement(["alone", "flip", "raised"]) is None
    assert agreement(["alone", "edits"]) == ("alone", "edits")


def test_evidence_stands_for_a_place_only_when_it_is_strong():
    assert strong_kinds({"flip": 0.3, "edits": 0.5, "line": 1.0}) == ("edits",)
    assert set(strong_kinds(dict.fromkeys(EVIDENCE, 1.0))) <= set(EVIDENCE)


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
    found = isolation([suspect("a", 0.4, *pair), suspect("b", 0.3)])
    assert [each.function for each in found.places] == ["a"]
    assert ", and " in found.why
