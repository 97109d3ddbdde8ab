"""Everything that can happen in a session and is worth reading next month.

One class per kind; ``kind`` is the word on disk and never changes meaning. New fields get a default so that old logs
stay readable; a new meaning gets a new kind. Live output lines are not events.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.experiments.hypothesis import Prediction, Verdict
from coach.core.experiments.logpoint import Logpoint, LogpointRun
from coach.core.experiments.trial import TrialRun
from coach.core.history.assistant import AssistantReport
from coach.core.history.kept_file import Kept
from coach.core.history.prehistory import Earlier
from coach.core.history.similar_failure import PastFailure
from coach.core.localize.call_trace import CallTrace, Divergence
from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.localize.origins import Origins
from coach.core.localize.spectrum import Spectrum
from coach.core.localize.suspect import Suspect, Touched
from coach.core.log.drill_events import DrillBegan as DrillBegan  # noqa: PLC0414 - events are read from here
from coach.core.log.drill_events import DrillDebriefed as DrillDebriefed  # noqa: PLC0414 - events are read from here
from coach.core.log.drill_events import DrillEvent
from coach.core.log.drill_events import DrillScored as DrillScored  # noqa: PLC0414 - events are read from here
from coach.core.log.imported_event import Imported as Imported  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import FailureDated as FailureDated  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import InvestigationBegan as InvestigationBegan  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import InvestigationEnded as InvestigationEnded  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import InvestigationEvent
from coach.core.log.investigation_events import InvestigationLimited as InvestigationLimited  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import InvestigationPaused as InvestigationPaused  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import InvestigationResumed as InvestigationResumed  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import MeasurementBegan as MeasurementBegan  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import MeasurementEnded as MeasurementEnded  # noqa: PLC0414 - events are read from here
from coach.core.log.investigation_events import PastChangesRead as PastChangesRead  # noqa: PLC0414 - events are read from here
from coach.core.log.recorded_request import RecordedRequest
from coach.core.loops.attempt import Attempt, Finding
from coach.core.loops.detection import Level
from coach.core.loops.way import Way
from coach.core.runs.changes import Changes
from coach.core.runs.failure import FailureSignature
from coach.core.runs.oracle import Judged
from coach.core.runs.report import RunReport
from coach.core.runs.reproduction import Reproduction
from coach.core.runs.run import Purpose
from coach.core.runs.run_scope import Scope
from coach.core.runs.target import Target
from coach.core.search.request import SearchRequest, SearchResult, Tried
from coach.core.spec.spec import Spec, TeamRules
from coach.core.verify.conclusion import Closing
from coach.core.verify.negative_control import Control
from coach.core.verify.verification import Verification
from coach.core.workflow.workflow import Workflow

SCHEMA = 1


class Interpreter(Value):
    """The target's own python, and why this one was chosen."""

    path: FilePath
    why: Prose = ""
    version: Name = ""
    pytest: Name = ""
    """pytest's version there; empty when it has none."""


class Checkout(Value):
    """The state of the project when the session opened."""

    root: FilePath
    """What its trees hold: the top of the repository, or the project itself."""
    project: FilePath = ""
    """Where its runs start, below the root; empty: the root itself."""
    commit: TreeId = ""
    branch: Name = ""
    dirty_files: int = 0
    tree: TreeId = ""
    """The work tree as it was then, in coach's own store."""

    @property
    def start(self) -> str:
        """The project's folder."""
        return f"{self.root.rstrip('/')}/{self.project}" if self.project else self.root


class SessionOpened(Value):
    """A session began: on what, with which steps, whose interpreter, in which state of the project. Always the first."""

    kind: Literal["session_opened"] = "session_opened"
    schema_version: int = SCHEMA
    session: CoachId
    coach: Name
    target: Target
    workflow: Workflow
    interpreter: Interpreter
    checkout: Checkout
    platform: Name = ""


