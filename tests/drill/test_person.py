"""A person plays: nothing is measured unasked, what is asked for costs, and when it is over it is graded and explained."""

import os
import threading
from pathlib import Path

import pytest

from coach.core.decide import Refusal
from coach.core.drill.guidance import Guidance
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.verify.conclusion import Closing, RootCause
from coach.drills.ground import open_ground
from coach.drills.kept import keep_set, results_of
from coach.drills.person import GradingWhenOver, begin_play, enter_again, play_of, unfinished_play
from coach.session.factory import open_shared
from coach.store import library
from tests.drill.planted import RIGHT, plant
from tests.engine.histories import fingerprint

SECONDS = 120


@pytest.fixture
def shop(tmp_path, state_home, monkeypatch):
    """A set of one drill, and this process where it was once the test is over."""
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    planted = plant(tmp_path / "checkout" / "shop")
    keep_set(planted.made)
    yield planted
    os.environ.clear()
    os.environ.update(before)


class Screen:
    """What the screen does with a session, without the picture."""

    def __init__(self, session, ground):
        self.session = session
        self.changed = threading.Event()
        session.start()
        session.subscribe(lambda _: self.changed.set())
        self.grading = GradingWhenOver(session, ground)

    @property
    def state(self):
        return self.session.state

    @property
    def arena(self):
        return self.state.opened.checkout.root

    def do(self, *commands):
        for each in commands:
            answer = self.session.submit(each).result(SECONDS)
            assert not isinstance(answer, Refusal), answer
            assert self.session.wait_idle(SECONDS)

    def until(self, holds):
        while not holds(self.state):
            assert self.changed.wait(SECONDS)
            self.changed.clear()

    def leave(self):
        self.grading.close()
        self.session.close()


def begun(planted, *, reproduce=True):
    ground = open_ground(planted.made)
    made = begin_play(ground, planted.drill, Guidance())
    screen = Screen(made.session, ground)
    screen.do(cmd.Begin(reproduce=reproduce))
    return screen


def save(screen, path, text):
    (Path(screen.arena) / path).write_text(text)


def test_nothing_is_measured_unasked_and_what_is_asked_for_is_a_hint(shop):
    before = fingerprint(shop.root)
    screen = begun(shop)
    assert screen.state.reproduction.is_reproduced
    assert screen.state.drill.began.task.startswith("## Task")
    assert str(Path.cwd()) == screen.arena
    assert not [each for each in screen.state.runs if each.request.only_looks]
    assert screen.state.investigation is None
    answer = screen.session.submit(cmd.Investigate()).result(SECONDS)
    assert isinstance(answer, Refusal)

    screen.do(cmd.Suspects(), cmd.TraceCalls())
    save(screen, "shop/rates.py", RIGHT)
    cause = Closing(cause=RootCause(what="food was forgotten", where="shop/rates.py rate_of"))
    screen.do(cmd.RunTarget(purpose="experiment"), cmd.WriteClosing(closing=cause), cmd.Close())
    screen.until(lambda state: state.drill.debrief and state.drill.debrief.is_measured)
    score, debrief = screen.state.drill.scored.score, screen.state.drill.debrief
    lines = {each.name: each.judged for each in score.lines}
    assert (lines["fixed"], lines["cause named"], lines["scope kept"]) == ("met", "met", "met")
    assert lines["fair"] == "not judged"
    assert score.effort.hints == ("suspects", "divergence")
    assert score.percent == 90
    assert debrief.causes == shop.drill.causes
    assert [each.path for each in debrief.fix.files] == ["shop/rates.py"]
    assert {each.hints for each in debrief.paths} >= {(), ("suspects",), ("divergence",)}
    assert debrief.shortest.hints == ("suspects", "mutations")
    assert debrief.shortest.first == "shop/rates.py:6 rate_of"
    assert debrief.shortest.seconds > 0
    (kept,) = results_of("week")
    assert (kept.player, kept.score, kept.session) == ("", score, screen.state.opened.session)
    screen.leave()
    assert fingerprint(shop.root) == before
    assert [each.id for each in library.sessions()] == [kept.session], (
        "what was measured afterwards is no session"
    )


