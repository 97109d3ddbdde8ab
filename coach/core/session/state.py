"""The state of a session, and the one way it changes: ``apply`` one recorded event at a time.

``replay`` of a log gives the state; nothing exists outside the log. ``apply`` is total: an event that refers to
something a damaged log no longer holds changes nothing but the sequence.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce, singledispatch
from types import MappingProxyType

from coach.core.base.formatting import count
from coach.core.base.persistent_list import PersistentList
from coach.core.base.value import replace
from coach.core.experiments.hypothesis import Hypothesis, Judgement
from coach.core.experiments.logpoint import Logpoint, LogpointRun
from coach.core.experiments.trial import TrialRun
from coach.core.history.assistant import AssistantReport
from coach.core.history.kept_file import Kept
from coach.core.history.prehistory import Earlier
from coach.core.history.similar_failure import PastFailure
from coach.core.localize.call_trace import CallTrace
from coach.core.localize.mutation.results import Mutations
from coach.core.localize.spectrum import Spectrum
from coach.core.localize.suspect import Suspect, Touched
from coach.core.log import events as ev
from coach.core.loops.attempt import Attempt, Finding
from coach.core.loops.detection import Pattern
from coach.core.loops.history import History, Mark
from coach.core.runs.changes import Changes
from coach.core.runs.failure import FailureSignature
from coach.core.runs.reference import Reference, alike, is_of
from coach.core.runs.reproduction import Reproduction
from coach.core.runs.run import Newest, Purpose, Run
from coach.core.runs.run_scope import Scope
from coach.core.runs.target import Target
from coach.core.search.request import Search, SearchResult, tried_so_far
from coach.core.spec.spec import Spec, TeamRules
from coach.core.verify.conclusion import Closing
from coach.core.verify.negative_control import Control
from coach.core.verify.verification import Verification
from coach.core.workflow.workflow import Step, Workflow

MAX_BESIDE = 500
"""Red tests beside the failure that are remembered: a suite that is red all over has one cause, not hundreds."""
ASSISTANT = "assistant"
"""Who edits after context was exported, when nobody said a name."""


def _none() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_answers() -> Mapping[tuple[str, str], str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Edit:
    """Files saved after run ``after_run`` (0: before the first)."""

    at: float
    paths: tuple[str, ...]
    after_run: int
    by: str = ""


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
    name: str = ""
    """The qualified name by which its source is found; empty: by the id."""
    files: tuple[tuple[str, str], ...] = ()
    """What it reads besides its own source: path and digest, as pinned."""
    seen_files: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    """What it is made of in its own file: name and digest, as pinned."""
    seen_parts: tuple[tuple[str, str], ...] = ()

    @property
    def is_intact(self) -> bool:
        return self.digest == self.seen_digest and not self.changed_files and not self.changed_parts

    @property
    def changed_parts(self) -> tuple[str, ...]:
        """Parts of its own file that are not what they were when it was pinned, then those that came."""
        return changed_pairs(self.parts, self.seen_parts) if self.parts else ()

    @property
    def changed_files(self) -> tuple[str, ...]:
        """Files it reads that are not what they were when it was pinned."""
        now = dict(self.seen_files)
        return tuple(path for path, digest in self.files if now.get(path) != digest)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file it is made of."""
        its_own = self.test.partition("::")[0]
        beside = (its_own,) if self.parts and its_own != self.path else ()
        return (self.path, *beside, *(path for path, _ in self.files))

    @property
    def broken(self) -> str:
        """Say what of it changed since it was pinned; empty when nothing did."""
        if not self.seen_digest:
            return "the test is gone"
        if self.digest != self.seen_digest:
            return "the test changed since it was pinned"
        if parts := self.changed_parts:
            more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
            return f"{parts[0]}{more} changed since it was pinned"
        changed = self.changed_files
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        return (
            f"{changed[0]}{more}, which the pinned test reads, changed since it was pinned" if changed else ""
        )