class EarlierRead(Value):
    """What happened in the project before the session was opened, as far as traces of it were left."""

    kind: Literal["earlier_read"] = "earlier_read"
    since: float
    """Seconds since the epoch."""
    found: tuple[Earlier, ...] = ()


class SessionResumed(Value):
    """The session was taken up again."""

    kind: Literal["session_resumed"] = "session_resumed"
    coach: Name = ""


class SessionInterrupted(Value):
    """coach was stopped from outside; recorded at the time when it could be, else at the next start."""

    kind: Literal["session_interrupted"] = "session_interrupted"
    by: Name


class SessionClosed(Value):
    """The session ended: with a proven fix, with one that lacks proof, or without."""

    kind: Literal["session_closed"] = "session_closed"
    ending: Literal["verified", "partial", "abandoned"]
    note: Prose = ""


class TargetChanged(Value):
    """Another test (usually the regression test just written) stands for the defect from here on."""

    kind: Literal["target_changed"] = "target_changed"
    target: Target


class SpecWritten(Value):
    """The spec as a whole, as it stands from here on."""

    kind: Literal["spec_written"] = "spec_written"
    spec: Spec


class LeftBehindEnded(Value):
    """Processes of runs that a killed coach could not end any more were ended when a session was opened."""

    kind: Literal["left_behind_ended"] = "left_behind_ended"
    processes: tuple[Name, ...] = ()


class TeamRulesRead(Value):
    """The rules of the project, as they were when the session was opened or taken up."""

    kind: Literal["team_rules_read"] = "team_rules_read"
    rules: TeamRules


class BudgetSet(Value):
    """How long a run of the target may take, its start included; counts where the workflow's oracle is time."""

    kind: Literal["budget_set"] = "budget_set"
    seconds: float


class StepEntered(Value):
    """A step was gone to, forward or back."""

    kind: Literal["step_entered"] = "step_entered"
    step: CoachId
    why: Prose = ""


class GateOverridden(Value):
    """A step was left although its gate was not met, for a reason."""

    kind: Literal["gate_overridden"] = "gate_overridden"
    step: CoachId
    reason: Prose
    missing: tuple[CoachId, ...] = ()


class RunStarted(Value):
    """A run was asked for; its process is about to start."""

    kind: Literal["run_started"] = "run_started"
    request: RecordedRequest


class RunFinished(Value):
    """What was seen, and what it was judged to be under the rules of that day."""

    kind: Literal["run_finished"] = "run_finished"
    number: int
    report: RunReport
    failing: tuple[FailureSignature, ...] = ()
    judged: Judged
    rule: int = 1
    """Version of the judgement (``coach.core.runs.oracle.RULE``)."""


class ReproductionBegan(Value):
    """Cold runs began that measure how often the target fails."""

    kind: Literal["reproduction_began"] = "reproduction_began"


class ReproductionMeasured(Value):
    """How often the target failed, in how many cold runs."""

    kind: Literal["reproduction_measured"] = "reproduction_measured"
    reproduction: Reproduction
    rule: int = 1


class FailureTaken(Value):
    """The engineer said which failure the session is about from here on: that of a run, or of one of its tests."""

    kind: Literal["failure_taken"] = "failure_taken"
    run: int
    test: TestId = NO_TEST
    """Empty: all that failed in the run."""


class EditSeen(Value):
    """Files in the checkout were saved (or came back from a branch switch)."""

    kind: Literal["edit_seen"] = "edit_seen"
    paths: tuple[FilePath, ...]


class WatchingChanged(Value):
    """Whether saves lead to runs: paused and resumed by a key, or lost and found by the watcher."""

    kind: Literal["watching_changed"] = "watching_changed"
    watching: bool
    note: Prose = ""


class ScopeChanged(Value):
    """How far runs on save reach from here on."""

    kind: Literal["scope_changed"] = "scope_changed"
    scope: Scope


