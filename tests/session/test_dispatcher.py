"""One writer: messages in, events out, durable before anything follows from them."""

import threading

import pytest

from coach.core.decide import Decision, Refusal
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.protocol.live import LiveSnapshot
from coach.core.runs.target import Target
from coach.core.search.request import SearchRequest
from coach.core.session.fold import replay
from coach.errors import SessionError, StoreError
from coach.session.dispatcher import Dispatcher
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

    def start(self, observe, settled):
        self.observe, self.settled = observe, settled

    def perform(self, effect):
        self.performed.append(effect)
        if isinstance(effect, eff.StartRun):
            self.observe(obs.RunEnded(number=effect.request.number, report=red()))

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


def test_what_cannot_be_veiled_ends_its_run_and_no_thread():
    def raises(seen):
        return seen if not isinstance(seen, obs.RunEnded) else seen.number / 0

    dispatcher = Dispatcher(MemoryLog(), FakeEngine(), clock=iter(range(1_000)).__next__, redactor=raises)
    dispatcher.record(opening())
    with dispatcher:
        dispatcher.submit(cmd.RunTarget())
        assert dispatcher.wait_idle(10)
        run = dispatcher.state.runs[-1]
        assert run.is_over
        assert run.judged.outcome == "UNRESOLVED"
        assert "a defect of coach, in redacting RunEnded" in run.judged.reason
        assert isinstance(dispatcher.submit(cmd.WriteNote(text="still here")).result(5), Decision)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_that_ended_leaves_nobody_waiting(session, monkeypatch):
    """Not an exception that is expected anywhere: what else ends a thread, such as an exit in a foreign library."""
    dispatcher, _, _ = session

    def ends(_message):
        raise SystemExit(3)

    monkeypatch.setattr(dispatcher, "_handle", ends)
    asked = dispatcher.submit(cmd.WriteNote(text="one"))
    dispatcher._thread.join(10)
    later = dispatcher.submit(cmd.WriteNote(text="two"))
    for answer in (asked, later):
        assert "ended by a defect" in answer.result(5).reason
    with pytest.raises(SessionError, match="ended by a defect"):
        dispatcher.wait_idle(5)


def test_an_engine_that_lost_a_thread_is_said_instead_of_waited_for(session, monkeypatch):
    dispatcher, _, _ = session

    class Lost:
        def __get__(self, *_):
            raise SessionError("a thread of coach's engine ended by a defect")

    monkeypatch.setattr(FakeEngine, "is_busy", Lost())
    with pytest.raises(SessionError, match="thread of coach's engine"):
        dispatcher.wait_idle(5)


def test_a_search_that_cannot_begin_ends_as_a_search_and_touches_no_run(session, monkeypatch):
    """Its number is not that of a run: run 1 must not end because search 1 could not begin."""
    dispatcher, _, engine = session
    dispatcher.submit(cmd.Begin(reproduce=False))
    begun = []
    monkeypatch.setattr(engine, "perform", begun.append)
    dispatcher.submit(cmd.RunTarget())
    assert dispatcher.wait_idle(5)
    seen = []
    monkeypatch.setattr(dispatcher, "observe", seen.append)

    def refuse(effect):
        raise StoreError("no room")

    monkeypatch.setattr(engine, "perform", refuse)
    dispatcher._perform(
        eff.RunSearch(request=SearchRequest(number=1, kind="edits", target=Target(words=("t",))))
    )
    assert [type(each) for each in seen] == [obs.SearchOver]
    assert (seen[0].number, seen[0].result.how) == (1, "failed")
    assert not dispatcher.state.runs[-1].is_over
