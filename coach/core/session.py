"""The state of a session, and the one way it changes: ``apply`` one recorded event at a time.

``replay`` of a log gives the state; nothing exists outside the log. ``apply`` is total: an event that refers to something
a damaged log no longer holds changes nothing but the sequence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch
from types import MappingProxyType

from coach.core import events as ev
from coach.core.changes import Changes
from coach.core.hypothesis import Hypothesis
from coach.core.reproduction import Reproduction
from coach.core.run import Purpose, Run
from coach.core.spec import Spec
from coach.core.suspect import Suspect
from coach.core.target import Target
from coach.core.verification import Verification
from coach.core.workflow import Step, Workflow


def _none() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Edit:
    """Files saved after run ``after_run`` (0: before the first)."""

    at: float
    paths: tuple[str, ...]
    after_run: int


@dataclass(frozen=True, slots=True)
class Note:
    at: float
    text: str
    after_run: int


@dataclass(frozen=True, slots=True)
class Pin:
    """The regression test as pinned, and as it was last seen."""

    test: str
    path: str
    line: int
    source: str
    digest: str
    red: str
    seen_digest: str
    at_run: int

    @property
    def is_intact(self) -> bool:
        return self.digest == self.seen_digest


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay in a step; steps are entered again when the engineer goes back."""

    step: str
    at: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class SessionState:
    """Everything known about a session after ``seq`` events."""

    seq: int = 0
    at: float = 0.0
    opened: ev.SessionOpened | None = None
    opened_at: float = 0.0
    target: Target = Target()
    visits: tuple[Visit, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=_none)
    """Step → the reason its gate was passed without being met."""
    spec: Spec = Spec()
    runs: tuple[Run, ...] = ()
    series_start: int | None = None
    """First run number of a reproduction under way."""
    reproduction: Reproduction | None = None
    watching: bool = False
    watch_note: str = ""
    edits: tuple[Edit, ...] = ()
    changes: Changes | None = None
    pin: Pin | None = None
    suspects: tuple[Suspect, ...] = ()
    suspects_run: int = 0
    ruled_out: Mapping[str, str] = field(default_factory=_none)
    hypotheses: tuple[Hypothesis, ...] = ()
    notes: tuple[Note, ...] = ()
    plan: tuple[Purpose, ...] = ()
    """Runs a verification under way is made of; empty when none is."""
    plan_start: int = 0
    verification: Verification | None = None
    verified_at_run: int = 0
    root_cause: str = ""
    is_confirmed: bool = False
    exports: tuple[ev.ContextExported, ...] = ()
    closed: ev.SessionClosed | None = None
    interrupted_by: str = ""
    unknown_events: int = 0

    @property
    def workflow(self) -> Workflow:
        return self.opened.workflow if self.opened else Workflow(name="")

    @property
    def step_id(self) -> str:
        return self.visits[-1].step if self.visits else ""

    @property
    def step(self) -> Step | None:
        return self.workflow.step(self.step_id)

    @property
    def last_number(self) -> int:
        return self.runs[-1].number if self.runs else 0

    @property
    def under_way(self) -> tuple[Run, ...]:
        """Runs that have started and not ended; the newest is the one that counts."""
        return tuple(run for run in self.runs[-8:] if not run.is_over)

    @property
    def expected(self) -> tuple[str, ...]:
        """Strict signatures of the failure being debugged; empty before it is known."""
        return self.reproduction.strict if self.reproduction and self.reproduction.is_reproduced else ()

    @property
    def target_runs(self) -> tuple[Run, ...]:
        """Finished runs of the present target in the checkout, oldest first."""
        return tuple(
            run
            for run in self.runs
            if run.is_over and not run.request.in_copy and run.request.target == self.target
        )

    @property
    def last_failure(self) -> Run | None:
        return next((run for run in reversed(self.target_runs) if run.failing), None)

    @property
    def last_pass(self) -> Run | None:
        return next(
            (run for run in reversed(self.target_runs) if run.judged and run.judged.outcome == "PASS"), None
        )

    @property
    def last_edit(self) -> Edit | None:
        return self.edits[-1] if self.edits else None

    @property
    def standing_suspects(self) -> tuple[Suspect, ...]:
        return tuple(suspect for suspect in self.suspects if suspect.key not in self.ruled_out)

    @property
    def open_hypotheses(self) -> tuple[Hypothesis, ...]:
        return tuple(each for each in self.hypotheses if each.is_open)

    def run(self, number: int) -> Run | None:
        if 0 < number <= len(self.runs) and self.runs[number - 1].number == number:
            return self.runs[number - 1]
        return next((run for run in self.runs if run.number == number), None)

    def hypothesis(self, hypothesis_id: int) -> Hypothesis | None:
        return next((each for each in self.hypotheses if each.id == hypothesis_id), None)