def changed_pairs(known: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return the names whose digest is another one or gone, then those that are new."""
    seen, before = dict(now), dict(known)
    changed = [name for name, digest in known if seen.get(name) != digest]
    return (*changed, *(name for name, digest in now if digest and name not in before))


@dataclass(frozen=True, slots=True)
class Notice:
    """A loop that was noticed, and what became of it."""

    at: float
    loop: ev.LoopNoticed
    answer: str = ""
    """What the engineer did about it; empty while it stands."""


@dataclass(frozen=True, slots=True)
class Restore:
    """Files put back by coach after run ``after_run``; ``before`` undoes it."""

    tree: str
    before: str
    after_run: int
    paths: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    modes: str = ""
    """Of ``before``."""


@dataclass(frozen=True, slots=True)
class Restoring:
    """A restore that has begun and not ended."""

    tree: str
    before: str
    paths: tuple[str, ...]
    why: str = ""
    modes: str = ""
    """Of ``before``."""
    wanted_modes: str = ""
    is_interrupted: bool = False
    written: int = 0

    @property
    def said(self) -> str:
        """What an interruption left, in words."""
        what = (
            "undoing a restore"
            if self.why == "undo"
            else f"a restore ({self.why})"
            if self.why
            else "a restore"
        )
        return f"{what} was interrupted: {self.written} of {count(len(self.paths), 'file')} written"


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay in a step; steps are entered again when the engineer goes back."""

    step: str
    at: float
    why: str = ""


@dataclass(frozen=True)
class SessionState:
    """Everything known about a session after ``seq`` events. Without slots: see ``replace``."""

    seq: int = 0
    at: float = 0.0
    opened: ev.SessionOpened | None = None
    opened_at: float = 0.0
    target: Target = Target()
    visits: tuple[Visit, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=_none)
    """Step → the reason its gate was passed without being met."""
    spec: Spec = Spec()
    budget: float = 0.0
    """Seconds a run of the target may take; 0: not limited."""
    rules: TeamRules = TeamRules()
    """What the team demands of every fix, besides the spec."""
    runs: Sequence[Run] = PersistentList()
    reference: Reference | None = None
    """The failure the session is about; None before the target was seen red."""
    newest: Newest = Newest()
    """Of the present target; kept, because every paint asks and a long session has thousands of runs."""
    series_start: int | None = None
    """First run number of a reproduction under way."""
    reproduction: Reproduction | None = None
    watching: bool = False
    watch_note: str = ""
    scope: Scope = "all"
    """How far runs on save reach; it is what the screen shows."""
    edits: Sequence[Edit] = PersistentList()
    changes: Changes | None = None
    lowered: tuple[Finding, ...] = ()
    """What the edits since the opening take out of tests, as the newest verification read them."""
    unloaded: tuple[str, ...] = ()
    """Changed modules that the target is known not to import."""
    pin: Pin | None = None
    unpinnable: tuple[str, ...] = ()
    """Tests whose source is not known, so that they cannot be pinned."""
    suspects: tuple[Suspect, ...] = ()
    suspects_run: int = 0
    spectrum: Spectrum | None = None
    """The newest measurement of the failing test; ``spectrum.tree`` says of which tree."""
    mutants: Mutations | None = None
    touched: tuple[Touched, ...] = ()
    """Which commit touched the top suspects last."""
    calls: ev.CallsTraced | None = None
    """The newest call trace of the failing test."""
    calls_passing: CallTrace | None = None
    """The newest call trace in which that test passed."""
    ruled_out: Mapping[str, str] = field(default_factory=_none)
    hypotheses: tuple[Hypothesis, ...] = ()
    active: int = 0
    """The hypothesis that is worked on; 0: none is open."""
    logpoints: tuple[LogpointRun, ...] = ()
    trials: tuple[TrialRun, ...] = ()
    notes: tuple[Note, ...] = ()
    plan: tuple[Purpose, ...] = ()
    """Runs a verification under way is made of; empty when none is."""
    plan_start: int = 0
    plan_acceptance: tuple[str, ...] = ()
    """The commands of the newest verification's acceptance runs, in their order."""
    verification: Verification | None = None
    verified_at_run: int = 0
    control: Control | None = None
    """What the newest negative control showed; its run number says of which verification."""
    answers: Mapping[tuple[str, str], str] = field(default_factory=_no_answers)
    """(check, objection) → why it is fine."""
    reproduced: Reproduction | None = None
    """The newest measurement in which it failed: how flaky it was, also when a later one sees it pass."""
    root_cause: str = ""
    closing: Closing = Closing()
    is_confirmed: bool = False
    exports: tuple[ev.ContextExported, ...] = ()
    held_by: str = ""
    """Who edits: an assistant that was handed the session; empty: the engineer."""
    assistants: tuple[AssistantReport, ...] = ()
    """Assistants that coach ran, oldest first."""
    looks_asked: tuple[ev.LookAsked, ...] = ()
    """What an assistant asks to evaluate, and the engineer did not answer yet."""
    looks_refused: tuple[Logpoint, ...] = ()
    attempts: Sequence[Attempt] = PersistentList()
    history: History = History()
    """The trials of the present target, as the loop detectors see them."""
    notices: tuple[Notice, ...] = ()
    dismissals: tuple[ev.LoopDismissed, ...] = ()
    loops_off: tuple[Pattern, ...] = ()
    restores: tuple[Restore, ...] = ()
    restoring: Restoring | None = None
    restore_stopped: str = ""
    """Why the newest restore put nothing back; empty when it did."""
    earlier: tuple[Earlier, ...] = ()
    """What happened before the session was opened, oldest first."""
    past: tuple[PastFailure, ...] = ()
    """Past failures like the present ones that nobody dismissed, best first."""
    past_dismissed: tuple[str, ...] = ()
    searches: tuple[Search, ...] = ()
    closed: ev.SessionClosed | None = None
    unknown_events: int = 0

    @property
    def protected(self) -> tuple[str, ...]:
        """Files nobody may touch: by the spec, by the team."""
        return (*self.spec.protected, *self.rules.protected)

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
    def last_run(self) -> Run | None:
        """The newest run that says something of the target; a trace only looks."""
        return next((run for run in reversed(self.runs) if not run.request.only_looks), None)

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
        return self.reference.strict if self.reference and self.reference.is_reproduced else ()

    def newest_target_runs(self) -> Iterator[Run]:
        """Yield the finished runs of the present target in the checkout, newest first; a long session has thousands."""
        return (run for run in reversed(self.runs) if _is_of_target(run, self.target))

    @property
    def target_runs(self) -> tuple[Run, ...]:
        """Finished runs of the present target in the checkout, oldest first."""
        return tuple(self.newest_target_runs())[::-1]

    @property
    def last_target_run(self) -> Run | None:
        return next(self.newest_target_runs(), None)

    @property
    def last_failure(self) -> Run | None:
        """The newest run that shows the failure the session is about: what every front end tells as *the* failure."""
        if self.newest.failed:
            return self._failing_run(self.newest.failed)
        return self._failing_run(self.reference.run) if self.reference else None

    @property
    def last_red(self) -> Run | None:
        """The newest run of the target in which anything failed: perhaps for a reason of the last edit's own."""
        return self._failing_run(self.newest.red)

    @property
    def last_seen_failure(self) -> Run | None:
        """The newest run that shows that failure and that gates may rest on."""
        return self._failing_run(self.newest.seen_failing)

    def _failing_run(self, number: int) -> Run | None:
        """Return a run in which something failed; a damaged log may tell another end of it later."""
        run = self.run(number)
        return run if run is not None and run.failing else None

    @property
    def last_pass(self) -> Run | None:
        return self.run(self.newest.passed) if self.newest.passed else None

    @property
    def last_edit(self) -> Edit | None:
        return self.edits[-1] if self.edits else None

    @property
    def standing_loop(self) -> ev.LoopNoticed | None:
        """The banner or card to show: the newest one that nobody answered and no later edit has overtaken."""
        newest = self.notices[-1].loop.run if self.notices else 0
        if self.attempts and self.attempts[-1].run > newest:
            return None
        loud = (
            each.loop
            for each in self.notices
            if each.loop.run == newest and each.loop.level != "note" and not each.answer
        )
        return next(loud, None)

    def attempt(self, run: int) -> Attempt | None:
        """Return the edits that led to a run."""
        return next((each for each in reversed(self.attempts) if each.run == run), None)

    @property
    def standing_suspects(self) -> tuple[Suspect, ...]:
        return tuple(suspect for suspect in self.suspects if suspect.key not in self.ruled_out)

    @property
    def open_hypotheses(self) -> tuple[Hypothesis, ...]:
        return tuple(each for each in self.hypotheses if each.is_open)

    @property
    def is_in_series(self) -> bool:
        """Whether a verification or a reproduction is under way: a run between its runs would end it."""
        return bool(self.plan) or self.series_start is not None

    @property
    def active_hypothesis(self) -> Hypothesis | None:
        """The open hypothesis that is worked on: the chosen one, else the newest."""
        opened = self.open_hypotheses
        return next((each for each in opened if each.id == self.active), opened[-1] if opened else None)

    def run(self, number: int) -> Run | None:
        if 0 < number <= len(self.runs) and self.runs[number - 1].number == number:
            return self.runs[number - 1]
        return next((run for run in self.runs if run.number == number), None)

    @property
    def search(self) -> Search | None:
        """The search under way."""
        return self.searches[-1] if self.searches and not self.searches[-1].is_over else None

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
def _apply(event: object, state: SessionState) -> SessionState:
    return state


@_apply.register
def _(event: ev.Unknown, state: SessionState) -> SessionState:
    return replace(state, unknown_events=state.unknown_events + 1)


@_apply.register
def _(event: ev.SessionOpened, state: SessionState) -> SessionState:
    history = state.history.aimed(event.target.words)
    return replace(state, opened=event, opened_at=state.at, target=event.target, history=history)


@_apply.register
def _(event: ev.SessionResumed, state: SessionState) -> SessionState:
    """A run that was under way when coach died never ended: the resumed session must not wait for it."""
    cut = replace(state, searches=_cut(state.searches))
    return replace(cut, closed=None, series_start=None, plan=(), watching=False)


@_apply.register
def _(event: ev.SessionInterrupted, state: SessionState) -> SessionState:
    cut = replace(state, searches=_cut(state.searches))
    return replace(cut, series_start=None, plan=(), watching=False)


@_apply.register
def _(event: ev.SessionClosed, state: SessionState) -> SessionState:
    cut = replace(state, searches=_cut(state.searches))
    return replace(cut, closed=event, series_start=None, plan=(), watching=False)


@_apply.register
def _(event: ev.TargetChanged, state: SessionState) -> SessionState:
    fresh = replace(state, target=event.target, history=state.history.aimed(event.target.words))
    return replace(
        fresh,
        reference=None,
        newest=reduce(Newest.after, fresh.target_runs, Newest()),
        reproduction=None,
        reproduced=None,
        series_start=None,
        suspects=(),
        suspects_run=0,
        spectrum=None,
        mutants=None,
        touched=(),
        calls=None,
        calls_passing=None,
    )


@_apply.register
def _(event: ev.SpecWritten, state: SessionState) -> SessionState:
    return _answered(_limited(replace(state, spec=event.spec)), "spec", "spread")


@_apply.register
def _(_event: ev.LeftBehindEnded, state: SessionState) -> SessionState:
    return state


@_apply.register
def _(event: ev.TeamRulesRead, state: SessionState) -> SessionState:
    return _limited(replace(state, rules=event.rules))


def _limited(state: SessionState) -> SessionState:
    """Let the detectors know the limits of a fix."""
    history = replace(state.history, scope=state.spec.scope, protected=state.protected)
    return replace(state, history=history)


@_apply.register
def _(event: ev.BudgetSet, state: SessionState) -> SessionState:
    return replace(state, budget=event.seconds)


@_apply.register
def _(event: ev.StepEntered, state: SessionState) -> SessionState:
    visited = replace(state, visits=(*state.visits, Visit(event.step, state.at, event.why)))
    return _answered(visited, f"went to {event.step}")


@_apply.register
def _(event: ev.GateOverridden, state: SessionState) -> SessionState:
    return replace(state, overrides=MappingProxyType({**state.overrides, event.step: event.reason}))


@_apply.register
def _(event: ev.RunStarted, state: SessionState) -> SessionState:
    return replace(
        state, runs=PersistentList.of(state.runs).plus(Run(request=event.request, started=state.at))
    )


@_apply.register
def _(event: ev.RunFinished, state: SessionState) -> SessionState:
    run = state.run(event.number)
    if run is None:
        return state
    done = run.model_copy(update={"report": event.report, "failing": event.failing, "judged": event.judged})
    position = len(state.runs) - 1 - next(i for i, each in enumerate(reversed(state.runs)) if each is run)
    runs = PersistentList.of(state.runs).put(position, done)
    history = state.history.finished(done) if _tries_target(state, done) else state.history
    seen = replace(state, runs=runs, history=history)
    if not _is_of_target(done, state.target):
        return seen
    reference = state.reference or _seen_first(done)
    return replace(seen, reference=reference, newest=state.newest.after(done, reference))


def _seen_first(run: Run) -> Reference | None:
    """Take the first red run that gates may rest on for the failure, until it is reproduced."""
    is_red = run.judged is not None and run.judged.outcome == "FAIL"
    if not (is_red and run.failing and run.is_evidence):
        return None
    failing = alike(run.failing)
    return Reference(run=run.number, failing=failing, beside=_beside(failing, (run,)))


def _about(state: SessionState, reference: Reference) -> SessionState:
    """Let a session be about a failure; which runs show it is answered anew."""
    newest = reduce(lambda newest, run: newest.after(run, reference), state.target_runs, Newest())
    return replace(state, reference=reference, newest=newest)


@_apply.register
def _(event: ev.FailureTaken, state: SessionState) -> SessionState:
    run = state.run(event.run)
    if run is None or not run.failing:
        return state
    chosen = alike(run.failing, event.test)
    taken = Reference(run=run.number, failing=chosen, is_reproduced=True, beside=_beside(chosen, (run,)))
    return _about(state, taken)


def _is_of_target(run: Run, target: Target) -> bool:
    """Whether it is a finished run of this target in the checkout."""
    aim = run.request.target
    # Field by field: comparing whole values takes ten times as long, and this is asked with every paint.
    is_aimed = aim.words == target.words and aim.kind == target.kind and aim.junit == target.junit
    return is_aimed and run.is_of_checkout


def _tries_target(state: SessionState, run: Run) -> bool:
    """Whether a run says how the target does; where saves run only what failed, a red run of that says it too."""
    request = run.request
    if request.in_copy or request.only_looks:
        return False
    only_failures = request.covers == "failures" and state.scope == "failures" and bool(run.failing)
    return only_failures or request.target == state.target


@_apply.register
def _(event: ev.ReproductionBegan, state: SessionState) -> SessionState:
    return replace(state, series_start=state.last_number + 1)


@_apply.register
def _(event: ev.ReproductionMeasured, state: SessionState) -> SessionState:
    found = event.reproduction
    history = replace(state.history, is_flaky=found.is_reproduced and not found.is_stable)
    shown = found if found.is_reproduced else state.reproduced
    measured = replace(state, reproduction=found, reproduced=shown, series_start=None, history=history)
    is_known = state.reference is not None and state.reference.is_reproduced
    reference = None if is_known else _reproduced(state, found)
    return _about(measured, reference) if reference else measured


def _reproduced(state: SessionState, found: Reproduction) -> Reference | None:
    """Return what a measurement reproduced, as the newest of its runs shows it that says what most of them said."""
    if not found.is_reproduced:
        return None
    runs = [run for number in found.evidence if (run := state.run(number)) and run.failing]
    said = [run for run in runs if run.strict == found.strict]
    shown = next(reversed(said or runs), None)
    if shown is None:
        return None
    failing = shown.failing
    if found.test:
        together = {found.test, *(each.test for each in found.others if each.failures == found.failures)}
        like_it = alike(shown.failing, found.test)
        failing = tuple(_named(each, together) for each in like_it if _name_of(each.test, together))
    chosen = failing or shown.failing
    return Reference(run=shown.number, failing=chosen, is_reproduced=True, beside=_beside(chosen, runs))


def _beside(chosen: Sequence[FailureSignature], runs: Iterable[Run]) -> tuple[str, ...]:
    """Return the tests that were red in these runs and are not among the chosen ones."""
    red = dict.fromkeys(each.test for run in runs for each in run.failing)
    return tuple(test for test in red if not any(is_of(each.test, test) for each in chosen))[:MAX_BESIDE]


def _name_of(test: str, names: Collection[str]) -> str:
    """Return the name a test was counted by: its id, or its function's where parameters change from run to run."""
    return next((name for name in names if is_of(name, test)), "")


def _named(failing: FailureSignature, names: Collection[str]) -> FailureSignature:
    return failing.model_copy(update={"test": _name_of(failing.test, names)})


@_apply.register
def _(event: ev.EditSeen, state: SessionState) -> SessionState:
    edit = Edit(state.at, event.paths, state.last_number, state.held_by)
    edits = PersistentList.of(state.edits).plus(edit)
    return replace(state, edits=edits, series_start=None, is_confirmed=False)


@_apply.register
def _(event: ev.WatchingChanged, state: SessionState) -> SessionState:
    return replace(state, watching=event.watching, watch_note=event.note)


@_apply.register
def _(event: ev.ScopeChanged, state: SessionState) -> SessionState:
    return replace(state, scope=event.scope)


@_apply.register
def _(event: ev.ChangesRead, state: SessionState) -> SessionState:
    return replace(state, changes=event.changes, lowered=event.lowered, unloaded=event.unloaded)


@_apply.register
def _(event: ev.PinRefused, state: SessionState) -> SessionState:
    return replace(state, unpinnable=(*state.unpinnable, event.test))


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
        event.name,
        event.files,
        event.files,
        event.parts,
        event.parts,
    )
    return replace(state, pin=pin, history=state.history.pinned(event.test))


