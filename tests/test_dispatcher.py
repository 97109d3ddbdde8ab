"""One writer: messages in, events out, durable before anything follows from them."""

import threading

import pytest

from coach.core import commands as cmd
from coach.core import effects as eff
from coach.core.decide import Decision, Refusal
from coach.core.live import LiveSnapshot
from coach.core.session import replay
from coach.dispatcher import Dispatcher
from coach.errors import StoreError
from tests.core.driving import opening, red


class Still:
    def snapshot(self, lines):
        return LiveSnapshot()


class FakeEngine:
    """Answers every run with the same red report, at once."""

    live = Still()
    is_busy = False

    def __init__(self):
        self.performed = []

    def start(self, observe):
        self.observe = observe

    def perform(self, effect):
        self.performed.append(effect)
        if isinstance(effect, eff.StartRun):
            self.observe(eff.RunEnded(number=effect.request.number, report=red()))

    def close(self):
        pass


class MemoryLog:
    def __init__(self):
        self.records = []
        self.broken = ""

    def append(self, record):
        if self.broken:
            raise StoreError("the log cannot be written", why=self.broken)
        self.records.append(record)

    def output(self, artefact):
        return f"output {artefact}"

    def close(self):
        self.records.append("closed")


@pytest.fixture
def session():
    log, engine = MemoryLog(), FakeEngine()
    dispatcher = Dispatcher(log, engine, clock=iter(range(1_000)).__next__)
    dispatcher.record(opening())
    with dispatcher:
        yield dispatcher, log, engine


def test_a_command_runs_to_idle_and_everything_is_in_the_log(session):
    dispatcher, log, _ = session
    answer = dispatcher.submit(cmd.Begin())
    assert dispatcher.wait_idle(10)
    assert isinstance(answer.result(1), Decision)
    assert dispatcher.state.reproduction.is_stable
    assert replay(log.records) == dispatcher.state
    assert [record.seq for record in log.records] == list(range(1, len(log.records) + 1))


def test_a_refusal_reaches_the_asker_and_the_listeners(session):
    dispatcher, _, _ = session
    heard = []
    dispatcher.subscribe(heard.append)
    answer = dispatcher.submit(cmd.CancelRun()).result(5)
    assert isinstance(answer, Refusal)
    assert heard[-1].is_refusal
    assert heard[-1].notice == "nothing is running"


def test_a_log_that_cannot_be_written_does_not_stop_the_work(session):
    dispatcher, log, _ = session
    log.broken = "no space left on device"
    dispatcher.submit(cmd.Begin())
    assert dispatcher.wait_idle(10)
    assert "no space left" in dispatcher.unsaved
    assert dispatcher.state.reproduction.is_stable
    assert len(log.records) == 1
    log.broken = ""
    dispatcher.submit(cmd.WriteNote(text="space again")).result(5)
    assert not dispatcher.unsaved
    assert replay(log.records) == dispatcher.state


def test_a_defect_in_a_decision_does_not_end_the_session(session, monkeypatch):
    dispatcher, _, _ = session
    heard = []
    dispatcher.subscribe(heard.append)
    dispatcher.observe("not a message")
    assert dispatcher.wait_idle(5)
    assert "a defect of coach" in heard[-1].notice
    assert isinstance(dispatcher.submit(cmd.WriteNote(text="still here")).result(5), Decision)


def test_an_effect_the_engine_refuses_ends_its_run(session, monkeypatch):
    dispatcher, _, engine = session

    def refuse(effect):
        raise StoreError("no room", do="free some")

    monkeypatch.setattr(engine, "perform", refuse)
    dispatcher.submit(cmd.RunTarget())
    assert dispatcher.wait_idle(10)
    assert dispatcher.state.runs[-1].judged.reason == "no room; free some"


def test_commands_from_many_threads_are_put_in_one_order(session):
    dispatcher, log, _ = session
    threads = [
        threading.Thread(target=lambda: [dispatcher.submit(cmd.WriteNote(text="x")) for _ in range(50)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dispatcher.wait_idle(10)
    assert len(dispatcher.state.notes) == 200
    assert [record.seq for record in log.records] == list(range(1, 202))


def test_the_output_of_a_run_comes_from_the_log_s_artefacts(session):
    dispatcher, _, _ = session
    assert dispatcher.output_of(99) == ""
