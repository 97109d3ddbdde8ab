"""Pairs of results: what counts as a win, what is left out, and what is said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.drill.comparison import Side, compare, fixed_in, fixes_lost, section_costs
from coach.core.drill.comparison_words import chance_words, cost_words, sentences, verdict
from coach.core.drill.score import Effort
from coach.core.runs.reproduction import wilson
from tests.drill.building import result, score

NONE = Side(label="no spec", player="robot")
SPEC = Side(label="spec.md", player="robot", guidance="abc")


def paired(first, second):
    """Return the comparison of two rows of outcomes: True fixed, False not, None not judged."""
    results = [result(number, fixed) for number, fixed in enumerate(first, 1)]
    results += [result(number, fixed, guidance="abc") for number, fixed in enumerate(second, 1)]
    return compare(NONE, SPEC, results, range(1, len(first) + 1))


# Newcombe 1998, table I, method 3.
@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_are_the_published_ones(count, of, low, high):
    assert wilson(count, of) == pytest.approx((low, high), abs=1e-4)


def test_eight_fixes_against_none_are_told_apart():
    found = paired([False] * 8, [True] * 8)
    assert (found.fixed.wins, found.fixed.losses, found.fixed.p) == (8, 0, 2 / 2**8)
    assert (found.rates[0].fixed, found.rates[1].fixed) == (0, 8)
    assert verdict(found) == "“spec.md” fixes more"
    assert "Told apart" in " ".join(sentences(found))


def test_five_fixes_more_are_not_told_apart_and_it_is_said_what_would_tell():
    found = paired([False] * 5 + [True] * 3, [True] * 8)
    said = " ".join(sentences(found))
    assert verdict(found) == "not told apart"
    assert "Not told apart" in said
    assert "That does not say that they are equal" in said
    assert "about 2 more pairs would tell" in said


def test_the_worse_second_side_is_said_to_be_worse():
    assert verdict(paired([True] * 8, [False] * 8)) == "“no spec” fixes more"


def test_pairs_that_are_all_alike_say_what_is_needed():
    said = " ".join(sentences(paired([True] * 8, [True] * 8)))
    assert "No pair differed" in said
    assert "At least 6 pairs must differ" in said


def test_nothing_is_said_of_nothing():
    found = paired([None] * 3, [True] * 3)
    assert not found.pairs
    assert verdict(found) == "nothing can be said"
    assert [each.number for each in found.not_paired] == [1, 2, 3]
    assert sentences(found) == ("No pair could be judged: nothing can be said.",)


def test_a_pair_that_could_not_be_judged_is_left_out_with_its_reason():
    found = paired([True, False, None], [True, True, True])
    assert [each.number for each in found.pairs] == [1, 2]
    assert [(each.number, each.why) for each in found.not_paired] == [(3, "fixed was looked at")]


def test_a_drill_that_one_side_did_not_play_is_left_out_and_named():
    found = compare(NONE, SPEC, [result(1), result(2), result(2, guidance="abc")], (1, 2))
    assert [each.number for each in found.pairs] == [2]
    assert [(each.number, each.why) for each in found.not_paired] == [(1, "there is no result for “spec.md”")]


def test_to_read_the_answer_is_no_fix():
    cheated = score(fixed=True, fair=False)
    assert fixed_in(cheated) is False
    found = compare(NONE, SPEC, [result(1, score=cheated), result(1, guidance="abc")], (1,))
    assert found.pairs[0].fixed == 1
    assert found.pairs[0].points == (0, 100)


def test_a_result_that_was_played_again_does_not_replace_the_first():
    results = [result(1, fixed=False), result(1, fixed=True), result(1, guidance="abc")]
    assert compare(NONE, SPEC, results, (1,)).pairs[0].fixed == 1


def test_a_result_that_could_not_be_judged_gives_way_to_one_that_could():
    results = [
        result(1, fixed=None),
        result(1, fixed=False),
        result(1, fixed=True),
        result(1, guidance="abc"),
    ]
    assert compare(NONE, SPEC, results, (1,)).pairs[0].fixed == 1


def test_results_of_others_are_of_neither_side():
    others = [result(1, player="human"), result(1, guidance="of another spec")]
    assert not compare(NONE, SPEC, others, (1,)).pairs


def test_scores_are_compared_on_lines_that_were_judged_on_both_sides():
    """With rules that say when to stop, ``asked`` is judged; without them it is not, and must not count for either."""
    with_rules = score(fixed=True, scope_kept=True, asked=False)
    without = score(fixed=True, scope_kept=True, asked=None)
    found = compare(NONE, SPEC, [result(1, score=without), result(1, score=with_rules, guidance="abc")], (1,))
    assert found.pairs[0].points == (100, 100)
    assert found.score.ties == 1


def test_hints_cost_points_in_a_comparison_too():
    asked = score(effort=Effort(hints=("suspects", "mutation")))
    found = compare(NONE, SPEC, [result(1, score=asked), result(1, guidance="abc")], (1,))
    assert found.pairs[0].points == (90, 100)


outcomes = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30)


@given(outcomes)
def test_both_ways_round_a_comparison_says_the_same(pairs):
    first, second = zip(*pairs, strict=True)
    one, other = paired(first, second), paired(second, first)
    assert (one.fixed.wins, one.fixed.losses, one.fixed.ties) == (
        other.fixed.losses,
        other.fixed.wins,
        other.fixed.ties,
    )
    assert one.fixed.p == other.fixed.p
    assert [each.fixed for each in one.rates] == [each.fixed for each in reversed(other.rates)]
    if one.difference:
        assert one.difference.middle == -other.difference.middle
        assert (one.difference.low, one.difference.high) == (-other.difference.high, -other.difference.low)


@given(outcomes)
def test_every_drill_is_counted_once_and_the_rates_agree_with_the_pairs(pairs):
    first, second = zip(*pairs, strict=True)
    found = paired(first, second)
    assert found.fixed.pairs == found.score.pairs == len(pairs)
    assert found.rates[1].fixed - found.rates[0].fixed == found.fixed.wins - found.fixed.losses
    assert all(each.low - 1e-9 <= each.fixed / each.of <= each.high + 1e-9 for each in found.rates)
    said = " ".join(sentences(found))
    assert ("Not told apart" in said) == (not found.fixed.tells)


def costs_of(**sections):
    """Return the costs of sections; each is given by the outcomes without it, where the whole fixes all."""
    return section_costs(
        [(name, paired(without, [True] * len(without))) for name, without in sections.items()]
    )


def test_the_dearest_section_comes_first_and_its_cost_is_said():
    found = costs_of(scope=[True] * 8, actual=[False] * 8, title=[False] + [True] * 7)
    assert [each.section for each in found] == ["actual", "title", "scope"]
    assert [fixes_lost(each) for each in found] == [8, 1, 0]
    assert cost_words(found[0]) == "8 fixes fewer in 8 pairs: told apart (2.3 %)"
    assert cost_words(found[1]) == "1 fix fewer in 8 pairs: not told apart (100 %)"
    assert cost_words(found[2]) == "as many fixes in 8 pairs: not told apart (100 %)"


def test_many_sections_are_judged_together():
    """Six of six alone would tell (3.1 %); among ten sections it does not."""
    assert costs_of(actual=[False] * 6)[0].tells
    many = costs_of(actual=[False] * 6, **{f"s{each}": [True] * 6 for each in range(9)})
    assert not many[0].tells


def test_nothing_is_impossible():
    assert chance_words(0.0) == chance_words(0.0009) == "less than 0.1 %"
    assert chance_words(0.0078125) == "0.8 %"
    assert chance_words(0.2891) == "29 %"