@_apply.register
def _(event: ev.PinnedTestRead, state: SessionState) -> SessionState:
    if state.pin is None:
        return state
    seen = event.files or state.pin.seen_files
    parts = event.parts or state.pin.seen_parts
    read = replace(state.pin, seen_digest=event.digest, seen_files=seen, seen_parts=parts)
    return replace(state, pin=read)


@_apply.register
def _(event: ev.TestUnpinned, state: SessionState) -> SessionState:
    unpinned = replace(state, pin=None, history=state.history.taken_off())
    return _answered(unpinned, event.reason, "tamper")


@_apply.register
def _(event: ev.SpectrumMeasured, state: SessionState) -> SessionState:
    same = state.mutants and state.mutants.tree == event.spectrum.tree
    seen = event.spectrum
    is_whole = seen.has_failed and not seen.left_out
    ran = (
        frozenset(f"{each.path}::{each.function}" for each in seen.functions if each.ran)
        if is_whole
        else frozenset()
    )
    history = state.history.measured(seen.test, ran)
    return replace(state, spectrum=seen, mutants=state.mutants if same else None, history=history)


@_apply.register
def _(event: ev.TouchedRead, state: SessionState) -> SessionState:
    return replace(state, touched=event.touched)


@_apply.register
def _(event: ev.MutantsTried, state: SessionState) -> SessionState:
    return replace(_marked(state, "experiment"), mutants=event.mutations)