def test_a_drill_is_left_and_gone_on_with_and_is_graded_then(shop):
    screen = begun(shop, reproduce=False)
    arena, session = screen.arena, screen.state.opened.session
    screen.leave()
    os.chdir(shop.root)
    assert unfinished_play("week", 2) is None
    assert unfinished_play("other", 1) is None
    listed = unfinished_play("week", 1)
    assert listed.id == session

    ground = enter_again(play_of(listed))
    assert str(Path.cwd()) == arena
    assert Path(os.environ["VIRTUAL_ENV"]).parent == Path(arena).parent
    again = Screen(open_shared(listed.id), ground)
    again.do(cmd.Resume())
    assert again.state.limits.limits.auto is False
    assert not any(isinstance(each.event, ev.InvestigationBegan) for each in again.session.records)
    again.do(cmd.RunTarget(purpose="experiment"), cmd.Close())
    assert again.grading.wait(SECONDS)
    score = again.state.drill.scored.score
    assert not score.is_fixed
    assert (unfinished_play("week", 1), len(results_of("week"))) == (None, 1)
    again.leave()


def test_one_that_was_closed_elsewhere_is_graded_when_it_is_opened_again(shop):
    screen = begun(shop, reproduce=False)
    screen.grading.close()
    screen.do(cmd.Close())
    screen.leave()
    listed = unfinished_play("week", 1)
    ground = enter_again(play_of(listed))
    again = Screen(open_shared(listed.id), ground)
    assert again.grading.wait(SECONDS)
    assert again.state.drill.scored is not None
    again.leave()


def test_a_verified_fix_ends_it_once_the_cause_is_written(shop):
    screen = begun(shop)
    save(screen, "shop/rates.py", RIGHT)
    screen.do(cmd.RunTarget(purpose="experiment"), cmd.PinTest(), cmd.Verify())
    screen.until(lambda state: state.verification)
    # A wrong fix that no test of this small shop notices is answered, as an engineer would.
    unmet = [each.name for each in screen.state.verification.asked if not each.passed]
    screen.do(*(cmd.AnswerObjection(objection=each, reason="fine here") for each in unmet), cmd.Verify())
    assert screen.state.verification.verdict == "verified"
    assert not screen.grading.is_grading
    cause = Closing(cause=RootCause(what="food was forgotten", where="shop/rates.py:6"))
    screen.do(cmd.WriteClosing(closing=cause))
    assert screen.grading.wait(SECONDS)
    score = screen.state.drill.scored.score
    assert (score.is_fixed, {each.name: each.judged for each in score.lines}["cause named"]) == (True, "met")
    screen.leave()


def test_where_writing_a_test_is_part_of_the_drill_nothing_is_red_and_the_symptom_is_told(
    tmp_path, state_home, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    planted = plant(tmp_path / "checkout" / "shop", held=True)
    keep_set(planted.made)
    try:
        screen = begun(planted)
        assert screen.state.last_failure is None
        assert "assert 119 == 107" in screen.state.drill.began.task
        save(screen, "shop/rates.py", RIGHT)
        own = '\n\ndef test_own():\n    assert total([("food", 200)]) == 214\n'
        save(screen, "tests/test_cart.py", (Path(screen.arena) / "tests/test_cart.py").read_text() + own)
        screen.do(cmd.RunTarget(purpose="experiment"), cmd.Close())
        screen.until(lambda state: state.drill.debrief and state.drill.debrief.is_measured)
        lines = {each.name: each.judged for each in screen.state.drill.scored.score.lines}
        assert (lines["fixed"], lines["test written"]) == ("met", "met")
        assert screen.state.drill.debrief.shortest.hints == ("suspects", "mutations")
        screen.leave()
    finally:
        os.environ.clear()
        os.environ.update(before)
