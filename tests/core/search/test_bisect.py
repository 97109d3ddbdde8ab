"""Bisection: a good commit first, then at most log2 steps; skips, priors, several workers, flaky failures."""

import math
import random

from hypothesis import assume, given
from hypothesis import strategies as st

from coach.core.search.bisect import Culprit, NoGoodCommit, find_culprit, narrow, probes
from coach.core.search.noisy_bisect import SURE, Posterior, find_noisy, new_flake_belief, others
from coach.core.search.repeats import any_failure, runs_for
from tests.core.search.asking import ask


def judged(culprit, broken=()):
    return lambda position: "UNRESOLVED" if position in broken else "FAIL" if position <= culprit else "PASS"


@st.composite
def histories(draw):
    length = draw(st.integers(2, 400))
    culprit = draw(st.integers(0, length - 2))
    likely = draw(st.dictionaries(st.integers(0, length - 1), st.floats(0, 10), max_size=6))
    return length, culprit, likely


@given(histories(), st.booleans())
def test_the_culprit_is_found_within_the_logarithm(case, believes):
    length, culprit, likely = case
    found, asked, _ = ask(find_culprit(length, likely if believes else None), judged(culprit))
    assert found == Culprit((culprit,), culprit + 1)
    assert len(asked) == len(set(asked))
    extra = 2 if believes and likely else 0
    assert len(asked) <= len(probes(length)) + math.ceil(math.log2(length)) + extra


@given(st.integers(2, 400), st.data())
def test_a_known_range_takes_no_more_than_its_logarithm(length, data):
    culprit = data.draw(st.integers(0, length - 2))
    found, asked, _ = ask(narrow(0, length - 1), judged(culprit))
    assert found == Culprit((culprit,), culprit + 1)
    assert len(asked) <= math.ceil(math.log2(length - 1))


@given(histories(), st.integers(2, 4))
def test_several_workers_take_fewer_rounds(case, width):
    length, culprit, likely = case
    found, asked, rounds = ask(find_culprit(length, likely, width=width), judged(culprit))
    assert found == Culprit((culprit,), culprit + 1)
    assert len(asked) == len(set(asked))
    assert rounds <= math.ceil((len(probes(length)) + 1) / width) + math.ceil(math.log2(length)) + 1