@_apply.register
def _(event: ev.CallsTraced, state: SessionState) -> SessionState:
    if not event.trace.failed:
        return replace(state, calls_passing=event.trace)
    other = (
        state.calls_passing if state.calls_passing and state.calls_passing.test == event.trace.test else None
    )
    return replace(_marked(state, "experiment"), calls=event, calls_passing=other)


@_apply.register
def _(event: ev.SuspectsRanked, state: SessionState) -> SessionState:
    return replace(state, suspects=event.suspects, suspects_run=event.run)


@_apply.register
def _(event: ev.SuspectRuledOut, state: SessionState) -> SessionState:
    ruled_out = MappingProxyType({**state.ruled_out, event.suspect: event.reason})
    return replace(_marked(state, "ruled-out"), ruled_out=ruled_out)


@_apply.register
def _(event: ev.SuspectRestored, state: SessionState) -> SessionState:
    kept = {key: reason for key, reason in state.ruled_out.items() if key != event.suspect}
    return replace(state, ruled_out=MappingProxyType(kept))


@_apply.register
def _(event: ev.HypothesisProposed, state: SessionState) -> SessionState:
    added = Hypothesis(
        id=event.id, claim=event.claim, prediction=event.prediction, after_run=state.last_number
    )
    added_to = (*state.hypotheses, added)
    proposed = replace(_marked(state, "hypothesis"), hypotheses=added_to, active=event.id)
    return _answered(proposed, f"wrote H{event.id}")


