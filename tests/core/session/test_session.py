"""Properties of the fold: total, incremental, and the same after a trip through JSON."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.experiments.hypothesis import Prediction
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.report import Ending, RunReport
from coach.core.session.fold import replay
from coach.core.session.state import SessionState
from coach.core.session.summary import summarise
from coach.core.spec.spec import Spec
from coach.core.verify.conclusion import Closing, RootCause
from coach.core.workflow.advice import advise
from coach.core.workflow.gates import evaluate
from tests.core.driving import TEST, Drive, green, opening, red, reproduced

ENDINGS = st.sampled_from(
    [red(), red("other"), green(), RunReport(ending=Ending(kind="timeout", sentence="timeout")),
     RunReport(ending=Ending(kind="cancelled", sentence="stopped"))]
)  # fmt: skip
MESSAGES = st.one_of(
    st.sampled_from(
        [cmd.Begin(), cmd.Resume(), cmd.Reproduce(), cmd.RunTarget(), cmd.RunTarget(purpose="experiment"), cmd.RunSuite(),
         cmd.CancelRun(), cmd.SetWatching(watching=True), cmd.WriteSpec(spec=Spec(expected="a", actual="b")), cmd.GoToStep(),
         cmd.GoToStep(reason="because"), cmd.GoToStep(step="reproduce"), cmd.PinTest(), cmd.UnpinTest(reason="x"),
         cmd.RuleOutSuspect(suspect="shop/cart.py:total", reason="seen"), cmd.RestoreSuspect(suspect="shop/cart.py:total"),
         cmd.ProposeHypothesis(claim="c", prediction=Prediction(text="p", expects="pass")),
         cmd.JudgeHypothesis(id=1, verdict="REFUTED", reason="seen"), cmd.WriteNote(text="note"), cmd.Verify(),
         cmd.WriteClosing(closing=Closing(cause=RootCause(what="cause"))), cmd.ConfirmFix(), cmd.Close(), cmd.Interrupted(by="SIGTERM"),
         cmd.NoteExport(format="markdown", budget=4000, digest="d"),
         obs.FilesSaved(paths=("shop/cart.py",)), obs.WatchSeen(watching=True), obs.WatchSeen(watching=False, note="gone"),
         obs.TestSeen(test=TEST, path="tests/test_cart.py", digest="d1", pin=True), obs.TestSeen(test=TEST, digest="d2"),
         obs.EffectFailed(effect="StartRun", message="no", run=1)]
    ),
    st.builds(obs.RunEnded, number=st.integers(min_value=0, max_value=30), report=ENDINGS),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(MESSAGES, max_size=40))
def test_any_conversation_folds_and_replays_to_the_same_state(messages):
    drive = Drive()
    drive.record(opening())
    for message in messages:
        drive.send(message)
    assert replay(drive.records) == drive.state
    advise(drive.state)
    json.dumps(summarise(drive.state))
    for step in drive.state.workflow.steps:
        evaluate(drive.state, step)


@settings(max_examples=60, deadline=None)
@given(st.lists(MESSAGES, max_size=25), st.data())
def test_a_log_with_holes_still_folds(messages, data):
    drive = reproduced()
    for message in messages:
        drive.send(message)
    kept = [record for record in drive.records if data.draw(st.booleans())]
    state = replay(kept)
    advise(state)
    summarise(state)


def test_every_event_survives_json():
    drive = reproduced()
    for record in drive.records:
        raw = json.loads(json.dumps(record.event.model_dump(mode="json")))
        assert ev.event_from(raw) == record.event


def test_an_unknown_kind_is_kept_and_counted():
    event = ev.event_from({"kind": "from_the_future", "answer": 42})
    assert isinstance(event, ev.Unknown)
    state = replay([ev.Recorded(seq=1, at=0, event=event)])
    assert state.unknown_events == 1


def test_a_lone_surrogate_is_stored_as_an_escape():
    note = ev.NoteWritten(text="bad \udcff byte")
    assert note.text == "bad \\udcff byte"


def test_an_empty_log_is_an_empty_session():
    state = replay([])
    assert state == SessionState()
    assert advise(state).text