@given(histories(), st.data(), st.integers(1, 3))
def test_commits_that_cannot_be_judged_are_passed_over_and_named(case, data, width):
    length, culprit, likely = case
    broken = data.draw(st.sets(st.integers(1, length - 1), max_size=length // 2))
    found, asked, _ = ask(find_culprit(length, likely, width=width), judged(culprit, broken))
    assert len(asked) == len(set(asked))
    if isinstance(found, NoGoodCommit):
        assert length - 1 in broken  # every probe that could have passed was broken
        return
    assert culprit in found.positions
    assert set(found.positions[1:]) <= broken


@given(st.integers(2, 3000), st.integers(1, 3))
def test_without_a_good_commit_it_is_said_how_far_back_that_holds(length, width):
    found, asked, _ = ask(find_culprit(length, width=width), lambda _: "FAIL")
    assert found == NoGoodCommit(length - 1)
    assert len(asked) <= 8


def test_a_test_younger_than_the_oldest_commits_has_its_good_ones_found():
    """The demo's history: red at the newest five, green for six, and before that there was no such test."""
    found, asked, _ = ask(find_culprit(15), judged(4, broken=range(11, 15)))
    assert found == Culprit((4,), 5)
    assert len(asked) <= 8


def test_a_suspicious_commit_is_confirmed_in_two_runs():
    found, asked, _ = ask(find_culprit(256, {100: 1.0}), judged(100))
    assert found == Culprit((100,), 101)
    assert asked == [101, 100]


def test_a_wrong_suspicion_costs_little():
    worst = 0
    for culprit in range(255):
        found, asked, _ = ask(find_culprit(256, {7: 3.0, 30: 1.0}), judged(culprit))
        assert found == Culprit((culprit,), culprit + 1)
        worst = max(worst, len(asked))
    assert worst <= 14


@given(st.floats(0.05, 1), st.integers(1, 12))
def test_repeats_leave_little_doubt(rate, steps):
    runs = runs_for(rate, steps)
    assert runs == 60 or (1 - rate) ** runs <= 0.01 / steps + 1e-12


@given(histories(), st.integers(0, 2**32), st.integers(1, 3))
def test_a_new_flake_is_bisected_by_any_failure_in_k(case, seed, width):
    length, culprit, _ = case
    chance = random.Random(seed)
    runs = runs_for(0.8, 20)

    def oracle(question):
        position, _ = question
        return "FAIL" if position <= culprit and chance.random() < 0.8 else "PASS"

    found, asked, _ = ask(any_failure(find_culprit(length), runs, width=width), oracle)
    assert len(asked) == len(set(asked))
    wrong = [each for each in asked if each[0] <= culprit and each[1] == runs]
    assume(not wrong)  # the doubt that was agreed to
    assert found == Culprit((culprit,), culprit + 1)


def test_flaky_on_both_sides_is_found_by_belief():
    right = total = 0
    for seed in range(12):
        chance = random.Random(seed)
        culprit = chance.randrange(60)

        def oracle(question, chance=chance, culprit=culprit):
            return "FAIL" if chance.random() < (0.9 if question[0] <= culprit else 0.1) else "PASS"

        found, asked, _ = ask(find_noisy(0, 60, 200, width=2), oracle)
        assert len(asked) == len(set(asked))
        assert found.belief >= SURE
        right += found.position == culprit
        total += found.runs
    assert right >= 11
    assert total / 12 <= 40


@given(st.integers(1, 60), st.floats(0.05, 0.95), st.data())
def test_the_belief_in_a_new_flake_follows_from_all_runs(size, rate, data):
    """Whatever was seen it sums to 1, no commit newer than a red one is blamed, and it agrees with counting by hand."""
    red = data.draw(st.integers(0, size - 1))
    seen = data.draw(
        st.dictionaries(st.integers(0, size), st.tuples(st.just(0), st.integers(0, 9)), max_size=8)
    )
    seen[red] = (1, seen.get(red, (0, 0))[1])
    belief, older = new_flake_belief(size, rate, seen)
    assert math.isclose(sum(belief) + older, 1.0)
    assert not any(belief[:red])
    by_hand = [
        0.5 / size * math.prod((1 - rate) ** passed for at, (_, passed) in seen.items() if at <= culprit)
        for culprit in range(red, size)
    ]
    by_hand.append(0.5 * math.prod((1 - rate) ** passed for _, passed in seen.values()))
    assert all(
        math.isclose(got, wanted / sum(by_hand), abs_tol=1e-9)
        for got, wanted in zip([*belief[red:], older], by_hand, strict=True)
    )


@given(st.integers(2, 40), st.data())
def test_a_prior_moves_belief_and_runs_overrule_it(size, data):
    liked = data.draw(st.integers(0, size - 1))
    prior = [1.0 + 20.0 * (each == liked) for each in range(size)]
    assert max(range(size), key=Posterior(size, prior).belief().__getitem__) == liked
    culprit = data.draw(st.integers(0, size - 1))
    posterior = Posterior(size, prior)
    for position in range(size + 1):
        for _ in range(20):
            posterior.record(position, failed=position <= culprit)
    belief = posterior.belief()
    assert belief[culprit] > 0.99
    assert all(each < 0.01 for _, each in others(belief, culprit))


def test_runs_of_the_past_save_runs_of_now():
    """The test was green at 20 commits of the past and red at 20: what is left to ask is little."""
    past = {each: (9, 1) if each <= 20 else (0, 10) for each in range(61) if each != 20}
    asked = {}
    for seen in ({}, past):
        chance = random.Random(3)
        known = Posterior(60)
        known.include(seen)
        found, asked[not seen], _ = ask(
            find_noisy(0, 60, 200, known=known),
            lambda question, it=chance: (
                "FAIL" if it.random() < (0.9 if question[0] <= 20 else 0.05) else "PASS"
            ),
        )
        assert found.position == 20
        assert found.belief >= SURE
    assert len(asked[False]) * 2 <= len(asked[True])