@_apply.register
def _(event: ev.HypothesisJudged, state: SessionState) -> SessionState:
    verdict = Judgement(verdict=event.verdict, reason=event.reason, runs=event.runs, teaches=event.teaches)
    judged = (each.judged(verdict) if each.id == event.id else each for each in state.hypotheses)
    learnt = _marked(state, "learnt") if event.verdict != "SUPPORTED" else state
    return replace(learnt, hypotheses=tuple(judged))


@_apply.register
def _(event: ev.HypothesisActivated, state: SessionState) -> SessionState:
    return replace(state, active=event.id)


@_apply.register
def _(event: ev.PredictionRevised, state: SessionState) -> SessionState:
    new = {"prediction": event.prediction, "after_run": state.last_number}
    revised = (each.model_copy(update=new) if each.id == event.id else each for each in state.hypotheses)
    return replace(_marked(state, "hypothesis"), hypotheses=tuple(revised))


@_apply.register
def _(event: ev.TrialSeen, state: SessionState) -> SessionState:
    tried = replace(_marked(state, "experiment"), trials=(*state.trials, event.seen))
    return _answered(tried, f"tried {event.seen.trial.label}")


@_apply.register
def _(event: ev.LogpointSeen, state: SessionState) -> SessionState:
    if event.seen.after_fix:
        return replace(state, logpoints=(*state.logpoints, event.seen))
    looked = replace(_marked(state, "experiment"), logpoints=(*state.logpoints, event.seen))
    return _answered(looked, f"looked at {event.seen.logpoint.place}")