class ChangesRead(Value):
    """The hunks between the last passing (or opening) tree and the tree of a run."""

    kind: Literal["changes_read"] = "changes_read"
    changes: Changes
    lowered: tuple[Finding, ...] = ()
    """What the edits take out of tests; read for a verification only."""
    unloaded: tuple[FilePath, ...] = ()
    """Changed modules that the target is known not to import; read for a verification only."""


class TestPinned(Value):
    """The regression test, by content: from here on it must not change unnoticed."""

    __test__ = False
    kind: Literal["test_pinned"] = "test_pinned"
    test: TestId
    path: FilePath
    line: int = 0
    source: Prose = ""
    digest: CoachId
    name: Name = ""
    """The qualified name by which its source is found again; empty: by the id."""
    files: tuple[tuple[FilePath, CoachId], ...] = ()
    """What it reads besides (data files, conftest.py, helpers of tests): path and digest of the content."""
    parts: tuple[tuple[Name, CoachId], ...] = ()
    """What it is made of in its own file besides its source: ``CASES in tests/test_vat.py`` and digest."""
    red: Literal["behavioural", "structural"]


class PinRefused(Value):
    """A test could not be pinned: its source is not known. What stands for the failure then is the target itself."""

    kind: Literal["pin_refused"] = "pin_refused"
    test: TestId


class PinnedTestRead(Value):
    """The pinned test was read again and is not what it was (or is again what it was)."""

    kind: Literal["pinned_test_read"] = "pinned_test_read"
    digest: CoachId
    """Empty when the test is gone."""
    source: Prose = ""
    files: tuple[tuple[FilePath, CoachId], ...] = ()
    """What it reads besides, as it is now."""
    changed: tuple[FilePath, ...] = ()
    """Which of those are not what they were when the test was pinned."""
    parts: tuple[tuple[Name, CoachId], ...] = ()
    """What it is made of in its own file, as it is now; an empty digest: it is gone."""
    changed_parts: tuple[Name, ...] = ()
    """Which of those are not what they were when the test was pinned."""


class TestUnpinned(Value):
    """The regression test may be changed again."""

    __test__ = False
    kind: Literal["test_unpinned"] = "test_unpinned"
    reason: Prose


class SpectrumMeasured(Value):
    """Which functions and lines the failing test ran, and how many passing tests ran them too."""

    kind: Literal["spectrum_measured"] = "spectrum_measured"
    spectrum: Spectrum


class TouchedRead(Value):
    """Which commit touched each of the top suspects last."""

    kind: Literal["touched_read"] = "touched_read"
    touched: tuple[Touched, ...]


class MutantsTried(Value):
    """Small mutations of suspicious places were tried; the flips are evidence about places, not fixes."""

    kind: Literal["mutants_tried"] = "mutants_tried"
    mutations: Mutations


class FlipFound(Value):
    """A small mutation turned the test green; its round goes on, and what it shows as a whole follows."""

    kind: Literal["flip_found"] = "flip_found"
    run: int
    flip: Flip


class CallsTraced(Value):
    """The calls of one test in one run, own code only, and where a failing one first parts from a passing one."""

    kind: Literal["calls_traced"] = "calls_traced"
    trace: CallTrace
    divergence: Divergence | None = None


class OriginsTraced(Value):
    """Where a value of the failing test came from: the places that made it, nearest first."""

    kind: Literal["origins_traced"] = "origins_traced"
    origins: Origins


class SuspectsRanked(Value):
    """Places where the defect may be, best first, from what a run showed."""

    kind: Literal["suspects_ranked"] = "suspects_ranked"
    run: int
    suspects: tuple[Suspect, ...]
    rule: int = 1


class SuspectRuledOut(Value):
    """A suspect was cleared by what somebody saw."""

    kind: Literal["suspect_ruled_out"] = "suspect_ruled_out"
    suspect: Name
    reason: Prose