def replay(records: Iterable[ev.Recorded]) -> SessionState:
    """Fold a whole log."""
    state = SessionState()
    for record in records:
        state = apply(state, record)
    return state


def apply(state: SessionState, record: ev.Recorded) -> SessionState:
    """Return the state after one more event."""
    return _apply(record.event, replace(state, seq=record.seq, at=record.at))


def ahead(state: SessionState, *events: ev.Event) -> SessionState:
    """Fold events that are decided but not yet stamped: what the state is going to be."""
    for event in events:
        state = apply(state, ev.Recorded(seq=state.seq + 1, at=state.at, event=event))
    return state


@singledispatch
def _apply(event: object, state: SessionState) -> SessionState:  # noqa: ARG001 - the dispatch needs it
    return state


@_apply.register
def _(event: ev.Unknown, state: SessionState) -> SessionState:
    return replace(state, unknown_events=state.unknown_events + 1)


@_apply.register
def _(event: ev.SessionOpened, state: SessionState) -> SessionState:
    return replace(state, opened=event, opened_at=state.at, target=event.target)


@_apply.register
def _(event: ev.SessionResumed, state: SessionState) -> SessionState:
    """A run that was under way when coach died never ended: the resumed session must not wait for it."""
    return replace(state, closed=None, interrupted_by="", series_start=None, plan=(), watching=False)


@_apply.register
def _(event: ev.SessionInterrupted, state: SessionState) -> SessionState:
    return replace(state, interrupted_by=event.by, series_start=None, plan=(), watching=False)


@_apply.register
def _(event: ev.SessionClosed, state: SessionState) -> SessionState:
    return replace(state, closed=event, series_start=None, plan=(), watching=False)


@_apply.register
def _(event: ev.TargetChanged, state: SessionState) -> SessionState:
    return replace(
        state, target=event.target, reproduction=None, series_start=None, suspects=(), suspects_run=0
    )


@_apply.register
def _(event: ev.SpecWritten, state: SessionState) -> SessionState:
    return replace(state, spec=event.spec)


@_apply.register
def _(event: ev.StepEntered, state: SessionState) -> SessionState:
    return replace(state, visits=(*state.visits, Visit(event.step, state.at, event.why)))


@_apply.register
def _(event: ev.GateOverridden, state: SessionState) -> SessionState:
    return replace(state, overrides=MappingProxyType({**state.overrides, event.step: event.reason}))


@_apply.register
def _(event: ev.RunStarted, state: SessionState) -> SessionState:
    return replace(state, runs=(*state.runs, Run(request=event.request, started=state.at)))


@_apply.register
def _(event: ev.RunFinished, state: SessionState) -> SessionState:
    run = state.run(event.number)
    if run is None:
        return state
    done = run.model_copy(update={"report": event.report, "failing": event.failing, "judged": event.judged})
    position = len(state.runs) - 1 - next(i for i, each in enumerate(reversed(state.runs)) if each is run)
    return replace(state, runs=(*state.runs[:position], done, *state.runs[position + 1 :]))