@_apply.register
def _(event: ev.LookAsked, state: SessionState) -> SessionState:
    return replace(state, looks_asked=(*state.looks_asked, event))


@_apply.register
def _(event: ev.LookAnswered, state: SessionState) -> SessionState:
    left = tuple(each for each in state.looks_asked if not each.logpoint.asks_the_same(event.logpoint))
    refused = tuple(each for each in state.looks_refused if not each.asks_the_same(event.logpoint))
    if not event.is_allowed:
        refused = (*refused, event.logpoint)
    return replace(state, looks_asked=left, looks_refused=refused)


@_apply.register
def _(event: ev.NoteWritten, state: SessionState) -> SessionState:
    noted = replace(
        _marked(state, "note"), notes=(*state.notes, Note(state.at, event.text, state.last_number))
    )
    return _answered(noted, "wrote a note", "revert", "tamper")


@_apply.register
def _(event: ev.VerificationBegan, state: SessionState) -> SessionState:
    begun = replace(state, plan=event.plan, plan_start=state.last_number + 1, is_confirmed=False)
    return replace(begun, plan_acceptance=event.acceptance)


@_apply.register
def _(event: ev.VerificationVoided, state: SessionState) -> SessionState:
    return replace(state, plan=())


@_apply.register
def _(event: ev.VerificationJudged, state: SessionState) -> SessionState:
    """Judged again on the same runs, after an answer, it still speaks of the tree it was made on."""
    at = state.verified_at_run if state.verification and not state.plan else state.last_number
    return replace(state, verification=event.verification, verified_at_run=at, plan=())


