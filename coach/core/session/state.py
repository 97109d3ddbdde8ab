"""Everything known about a session at one point of its log; ``fold`` makes it, one event at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from types import MappingProxyType

from coach.core.base.persistent_list import PersistentList
from coach.core.experiments.hypothesis import Hypothesis
from coach.core.experiments.logpoint import Logpoint, LogpointRun
from coach.core.experiments.trial import TrialRun
from coach.core.history.assistant import AssistantReport
from coach.core.history.past_pass import PastChanges
from coach.core.history.prehistory import Earlier
from coach.core.history.similar_failure import PastFailure
from coach.core.localize.call_trace import CallTrace
from coach.core.localize.isolation import probable
from coach.core.localize.measurement import FailureKey, Investigation, Kept, Measurement
from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.localize.origins import Origins
from coach.core.localize.spectrum import Spectrum
from coach.core.localize.suspect import Suspect, Touched
from coach.core.log import events as ev
from coach.core.loops.attempt import Attempt, Finding
from coach.core.loops.escalation import goes_on
from coach.core.loops.history import History
from coach.core.runs.changes import Changes
from coach.core.runs.reference import Reference
from coach.core.runs.reproduction import Reproduction
from coach.core.runs.run import Newest, Purpose, Run
from coach.core.runs.run_scope import Scope
from coach.core.runs.since_green import since_green
from coach.core.runs.target import Target
from coach.core.search.request import Search
from coach.core.session.entries import DrillPlay, Edit, Note, Notice, Pin, Restore, Restoring, Visit
from coach.core.spec.spec import Spec, TeamRules
from coach.core.verify.conclusion import Closing
from coach.core.verify.negative_control import Control
from coach.core.verify.verification import Verification
from coach.core.workflow.workflow import Step, Workflow


def _none() -> Mapping[str, str]:
    return MappingProxyType({})


def _nothing_kept() -> Mapping[FailureKey, Kept]:
    return MappingProxyType({})


def _no_answers() -> Mapping[tuple[str, str], str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Investigations:
    """What is known of what coach measures by itself: the part of a session's state that investigations own."""

    limits: ev.InvestigationLimited | None = None
    """What coach may measure by itself; None: nothing."""
    investigation: Investigation | None = None
    """The newest one."""
    investigated: tuple[FailureKey, ...] = ()
    """Failures whose investigation came to an end: none begins by itself again."""
    kept: Mapping[FailureKey, Kept] = field(default_factory=_nothing_kept)
    """What investigations measured, the newest few."""
    past_changes: PastChanges | None = None
    """What changed since the failing test passed in a past session."""
    same_trees: Mapping[str, str] = field(default_factory=_none)
    """Trees and what each is the same as for measurements: runs alone wrote what they differ in."""
    early_flips: tuple[Flip, ...] = ()
    """Flips of the round of mutations under way, whoever asked for it; its end says what they weigh."""

    def same_tree(self, tree: str) -> str:
        """Return the tree that stands for all that are the same for measurements."""
        return self.same_trees.get(tree, tree)

    @property
    def measurement(self) -> Measurement | None:
        """The measurement under way that coach makes by itself."""
        return self.investigation.current if self.investigation and self.investigation.is_open else None

    @property
    def is_investigating(self) -> bool:
        """Whether an investigation is under way, paused ones included."""
        return self.investigation is not None and self.investigation.is_open


