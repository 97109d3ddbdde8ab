"""What a person's drill is judged by: hints from runs, the clock from the log, the place that a cause names."""

import pytest

from coach.core.base.test_id import TestId
from coach.core.drill.clock import seconds_played
from coach.core.drill.ended import is_over
from coach.core.drill.facts import Graded, NamedCause, Played, SuiteFacts
from coach.core.drill.hints import hints_of
from coach.core.drill.named_place import places_named
from coach.core.drill.score import Score
from coach.core.experiments.logpoint import Logpoint
from coach.core.localize.call_trace import CallsRequest
from coach.core.localize.origins import OriginsRequest
from coach.core.log import events as ev
from coach.core.loops.thresholds import PAUSE
from coach.core.runs.instrument import Mutate, MutateFix, Trace
from coach.core.runs.run import Run, RunRequest
from coach.core.runs.target import Target
from coach.core.verify.conclusion import Closing, RootCause
from tests.core.building import Log, opened

TEST = TestId("tests/test_cart.py::test_total")
OTHER = TestId("tests/test_cart.py::test_label")


def runs(*instruments):
    """Return a run for each instrument; one may stand with its own test."""
    pairs = [each if isinstance(each, tuple) else (each, TEST) for each in instruments]
    return [
        Run(
            request=RunRequest(
                number=at, purpose="trace", target=Target(words=(TEST,)), focus=focus, instrument=each
            ),
            started=0.0,
        )
        for at, (each, focus) in enumerate(pairs, 1)
    ]


def test_each_measurement_that_points_at_a_place_is_a_hint():
    asked = runs(None, Trace(), Mutate(seconds=3), CallsRequest(), OriginsRequest(), Trace(scope="suite"))
    assert hints_of(asked) == ("suspects", "mutations", "divergence", "origin of the value", "suspects")


def test_the_players_own_experiments_and_the_proof_cost_nothing():
    assert hints_of(runs(None, Logpoint(path="a.py", line=3), MutateFix(seconds=3))) == ()


def test_runs_that_follow_each_other_for_one_answer_are_one_hint():
    """A flaky test is traced until it passed and failed; another test is another question."""
    assert hints_of(runs(CallsRequest(), CallsRequest(), CallsRequest())) == ("divergence",)
    assert hints_of(runs(CallsRequest(), None, CallsRequest())) == ("divergence", "divergence")
    assert hints_of(runs(CallsRequest(), (CallsRequest(), OTHER))) == ("divergence", "divergence")


BEGAN = ev.DrillBegan(set="shop", number=1)
SCORED = ev.DrillScored(graded=Graded(tree="t", suite=SuiteFacts()), played=Played(), score=Score(lines=()))
NOTE = ev.NoteWritten(text="…")


def log(*timed):
    return [ev.Recorded(seq=at, at=1_000.0 + when, event=event) for at, (when, event) in enumerate(timed, 1)]


def test_the_clock_begins_with_the_drill_and_runs_on():
    records = log((0, opened(Target())), (50, BEGAN), (80, NOTE))
    assert seconds_played(records) == 30
    assert seconds_played(records, now=1_090.0) == 40
    assert seconds_played(records[:1], now=2_000.0) == 0


def test_the_clock_stands_still_while_a_drill_is_left_and_while_it_is_graded():
    resumed, closed = ev.SessionResumed(), ev.SessionClosed(ending="abandoned")
    records = log((0, BEGAN), (60, NOTE), (90_000, resumed), (90_030, NOTE))
    assert seconds_played(records) == 90
    over = log((0, BEGAN), (60, closed), (300, SCORED), (400, NOTE))
    assert seconds_played(over, now=9_000.0) == 60
    again = log((0, BEGAN), (60, closed), (300, resumed), (310, NOTE))
    assert seconds_played(again) == 70
    assert seconds_played(log((0, BEGAN), (50_000, NOTE))) == PAUSE


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("shop/rates.py rate_of", [("shop/rates.py", "rate_of")]),
        ("rate_of in shop/rates.py", [("shop/rates.py", "rate_of")]),
        ("shop/rates.py::Rates.rate_of()", [("shop/rates.py", "Rates.rate_of")]),
        ("the function rate_of of shop/rates.py", [("shop/rates.py", "rate_of")]),
        ("shop/rates.py:6", [("shop/rates.py:6", "")]),
        ("shop/rates.py", [("shop/rates.py", "")]),
        ("shop/a.py f; shop/b.py g", [("shop/a.py", "f"), ("shop/b.py", "g")]),
        ("f in a.py and g in b.py", [("a.py", "f"), ("b.py", "g")]),
        ("rate_of", []),
        ("", []),
        ("shop/rates.py rate_of or total or label", []),
        ("a.py f; b.py g; c.py h; d.py i", []),
    ],
)
def test_a_cause_names_a_file_and_one_function_each(text, places):
    assert places_named(text) == tuple(NamedCause(path=path, function=function) for path, function in places)


def test_a_drill_is_over_when_the_session_is_closed_or_the_fix_verified_and_the_cause_written():
    story = Log().enter("reproduce")
    assert not is_over(story.state)
    story.add(ev.ClosingWritten(closing=Closing(cause=RootCause(what="int cuts"))))
    assert not is_over(story.state), "nothing is verified"
    assert is_over(story.add(ev.SessionClosed(ending="abandoned")).state)