class SuspectRestored(Value):
    """A suspect that was ruled out is one again."""

    kind: Literal["suspect_restored"] = "suspect_restored"
    suspect: Name


class HypothesisProposed(Value):
    """A claim and what will be seen if it holds, written before the experiment."""

    kind: Literal["hypothesis_proposed"] = "hypothesis_proposed"
    id: int
    claim: Prose
    prediction: Prediction


class HypothesisJudged(Value):
    """What an experiment says of a hypothesis."""

    kind: Literal["hypothesis_judged"] = "hypothesis_judged"
    id: int
    verdict: Verdict
    reason: Prose
    runs: tuple[int, ...]
    teaches: Prose = ""
    rule: int = 1


class HypothesisActivated(Value):
    """Of several open hypotheses, the next experiment is for this one."""

    kind: Literal["hypothesis_activated"] = "hypothesis_activated"
    id: int


class PredictionRevised(Value):
    """The prediction was written anew before any experiment for it had run; only runs after this can test it."""

    kind: Literal["prediction_revised"] = "prediction_revised"
    id: int
    prediction: Prediction


class TrialSeen(Value):
    """What a trial showed, and what that says of its prediction."""

    kind: Literal["trial_seen"] = "trial_seen"
    seen: TrialRun
    rule: int = 1


class LogpointSeen(Value):
    """What a logpoint showed, and what that says of its prediction."""

    kind: Literal["logpoint_seen"] = "logpoint_seen"
    seen: LogpointRun
    rule: int = 1


class LookAsked(Value):
    """An assistant asks to evaluate what only the engineer may allow; nothing was evaluated."""

    kind: Literal["look_asked"] = "look_asked"
    logpoint: Logpoint
    why: Prose
    by: Name = ""


class LookAnswered(Value):
    """The engineer saw what was asked, and said whether these very words may be evaluated in this session."""

    kind: Literal["look_answered"] = "look_answered"
    logpoint: Logpoint
    is_allowed: bool


class NoteWritten(Value):
    """Something a person or an assistant saw, in words."""

    kind: Literal["note_written"] = "note_written"
    text: Prose


class VerificationBegan(Value):
    """The runs a verification is made of, in order; an edit before their end makes it void."""

    kind: Literal["verification_began"] = "verification_began"
    plan: tuple[Purpose, ...]
    acceptance: tuple[Name, ...] = ()
    """The commands of its acceptance runs, in their order."""
    on: Name = ""
    """The cluster that repeats the target and runs it without the fix and on wrong ones; empty: this machine."""


class VerificationVoided(Value):
    """A verification under way is worth nothing any more."""

    kind: Literal["verification_voided"] = "verification_voided"
    why: Prose


class VerificationJudged(Value):
    """What the proof says, check by check."""

    kind: Literal["verification_judged"] = "verification_judged"
    verification: Verification
    rule: int = 1


class ControlMeasured(Value):
    """What the regression test said to small wrong versions of the fix."""

    kind: Literal["control_measured"] = "control_measured"
    control: Control


class ObjectionAnswered(Value):
    """A person says why what speaks against the fix is fine."""

    kind: Literal["objection_answered"] = "objection_answered"
    check: CoachId
    objection: Name
    reason: Prose


class ClosingWritten(Value):
    """Cause in its parts, lesson and answers as they stand; ``root_cause_written`` says the cause in one text."""

    kind: Literal["closing_written"] = "closing_written"
    closing: Closing


class RootCauseWritten(Value):
    """Why it failed, in words."""

    kind: Literal["root_cause_written"] = "root_cause_written"
    text: Prose


class FixConfirmed(Value):
    """A person looked at the verification and agrees."""

    kind: Literal["fix_confirmed"] = "fix_confirmed"


class ContextExported(Value):
    """The session was handed on: edits that follow may be an assistant's."""

    kind: Literal["context_exported"] = "context_exported"
    format: CoachId
    budget: int
    digest: CoachId
    way: Name = ""
    purpose: CoachId = ""
    """What the reader was asked to do; empty in older logs."""