@dataclass(frozen=True)
class SessionState(Investigations):
    """Everything known about a session after ``seq`` events. Without slots: see ``replace``."""

    seq: int = 0
    at: float = 0.0
    opened: ev.SessionOpened | None = None
    opened_at: float = 0.0
    imported: ev.Imported | None = None  # it was made from a transcript
    drill: DrillPlay | None = None  # its checkout is an arena
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
    unpinnable: tuple[str, ...] = ()  # tests whose source is not known
    suspects: tuple[Suspect, ...] = ()
    suspects_run: int = 0
    spectrum: Spectrum | None = None
    """The newest measurement of the failing test; ``spectrum.tree`` says of which tree."""
    mutants: Mutations | None = None
    touched: tuple[Touched, ...] = ()
    """Which commit touched the top suspects last."""
    calls: ev.CallsTraced | None = None
    """The newest call trace of the failing test."""
    origins: Origins | None = None  # of the value that was asked about last
    wrong_value: Origins | None = None  # of the newest one that the failure found wrong
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
    plan_on: str = ""  # the cluster that repeats the target in it
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
    loops_off: tuple[str, ...] = ()
    restores: tuple[Restore, ...] = ()
    restoring: Restoring | None = None
    restore_stopped: str = ""
    """Why the newest restore put nothing back; empty when it did."""
    earlier: tuple[Earlier, ...] = ()  # what happened before the session was opened, oldest first
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
        requests = (run for run in reversed(self.runs) if not run.request.only_looks)
        return next((run for run in requests if not run.request.by_itself), None)

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

    def runs_after(self, number: int) -> Iterator[Run]:
        """Yield the runs with a higher number, newest first: what is asked with every paint must not look at thousands."""
        return takewhile(lambda run: run.number > number, reversed(self.runs))

    def newest_target_runs(self) -> Iterator[Run]:
        """Yield the finished runs of the present target in the checkout, newest first; a long session has thousands."""
        return (run for run in reversed(self.runs) if is_of_target(run, self.target))

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
        return self._failing_run(self.newest.failed or (self.reference.run if self.reference else 0))

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
    def changed_around(self) -> str:
        """What changed around the project since the target was green last; empty: nothing did, or it is not known."""
        return since_green(self.runs, self.newest.passed, self.newest.failed)

    @property
    def last_edit(self) -> Edit | None:
        return self.edits[-1] if self.edits else None

    @property
    def standing_loop(self) -> ev.LoopNoticed | None:
        """The banner or card to show: the newest one that nobody answered and that no later edit led out of."""
        loud = [each for each in self.notices if each.loop.level != "note"]
        newest = loud[-1].loop.run if loud else 0
        found = next((each.loop for each in loud if each.loop.run == newest and not each.answer), None)
        is_edited = bool(self.attempts) and self.attempts[-1].run > newest
        return found if found and (not is_edited or goes_on(self.history, found.pattern, found.run)) else None

    def attempt(self, run: int) -> Attempt | None:
        """Return the edits that led to a run."""
        return next((each for each in reversed(self.attempts) if each.run == run), None)

    @property
    def standing_suspects(self) -> tuple[Suspect, ...]:
        """Suspects that were not ruled out; what the others held of the probability is shared among them."""
        return probable(self.suspects, self.ruled_out.keys())

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
        return next((run for run in self.runs if run.number == number), None) if number > 0 else None

    @property
    def search(self) -> Search | None:
        """The search under way."""
        return self.searches[-1] if self.searches and not self.searches[-1].is_over else None

    @property
    def awaited_runs(self) -> tuple[Run, ...]:
        """Runs under way that somebody waits for: all but the measurement that coach makes by itself."""
        measured = self.investigation.measurements if self.investigation else ()
        own = {each.run for each in measured[-8:]}
        return tuple(run for run in self.under_way if run.number not in own and not run.request.by_itself)

    @property
    def awaited_search(self) -> Search | None:
        """The search under way that somebody waits for."""
        return self.search if self.search and not self.search.by_itself else None

    @property
    def is_investigated_automatically(self) -> bool:
        """Whether investigations begin by themselves: saves are heard, and no assistant makes many of them."""
        return self.limits is not None and self.limits.limits.auto and self.watching and not self.held_by

    def hypothesis(self, hypothesis_id: int) -> Hypothesis | None:
        return next((each for each in self.hypotheses if each.id == hypothesis_id), None)


def is_of_target(run: Run, target: Target) -> bool:
    """Whether it is a finished run of this target in the checkout."""
    aim = run.request.target
    # Field by field: comparing whole values takes ten times as long, and this is asked with every paint.
    is_aimed = aim.words == target.words and aim.kind == target.kind and aim.junit == target.junit
    return is_aimed and run.is_of_checkout
