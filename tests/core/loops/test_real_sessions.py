"""What is counted over labelled real sessions."""

import pytest

from coach.core.loops.real_sessions import (
    Heard,
    Reading,
    RealCase,
    RealLabel,
    Share,
    agreed,
    agreement,
    read_again,
    readers,
    score_real,
)

CIRCLE = RealLabel(label="circle", pattern="no-effect", also="guess", begins=3, clear=4)
HEALTHY = RealLabel(label="healthy")


def case(name, label, *heard, runs=4, **known):
    return RealCase(name, label, heard=tuple(Heard(*each) for each in heard), runs=runs, **known)


def test_a_circle_is_caught_from_its_beginning_on_whatever_it_is_called():
    cases = [
        case("in time", CIRCLE, ("no-effect", 4)),
        case("another word", CIRCLE, ("revert", 3)),
        case("the other name", CIRCLE, ("guess", 5)),
        case("too early", CIRCLE, ("no-effect", 2)),
        case("silent", CIRCLE),
    ]
    scores = score_real(cases)
    assert scores.recall == Share(3, 5)
    assert scores.recall_named == Share(2, 5)
    assert scores.missed == ("too early", "silent")
    assert scores.recall_by_pattern["no-effect"] == Share(3, 5)


def test_an_alarm_outside_of_a_circle_is_a_false_one():
    cases = [
        case("early", CIRCLE, ("tamper", 2), ("no-effect", 4)),
        case("said twice", CIRCLE, ("no-effect", 3), ("no-effect", 7)),
        case("healthy", HEALTHY, ("tamper", 2)),
        case("quiet", HEALTHY, notes=2),
        case("unclear", RealLabel(label="unclear"), ("tamper", 1)),
    ]
    scores = score_real(cases)
    assert scores.precision == Share(2, 4)
    assert scores.precision_by_pattern["tamper"] == Share(0, 2)
    assert scores.false_alarms == Share(1, 2)
    assert scores.noted == Share(1, 2)
    assert scores.false == (("early", "tamper"), ("healthy", "tamper"))


def test_circles_without_runs_that_answer_are_counted_apart():
    cases = [case("no run", CIRCLE, runs=0), case("runs", CIRCLE, ("guess", 4))]
    scores = score_real(cases)
    assert scores.recall == Share(1, 2)
    assert scores.recall_answering == Share(1, 1)


def test_outcomes_need_no_reader():
    cases = [
        case("A one", None, ("tamper", 2), resolved=True),
        case("A two", None, resolved=True, attempts=4, unread=1),
        case("A three", None, ("guess", 2), resolved=False),
    ]
    scores = score_real(cases)
    assert (scores.resolved, scores.unresolved) == (Share(1, 2), Share(1, 1))
    assert scores.precision.of == scores.recall.of == 0
    assert scores.unread == Share(1, 4)
    assert scores.recall.words == "none of 0"
    assert scores.resolved.words == "1/2 = 50% (9%-91%)"


def test_agreement_is_compared_with_chance():
    def pair(first, second):
        return RealLabel(label=first, second=second)

    readings = [
        pair("circle", "circle no-effect"),
        pair("circle", "circle"),
        pair("healthy", "healthy"),
        pair("healthy", "circle guess"),
        RealLabel(label="circle"),
    ]
    same, kappa = agreement(read_again(readings))
    assert same == Share(3, 4)
    assert kappa == pytest.approx(0.5)
    assert agreement([]) == (Share(0, 0), 0.0)
    assert agreement([("circle", "circle")]) == (Share(1, 1), 0.0)


def both(label, other, **known):
    return RealLabel(label=label, independent=other, **known)


def test_two_readers_are_compared_by_label_pattern_and_beginning():
    circle = {"label": "circle", "pattern": "no-effect"}
    labels = [
        both("circle", Reading(**circle, begins=1), pattern="no-effect", begins=2),
        both("circle", Reading(**circle, begins=1), pattern="guess", also="no-effect", begins=3),
        both("circle", Reading(label="circle", pattern="other:looks"), pattern="other:same-look"),
        both("healthy", Reading(label="healthy")),
        both("unclear", Reading(**circle, begins=1)),
        RealLabel(label="healthy", second="healthy"),
    ]
    told = readers(labels)
    assert told.same == Share(4, 5)
    assert told.kappa == pytest.approx((0.8 - 0.52) / (1 - 0.52))
    assert told.named == Share(2, 3)
    assert told.begins == Share(1, 2)
    assert readers([]).same == Share(0, 0)


def test_scores_of_what_two_readers_agree_on_leave_the_rest_out():
    circle, healthy = Reading(label="circle", begins=9), Reading(label="healthy")
    cases = [
        case("agreed", both("circle", circle, begins=3), ("guess", 4)),
        case("agreed and missed", both("circle", circle, begins=3)),
        case("disagreed", both("circle", healthy, begins=1), ("guess", 4)),
        case("read once", HEALTHY, ("guess", 4)),
        case("healthy to both", both("healthy", healthy), ("revert", 2)),
        case("no label", None, ("revert", 2)),
    ]
    scores = score_real(agreed(cases))
    assert scores.sessions == 3
    assert scores.recall == Share(1, 2), "the first reader says where a circle begins"
    assert scores.precision == Share(1, 2)
    assert scores.false_alarms == Share(1, 1)