class HandedOver(Value):
    """Somebody else works in the checkout from here on, and said who."""

    kind: Literal["handed_over"] = "handed_over"
    to: Name


class HandedBack(Value):
    """The engineer works again: edits from here on are the engineer's."""

    kind: Literal["handed_back"] = "handed_back"


class AssistantEnded(Value):
    """An assistant that coach ran on the session has ended; its edits are attempts with its name."""

    kind: Literal["assistant_ended"] = "assistant_ended"
    report: AssistantReport


class AttemptRead(Value):
    """The edits between two runs of the target, and what they are. The sources are not kept; what they showed is."""

    kind: Literal["attempt_read"] = "attempt_read"
    attempt: Attempt
    rule: int = 1


class LoopNoticed(Value):
    """A loop was seen: what, where, from which runs, and the one way on that was offered."""

    kind: Literal["loop_noticed"] = "loop_noticed"
    pattern: CoachId
    level: Level
    run: int
    evidence: tuple[int, ...] = ()
    place: Name = ""
    sentence: Prose
    move: Prose = ""
    action: CoachId = ""
    """The id of the key that makes the move."""
    step: CoachId = ""
    """The step of this workflow to go back to; empty when it has none."""
    restore_run: int = 0
    """The run whose tree is the last good one; 0 when there is none."""
    rule: int = 1
    ways: tuple[Way, ...] = ()
    """What was offered to break the circle, as far as it was possible then; none in logs from before it was offered."""
    doubt: tuple[TestId, ...] = ()
    """Tests of which it was not known whether they failed before any edit, where that decides how loud it is."""


class LoopDismissed(Value):
    """Not wanted again for this pattern at this place."""

    kind: Literal["loop_dismissed"] = "loop_dismissed"
    pattern: CoachId
    place: Name
    reason: Prose


class LoopsSwitched(Value):
    """Which detectors are off."""

    kind: Literal["loops_switched"] = "loops_switched"
    off: tuple[CoachId, ...] = ()


class PastFailuresFound(Value):
    """Past sessions with a failure like that of a run: candidates, best first."""

    kind: Literal["past_failures_found"] = "past_failures_found"
    run: int
    candidates: tuple[PastFailure, ...]


class PastFailureDismissed(Value):
    """These past sessions do not help with this failure (its strict signatures), now or later."""

    kind: Literal["past_failure_dismissed"] = "past_failure_dismissed"
    sessions: tuple[CoachId, ...]
    strict: tuple[CoachId, ...] = ()


class TreeRestored(Value):
    """The files of an earlier run were put back; ``before`` is the tree they replaced, so that this can be undone."""

    kind: Literal["tree_restored"] = "tree_restored"
    tree: TreeId
    before: TreeId
    why: Name = ""
    paths: tuple[FilePath, ...] = ()
    kept: tuple[Kept, ...] = ()
    """What was left as it was, because coach does not hold it or somebody saved it meanwhile."""
    modes: TreeId = ""
    """What was noted of the permissions and empty folders of ``before``."""


class RestoreBegun(Value):
    """Files are about to be put back; written before the first is touched, so that ``before`` can always be had again."""

    kind: Literal["restore_begun"] = "restore_begun"
    tree: TreeId
    before: TreeId
    why: Name = ""
    paths: tuple[FilePath, ...] = ()
    modes: TreeId = ""
    wanted_modes: TreeId = ""


class RestoreStopped(Value):
    """A restore that was begun changed nothing, or what it changed was taken back."""

    kind: Literal["restore_stopped"] = "restore_stopped"
    tree: TreeId
    sentence: Prose = ""


