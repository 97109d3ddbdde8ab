"""What is counted over labelled real sessions."""

import pytest

from coach.core.loops.real_sessions import Heard, RealCase, RealLabel, Share, agreement, score_real

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
    same, kappa = agreement(readings)
    assert same == Share(3, 4)
    assert kappa == pytest.approx(0.5)
    assert agreement([]) == (Share(0, 0), 0.0)
    assert agreement([pair("circle", "circle")]) == (Share(1, 1), 0.0)