@_apply.register
def _(event: ev.ControlMeasured, state: SessionState) -> SessionState:
    return replace(state, control=event.control)


@_apply.register
def _(event: ev.ObjectionAnswered, state: SessionState) -> SessionState:
    answers = {**state.answers, (event.check, event.objection): event.reason}
    return replace(state, answers=MappingProxyType(answers))


@_apply.register
def _(event: ev.ClosingWritten, state: SessionState) -> SessionState:
    return replace(state, closing=event.closing, root_cause=event.closing.cause.text or state.root_cause)


@_apply.register
def _(event: ev.RootCauseWritten, state: SessionState) -> SessionState:
    return replace(state, root_cause=event.text)


@_apply.register
def _(event: ev.FixConfirmed, state: SessionState) -> SessionState:
    return replace(state, is_confirmed=True)


@_apply.register
def _(event: ev.ContextExported, state: SessionState) -> SessionState:
    return replace(state, exports=(*state.exports, event), held_by=state.held_by or ASSISTANT)


@_apply.register
def _(event: ev.HandedOver, state: SessionState) -> SessionState:
    return replace(state, held_by=event.to or ASSISTANT)


@_apply.register
def _(_event: ev.HandedBack, state: SessionState) -> SessionState:
    return replace(state, held_by="")


@_apply.register
def _(event: ev.AssistantEnded, state: SessionState) -> SessionState:
    return replace(state, assistants=(*state.assistants, event.report))