class RestoreInterrupted(Value):
    """A restore was cut off by a kill: ``written`` of its files are as in ``tree``, the others as in ``before``."""

    kind: Literal["restore_interrupted"] = "restore_interrupted"
    tree: TreeId
    before: TreeId
    why: Name = ""
    paths: tuple[FilePath, ...] = ()
    written: int = 0
    aside: tuple[FilePath, ...] = ()  # saves of that moment, kept under names of their own
    modes: TreeId = ""
    wanted_modes: TreeId = ""


class SearchBegan(Value):
    """A search began: for a commit, edits, an order, an input, or what a flake depends on."""

    kind: Literal["search_began"] = "search_began"
    search: SearchRequest


class SearchProgressed(Value):
    """What a search tried since its last report, at most once a second: what a resumed search need not run again."""

    kind: Literal["search_progressed"] = "search_progressed"
    number: int
    tried: tuple[Tried, ...]
    doing: Prose = ""
    notes: tuple[Prose, ...] = ()


class SearchEnded(Value):
    """What a search found, or how it ended without."""

    kind: Literal["search_ended"] = "search_ended"
    number: int
    result: SearchResult
    rule: int = 1


class Unknown(Value):
    """A line of a kind this version does not know: kept, shown raw, and the log is not written to."""

    kind: Name
    raw: dict[str, Any] = Field(default_factory=dict)


Event = (
    SessionOpened
    | Imported
    | EarlierRead
    | SessionResumed
    | SessionInterrupted
    | SessionClosed
    | TargetChanged
    | SpecWritten
    | LeftBehindEnded
    | TeamRulesRead
    | BudgetSet
    | StepEntered
    | GateOverridden
    | RunStarted
    | RunFinished
    | ReproductionBegan
    | ReproductionMeasured
    | FailureTaken
    | EditSeen
    | WatchingChanged
    | ScopeChanged
    | ChangesRead
    | TestPinned
    | PinRefused
    | PinnedTestRead
    | TestUnpinned
    | SpectrumMeasured
    | MutantsTried
    | FlipFound
    | TouchedRead
    | PastChangesRead
    | CallsTraced
    | InvestigationEvent
    | DrillEvent
    | OriginsTraced
    | SuspectsRanked
    | SuspectRuledOut
    | SuspectRestored
    | HypothesisProposed
    | HypothesisJudged
    | HypothesisActivated
    | PredictionRevised
    | TrialSeen
    | LogpointSeen
    | LookAsked
    | LookAnswered
    | NoteWritten
    | VerificationBegan
    | VerificationVoided
    | VerificationJudged
    | ControlMeasured
    | ObjectionAnswered
    | ClosingWritten
    | RootCauseWritten
    | FixConfirmed
    | ContextExported
    | HandedOver
    | HandedBack
    | AssistantEnded
    | AttemptRead
    | LoopNoticed
    | LoopDismissed
    | LoopsSwitched
    | PastFailuresFound
    | PastFailureDismissed
    | TreeRestored
    | RestoreBegun
    | RestoreStopped
    | RestoreInterrupted
    | SearchBegan
    | SearchProgressed
    | SearchEnded
)


@cache
def _reader() -> TypeAdapter[Event]:
    """Build the reader when a log is first read: it costs as much as a third of the start-up."""
    return TypeAdapter(Annotated[Event, Field(discriminator="kind")])


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with the place and time the dispatcher gave it. Order is by ``seq``; clocks jump."""

    seq: int
    at: float
    """Seconds since the epoch."""
    event: Event | Unknown


def event_from(raw: dict[str, Any]) -> Event | Unknown:
    """Read an event; an unknown kind, or a known one this version cannot read, is kept as ``Unknown``."""
    try:
        return _reader().validate_python(raw)
    except ValidationError:
        return Unknown(kind=str(raw.get("kind", "")), raw=raw)


def event_from_json(raw: bytes) -> Event | None:
    """Read an event of a known kind straight from its JSON, several times faster; None when ``event_from`` must look."""
    try:
        return _reader().validator.validate_json(raw)  # type: ignore[no-any-return]
    except ValidationError:
        return None