@_apply.register
def _(event: ev.ReproductionBegan, state: SessionState) -> SessionState:
    return replace(state, series_start=state.last_number + 1)


@_apply.register
def _(event: ev.ReproductionMeasured, state: SessionState) -> SessionState:
    return replace(state, reproduction=event.reproduction, series_start=None)


@_apply.register
def _(event: ev.EditSeen, state: SessionState) -> SessionState:
    edit = Edit(state.at, event.paths, state.last_number)
    return replace(state, edits=(*state.edits, edit), series_start=None, is_confirmed=False)


@_apply.register
def _(event: ev.WatchingChanged, state: SessionState) -> SessionState:
    return replace(state, watching=event.watching, watch_note=event.note)


@_apply.register
def _(event: ev.ChangesRead, state: SessionState) -> SessionState:
    return replace(state, changes=event.changes)


@_apply.register
def _(event: ev.TestPinned, state: SessionState) -> SessionState:
    pin = Pin(
        event.test,
        event.path,
        event.line,
        event.source,
        event.digest,
        event.red,
        event.digest,
        state.last_number,
    )
    return replace(state, pin=pin)


@_apply.register
def _(event: ev.PinnedTestRead, state: SessionState) -> SessionState:
    return replace(state, pin=replace(state.pin, seen_digest=event.digest)) if state.pin else state


@_apply.register
def _(event: ev.TestUnpinned, state: SessionState) -> SessionState:
    return replace(state, pin=None)


@_apply.register
def _(event: ev.SuspectsRanked, state: SessionState) -> SessionState:
    return replace(state, suspects=event.suspects, suspects_run=event.run)


@_apply.register
def _(event: ev.SuspectRuledOut, state: SessionState) -> SessionState:
    return replace(state, ruled_out=MappingProxyType({**state.ruled_out, event.suspect: event.reason}))


@_apply.register
def _(event: ev.SuspectRestored, state: SessionState) -> SessionState:
    kept = {key: reason for key, reason in state.ruled_out.items() if key != event.suspect}
    return replace(state, ruled_out=MappingProxyType(kept))


@_apply.register
def _(event: ev.HypothesisProposed, state: SessionState) -> SessionState:
    added = Hypothesis(
        id=event.id, claim=event.claim, prediction=event.prediction, after_run=state.last_number
    )
    return replace(state, hypotheses=(*state.hypotheses, added))


@_apply.register
def _(event: ev.HypothesisJudged, state: SessionState) -> SessionState:
    judgement = {"verdict": event.verdict, "reason": event.reason, "runs": event.runs}
    judged = (each.model_copy(update=judgement) if each.id == event.id else each for each in state.hypotheses)
    return replace(state, hypotheses=tuple(judged))


@_apply.register
def _(event: ev.NoteWritten, state: SessionState) -> SessionState:
    return replace(state, notes=(*state.notes, Note(state.at, event.text, state.last_number)))


@_apply.register
def _(event: ev.VerificationBegan, state: SessionState) -> SessionState:
    return replace(state, plan=event.plan, plan_start=state.last_number + 1, is_confirmed=False)


@_apply.register
def _(event: ev.VerificationVoided, state: SessionState) -> SessionState:
    return replace(state, plan=())


@_apply.register
def _(event: ev.VerificationJudged, state: SessionState) -> SessionState:
    return replace(state, verification=event.verification, verified_at_run=state.last_number, plan=())


@_apply.register
def _(event: ev.RootCauseWritten, state: SessionState) -> SessionState:
    return replace(state, root_cause=event.text)


@_apply.register
def _(event: ev.FixConfirmed, state: SessionState) -> SessionState:
    return replace(state, is_confirmed=True)


@_apply.register
def _(event: ev.ContextExported, state: SessionState) -> SessionState:
    return replace(state, exports=(*state.exports, event))
