"""How a person goes in circles: the same run again, two files in turn, an hour without a prediction. Notes, never more."""

import pytest

from coach.core.loops.detectors import DETECTORS, back_and_forth, idle_rerun, no_prediction
from coach.core.loops.escalation import Said, climb, look
from coach.core.loops.thresholds import PAUSE, RERUNS, THRESHOLDS, UNPREDICTED
from tests.core.loops.story import CART, OTHER, Story, failed, red

MONEY = "shop/money.py"
HOURLY = int(UNPREDICTED // PAUSE)


def reruns(count=RERUNS, story=None, outcome="assert 9 == 10"):
    story = story or red()
    for _ in range(count):
        story.run(outcome)
    return story


def test_the_same_run_of_the_same_files_again_and_again_is_noted():
    found = idle_rerun.seen(reruns().history)
    assert (found.level, found.evidence) == ("note", (2, 3, 4))
    assert idle_rerun.seen(reruns(RERUNS - 1).history) is None


def assisted(*asked):
    story = Story()
    for each in asked:
        story.run("assert 9 == 10", "t0", by="claude", asked=each)
    return story


LIVE = {"purpose": "experiment"}
SERIES = {"purpose": "reproduce"}
COLD = {"purpose": "confirm"}
TOLD = {"purpose": "imported"}
REPEATED = {"purpose": "imported", "is_repeat": True}


@pytest.mark.parametrize(
    ("asked", "evidence"),
    [
        ((LIVE, LIVE, LIVE), (2, 3)),
        ((LIVE, COLD, LIVE, COLD, LIVE), (3, 5)),
        ((SERIES, SERIES, SERIES, LIVE, LIVE), (4, 5)),
        ((TOLD, REPEATED, REPEATED), (2, 3)),
        ((TOLD, REPEATED, TOLD, REPEATED, REPEATED), (4, 5)),
    ],
)
def test_an_assistant_hears_a_banner_at_the_third_run_of_the_same_files(asked, evidence):
    story = assisted(*asked)
    found = idle_rerun.seen(story.history)
    assert (found.level, found.evidence) == ("banner", evidence)
    assert idle_rerun.seen(assisted(*asked[:-1]).history) is None


@pytest.mark.parametrize(
    "asked",
    [
        (LIVE, SERIES, SERIES, SERIES),
        (TOLD, TOLD, TOLD),
        (TOLD, REPEATED, TOLD, REPEATED),
        (TOLD, REPEATED, REPEATED, TOLD),
    ],
    ids=["a series", "something else each time", "something else between", "something else before now"],
)
def test_what_an_assistant_measures_or_looks_at_between_is_not_idle(asked):
    assert idle_rerun.seen(assisted(*asked).history) is None


def test_runs_of_two_hands_are_not_one_series():
    story = assisted(LIVE, LIVE).run("assert 9 == 10")
    assert idle_rerun.seen(story.history) is None


@pytest.mark.parametrize(
    "story",
    [
        reruns(1).wrote("experiment").run("assert 9 == 10").run("assert 9 == 10"),
        reruns(story=Story().run("", "t0"), outcome=""),
        reruns(2).run("assert 8 == 10").run("assert 9 == 10"),
        reruns(2).edit("assert 9 == 10").run("assert 9 == 10"),
    ],
    ids=["a value was looked at", "green", "it answers differently", "something was edited"],
)
def test_a_rerun_that_may_teach_something_is_none(story):
    assert idle_rerun.seen(story.history) is None


def in_turn(*paths, **more):
    story = red()
    for number, path in enumerate(paths):
        story.wrote("experiment").edit(f"assert {number} == 10", paths=(path,), **more)
    return story


def test_two_files_in_turn_with_the_same_tests_red_are_noted():
    found = back_and_forth.seen(in_turn(CART, MONEY, CART, MONEY).history)
    assert (found.level, found.evidence) == ("note", (2, 3, 4, 5))
    assert found.place == f"{CART} and {MONEY}"


def test_reruns_and_prints_between_do_not_hide_it():
    story = in_turn(CART, MONEY, CART).run("assert 2 == 10").edit("assert 2 == 10", nature="observing")
    found = back_and_forth.seen(story.wrote("note").edit("assert 7 == 10", paths=(MONEY,)).history)
    assert found.evidence == (2, 3, 4, 7)


@pytest.mark.parametrize(
    "story",
    [
        in_turn(CART, MONEY, CART),
        in_turn(CART, MONEY, "shop/tax.py", MONEY),
        in_turn(CART, CART, MONEY, CART),
        in_turn(CART, MONEY, CART).wrote("hypothesis").edit("assert 7 == 10", paths=(MONEY,)),
        in_turn(CART, MONEY, CART).edit([failed(test=OTHER)], paths=(MONEY,)),
        in_turn(CART, MONEY, CART).edit("", paths=(MONEY,)),
        in_turn(CART, MONEY, CART).edit("assert 7 == 10", paths=(MONEY, CART)),
    ],
    ids=[
        "there and back once",
        "a third file",
        "one file twice",
        "a prediction",
        "another test",
        "green",
        "both",
    ],
)
def test_edits_of_two_files_that_are_no_back_and_forth(story):
    assert back_and_forth.seen(story.history) is None


def test_what_says_more_is_said_instead():
    """The very same failure is no-effect; patches without a look are guesses."""
    story = red()
    for path in (CART, MONEY, CART, MONEY):
        story.edit("assert 9 == 10", paths=(path,))
    assert {each.pattern for each in look(story.history)} == {"no-effect", "guess"}


def worked(story, minutes, steps=1):
    """Let time go by in steps at which something is heard."""
    for _ in range(steps):
        story.history = story.history.working((story.history.heard or 1_000.0) + 60 * minutes / steps)
    return story


def hour(steps=HOURLY, patches=3):
    story = worked(red(), 0)
    for number in range(patches):
        worked(story, 60 / patches, max(1, steps // patches))
        story.edit(f"assert {number} == 10")
    return story


def test_an_hour_at_work_without_a_prediction_is_noted_once_for_each_hour():
    story = hour()
    found = no_prediction.seen(story.history)
    assert (found.level, found.place, found.evidence) == ("note", "1 h", (2, 3, 4))
    assert no_prediction.seen(story.edit("assert 5 == 10").history) is None, "said already"
    assert no_prediction.seen(worked(story, 60, HOURLY).edit("assert 6 == 10").history).place == "2 h"


def test_pauses_predictions_and_green_runs_are_no_hour_without_a_prediction():
    assert no_prediction.seen(hour(steps=3).history) is None, "three gaps of twenty minutes are mostly pauses"
    assert no_prediction.seen(hour(patches=2).history) is None, "two patches: it was read, not tried"
    foreseen = worked(worked(red(), 0), 40, HOURLY).wrote("hypothesis")
    assert no_prediction.seen(worked(foreseen, 40, HOURLY).edit("assert 1 == 10").history) is None
    mended = worked(hour().run("").run("assert 9 == 10"), 0)
    assert no_prediction.seen(worked(mended, 30, HOURLY).edit("assert 1 == 10").history) is None


def test_a_persons_patterns_never_get_louder_than_a_note():
    """However often they come back."""
    names = {each.DETECTOR.name for each in (idle_rerun, back_and_forth, no_prediction)}
    story, said = reruns(RERUNS - 1), []
    for _ in range(12):
        story.run("assert 9 == 10")
        heard = climb(look(story.history), said, (), story.history.runs)
        said += [Said(each.pattern, each.place, each.level, each.evidence[-1]) for each in heard]
    assert said
    assert {each.level for each in said if each.pattern in names} == {"note"}
    assert len(said) <= 4, "quiet for three runs after each"
    assert all(not DETECTORS[name].echo_of for name in names)


def test_every_threshold_says_what_it_counts_and_where_it_is_from():
    assert all(each.value > 0 and each.counts and each.source for each in THRESHOLDS.values())
