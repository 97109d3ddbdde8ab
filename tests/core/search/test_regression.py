"""The whole search for a commit: ends are measured when the answer leans on them, flaky failures take their own way."""

import random

from hypothesis import given
from hypothesis import strategies as st

from coach.core.search.bisect import Culprit, NoGoodCommit
from coach.core.search.noisy_bisect import SURE, Believed
from coach.core.search.regression import NewestDiffers, find_fix, find_regression
from tests.core.search.asking import ask


def judged(culprit):
    return lambda question: "FAIL" if question[0] <= culprit else "PASS"


@given(st.integers(2, 300), st.data(), st.integers(1, 3))
def test_culprit_and_parent_are_always_measured(length, data, width):
    culprit = data.draw(st.integers(0, length - 2))
    good = data.draw(st.none() | st.integers(culprit + 1, length - 1))
    found, asked, _ = ask(find_regression(length, good=good, width=width), judged(culprit))
    assert found == Culprit((culprit,), culprit + 1)
    assert {(culprit, 1), (culprit + 1, 1)} <= set(asked)
    assert len(asked) == len(set(asked))


def test_256_commits_and_a_good_one_take_at_most_nine_steps():
    for culprit in range(255):
        found, asked, _ = ask(find_regression(256, good=255), judged(culprit))
        assert found == Culprit((culprit,), culprit + 1)
        assert len(asked) <= 9


def test_a_failure_that_is_not_committed():
    found, asked, _ = ask(find_regression(50), lambda _: "PASS")
    assert found == NewestDiffers("PASS")
    assert asked == [(1, 1), (0, 1)]


def test_nothing_can_be_judged():
    found, _, _ = ask(find_regression(50), lambda _: "UNRESOLVED")
    assert found == NewestDiffers("UNRESOLVED")


def test_a_good_commit_that_is_not_good():
    found, _, _ = ask(find_regression(100, good=20), judged(60))
    assert found == Culprit((60,), 61)
    found, _, _ = ask(find_regression(100, good=20), judged(99))
    assert found == NoGoodCommit(99)


def test_a_new_flake():
    right = 0
    for seed in range(20):
        chance = random.Random(seed)
        found, asked, _ = ask(
            find_regression(128, rate=0.5, width=2),
            lambda question, it=chance: "FAIL" if question[0] <= 40 and it.random() < 0.5 else "PASS",
        )
        right += found == Culprit((40,), 41)
        assert found.belief > 0.5 or found != Culprit((40,), 41)
        assert found.belief + sum(each for _, each in found.others) <= 1 + 1e-9
        assert len(asked) < 120
    assert right >= 18


def test_a_flake_on_both_sides():
    right = 0
    for seed in range(4):
        chance = random.Random(seed)
        found, asked, _ = ask(
            find_regression(64, rate=0.9, width=2),
            lambda question, it=chance: (
                "FAIL" if it.random() < (0.9 if question[0] <= 21 else 0.15) else "PASS"
            ),
        )
        assert len(asked) == len(set(asked))
        if isinstance(found, Believed) and found.belief >= SURE:
            right += found.position == 21
    assert right >= 2


def test_always_flaky_is_no_regression():
    chance = random.Random(7)
    found, _, _ = ask(
        find_regression(64, rate=0.9, width=2), lambda _: "FAIL" if chance.random() < 0.9 else "PASS"
    )
    assert isinstance(found, NoGoodCommit)


@given(st.integers(2, 300), st.data(), st.integers(1, 3))
def test_what_mended_it_and_its_red_parent_are_always_measured(length, data, width):
    fix = data.draw(st.integers(0, length - 2))
    red = data.draw(st.none() | st.integers(fix + 1, length - 1))
    mended = lambda question: "PASS" if question[0] <= fix else "FAIL"  # noqa: E731
    found, asked, _ = ask(find_fix(length, red=red, width=width), mended)
    assert found == Culprit((fix,), fix + 1)
    assert {(fix, 1), (fix + 1, 1)} <= set(asked)


def test_what_mended_a_flake_and_what_was_never_mended():
    right = 0
    for seed in range(10):
        chance = random.Random(seed)
        found, _, _ = ask(
            find_fix(64, rate=0.5, width=2),
            lambda question, it=chance: "FAIL" if question[0] > 20 and it.random() < 0.5 else "PASS",
        )
        right += found == Culprit((20,), 21)
    assert right >= 9
    assert ask(find_fix(50), lambda _: "FAIL")[0] == NewestDiffers("FAIL")
    assert ask(find_fix(50), lambda _: "PASS")[0] == NoGoodCommit(49)