@_apply.register
def _(event: ev.AttemptRead, state: SessionState) -> SessionState:
    attempts = PersistentList.of(state.attempts).plus(event.attempt)
    return replace(state, attempts=attempts, history=state.history.read(event.attempt))


@_apply.register
def _(event: ev.LoopNoticed, state: SessionState) -> SessionState:
    return replace(state, notices=(*state.notices, Notice(state.at, event)))


@_apply.register
def _(event: ev.LoopDismissed, state: SessionState) -> SessionState:
    dismissed = replace(state, dismissals=(*state.dismissals, event))
    return _answered(dismissed, f"dismissed: {event.reason}", event.pattern)


@_apply.register
def _(event: ev.LoopsSwitched, state: SessionState) -> SessionState:
    return replace(state, loops_off=event.off)


@_apply.register
def _(event: ev.EarlierRead, state: SessionState) -> SessionState:
    return replace(state, earlier=event.found)


@_apply.register
def _(event: ev.PastFailuresFound, state: SessionState) -> SessionState:
    return replace(state, past=(*event.candidates, *state.past)[:8])


@_apply.register
def _(event: ev.PastFailureDismissed, state: SessionState) -> SessionState:
    past = tuple(each for each in state.past if each.session not in event.sessions)
    return replace(state, past=past, past_dismissed=(*state.past_dismissed, *event.sessions))


@_apply.register
def _(event: ev.TreeRestored, state: SessionState) -> SessionState:
    restore = Restore(event.tree, event.before, state.last_number, event.paths, event.kept, event.modes)
    now = replace(state, restores=(*state.restores, restore), restoring=None, restore_stopped="")
    return _answered(now, "restored")


@_apply.register
def _(event: ev.RestoreBegun, state: SessionState) -> SessionState:
    restoring = Restoring(event.tree, event.before, event.paths, event.why, event.modes, event.wanted_modes)
    return replace(state, restoring=restoring, restore_stopped="")


@_apply.register
def _(event: ev.RestoreStopped, state: SessionState) -> SessionState:
    return replace(state, restoring=None, restore_stopped=event.sentence)


@_apply.register
def _(event: ev.RestoreInterrupted, state: SessionState) -> SessionState:
    restoring = Restoring(event.tree, event.before, event.paths, event.why, event.modes, event.wanted_modes)
    return replace(state, restoring=replace(restoring, is_interrupted=True, written=event.written))


@_apply.register
def _(event: ev.SearchBegan, state: SessionState) -> SessionState:
    return replace(state, searches=(*_cut(state.searches), Search(event.search, state.at)))


@_apply.register
def _(event: ev.SearchProgressed, state: SessionState) -> SessionState:
    return replace(
        state,
        searches=tuple(
            replace(
                each,
                tried=tried_so_far(each.tried, event.tried),
                doing=event.doing,
                notes=(*each.notes, *event.notes),
            )
            if each.request.number == event.number
            else each
            for each in state.searches
        ),
    )


@_apply.register
def _(event: ev.SearchEnded, state: SessionState) -> SessionState:
    searches = (
        replace(each, result=event.result, doing="") if each.request.number == event.number else each
        for each in state.searches
    )
    return _answered(replace(state, searches=tuple(searches)), "searched")


def _cut(searches: tuple[Search, ...]) -> tuple[Search, ...]:
    """A search that was under way when coach was stopped never ended; what it tried is kept, and it can go on."""
    if not searches or searches[-1].is_over:
        return searches
    cut = SearchResult(how="stopped", sentence="coach was stopped before the search ended")
    return (*searches[:-1], replace(searches[-1], result=cut, doing=""))


def _marked(state: SessionState, mark: Mark) -> SessionState:
    return replace(state, history=state.history.marked(mark))


def _answered(state: SessionState, answer: str, *patterns: str) -> SessionState:
    """Note what was done about the notices that stand; without ``patterns``, about all of them."""
    if not any(not each.answer for each in state.notices[-8:]):
        return state
    older, newer = state.notices[:-8], state.notices[-8:]
    taken = (
        replace(each, answer=answer)
        if not each.answer and (not patterns or each.loop.pattern in patterns)
        else each
        for each in newer
    )
    return replace(state, notices=(*older, *taken))
