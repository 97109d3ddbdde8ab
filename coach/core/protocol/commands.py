"""What a person or a program can ask of a session. Every front end (screen, command line, tool server) sends these."""

from typing import Literal

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.drill.debrief import Debrief
from coach.core.drill.facts import Graded, Played
from coach.core.drill.score import Score
from coach.core.experiments.hypothesis import Prediction, Verdict
from coach.core.experiments.logpoint import Logpoint
from coach.core.experiments.trial_request import Trial
from coach.core.history.assistant import AssistantReport
from coach.core.runs.made_run import MadeRun
from coach.core.runs.run_scope import Scope
from coach.core.runs.target import Target
from coach.core.spec.spec import Spec
from coach.core.verify.conclusion import Closing


class Begin(Value):
    """Start on a freshly opened session: enter the first step and, unless told otherwise, reproduce."""

    reproduce: bool = True


class Resume(Value):
    """Take up a session again; nothing is run."""


class Reproduce(Value):
    """Measure how often the target fails, by cold runs."""


class RunTarget(Value):
    """Run the target once, now; a run under way is superseded."""

    purpose: Literal["feedback", "experiment"] = "feedback"
    scope: Scope | None = None
    """Run this scope instead, and let it be the scope of runs on save from here on."""
    by: Name = ""
    """The assistant that asks; empty: a person."""


class RecordRun(Value):
    """Take in a run that was made elsewhere (``pytest --coach``), of the tests ``words`` names; none: of the whole suite."""

    words: tuple[TestId, ...] = ()
    made: MadeRun


class SetScope(Value):
    """How far runs on save reach from here on; nothing is run."""

    scope: Scope


class RunSuite(Value):
    """Run the whole suite once."""


class CancelRun(Value):
    """Stop what is running."""


class SetWatching(Value):
    """Pause or resume runs on save."""

    watching: bool


class TakeFailure(Value):
    """Say which failure the session is about: what a run showed, or one of its red tests."""

    run: int = 0
    """0: the newest red run of the target."""
    test: TestId = NO_TEST


class Retarget(Value):
    """Debug another test from here on: typically the regression test just written."""

    target: Target


class WriteSpec(Value):
    spec: Spec


class SetBudget(Value):
    """Say how many seconds a run of the target may take; 0: not limited."""

    seconds: float


class GoToStep(Value):
    """Enter a step. Going forward past a gate that is not met needs a reason, which is logged and exported."""

    step: CoachId = ""
    """Empty means the next one."""
    reason: Prose = ""


class PinTest(Value):
    """Take the failing test as the regression test, by content."""

    test: TestId = NO_TEST
    """Empty means the test of the reproduced failure."""


class UnpinTest(Value):
    reason: Prose


class Suspects(Value):
    """Measure which lines the failing test runs and rank suspects by it: against its own file, or the whole suite."""

    scope: Literal["file", "suite"] = "file"
    seconds: float = 0.0
    """When these are over no further test is begun to compare with; 0: as many as the scope usually has."""


class TryMutants(Value):
    """Try small mutations of the top suspects in a copy; what turns the failing test green is evidence about a place."""

    budget: float = 10.0
    """Seconds."""
    more: float = 0.0
    """Seconds that are added while nothing turned it green and kept all neighbours."""
    on: Name = ""
    """The cluster that tries them; empty: this machine."""


class TraceCalls(Value):
    """Trace the calls of the failing test, and say where it first parts from a passing run."""

    against: Prose = ""
    """Empty: tests that pass now, or another run of a flaky one. ``pass``: the files of the last pass; else a commit."""


class Investigate(Value):
    """Measure what tells most about the failure, one measurement after the other, until one place is isolated."""

    seconds: float = 0.0
    """How long it may measure; 0: as long as the settings say."""
    on: Name = ""
    """The cluster that carries out its searches and mutations; empty: this machine."""


class PauseInvestigation(Value):
    """Let the investigation wait; with ``paused`` off, let it go on."""

    paused: bool = True


class StopInvestigation(Value):
    """End the investigation; what it measured is kept."""


class TraceOrigins(Value):
    """Say where a value of the failing test came from."""

    expression: Prose = ""
    """A name, or an expression of names, attributes and items; empty: what the failing assertion compares."""
    path: FilePath = ""
    line: int = 0
    """Where it is read; 0: where the test failed."""


class RuleOutSuspect(Value):
    suspect: Name
    reason: Prose


class RestoreSuspect(Value):
    suspect: Name


class Look(Value):
    """Look at values while the failing test and its neighbours run; the logpoint is kept before the run begins."""

    logpoint: Logpoint


class AskLook(Value):
    """Ask the engineer whether this may be evaluated for an assistant, or say what the answer is."""

    logpoint: Logpoint
    by: Name = "assistant"
    is_allowed: bool | None = None
    """The engineer's answer. What may be evaluated is kept with the approvals; this only says so."""


class Try(Value):
    """Carry out a trial in a copy of the work tree."""

    trial: Trial
    command: tuple[Name, ...] = ()
    """*command*: its words."""


class ActivateHypothesis(Value):
    """Work on this one of the open hypotheses: the next run judges it."""

    id: int


class RevisePrediction(Value):
    """Write the prediction of an open hypothesis anew; refused once an experiment for it has run."""

    id: int
    prediction: Prediction


class ProposeHypothesis(Value):
    claim: Prose
    prediction: Prediction


class JudgeHypothesis(Value):
    """A person's verdict on an observation that a run after the prediction made possible."""

    id: int
    verdict: Verdict
    reason: Prose
    teaches: Prose = ""
    """What is known now that was not known before."""


class WriteNote(Value):
    text: Prose


class Verify(Value):
    """Prove the fix: pinned test, whole suite, baseline, what the spec calls done."""

    acceptance: tuple[Name, ...] = ()
    """Acceptance commands that the engineer approved; others are not run."""
    by: Name = ""
    """The assistant that asks; empty: a person, or the assistant that the session was handed to."""
    on: Name = ""
    """The cluster that repeats the target and runs it without the fix and on wrong ones; empty: this machine."""


class AnswerObjection(Value):
    """Say why what speaks against the fix is fine; the next verification takes it as answered."""

    objection: Name
    """Its key, as the check shows it; the name of a check answers all that stands in it."""
    reason: Prose


class WriteClosing(Value):
    """Write the parts of the end that are given; the others stay as they are."""

    closing: Closing
    by: Name = ""
    """The assistant that writes it; empty: a person, or the assistant that the session was handed to."""


class ConfirmFix(Value):
    """A person agrees that the defect is fixed."""


class NoteExport(Value):
    """Context left coach: how much and in which form."""

    format: CoachId
    budget: int
    digest: CoachId
    way: Name = ""
    purpose: CoachId = ""


class HandOver(Value):
    """Somebody else edits from here on; front ends of assistants say their name."""

    to: Name = "assistant"


class HandBack(Value):
    """The engineer edits again."""


class NoteAssistant(Value):
    """An assistant that was run on the session has ended."""

    report: AssistantReport


class NoteDrill(Value):
    """The drill that the session plays is over: what was measured, and its score."""

    graded: Graded
    played: Played
    score: Score


class NoteDebrief(Value):
    """The answer of the drill that the session plays, for the person who played it."""

    debrief: Debrief


class DismissLoop(Value):
    """Do not speak of this pattern at this place again, for a reason."""

    pattern: CoachId
    reason: Prose


class DismissPast(Value):
    """Past failures of these sessions do not help with the present one."""

    sessions: tuple[CoachId, ...]


class RestoreTree(Value):
    """Put the files of an earlier run (or of a recorded tree) back into the checkout. The front end asks the engineer before it sends this."""

    run: int = 0
    tree: TreeId = ""
    by: Name = ""
    """The assistant that asks; empty: a person."""


class BeginSearch(Value):
    """Search for what makes it fail; a search under way is superseded, what it tried is not tried again."""

    kind: CoachId
    good: Name = ""
    """*commits*: a commit that is known to pass; *fix*: one that is known to fail; empty: one is looked for."""
    input: FilePath = ""
    """*input*: the file to reduce, relative to the root."""
    rounds: int = 0
    """*flake*: runs under each condition; 0: as many as the axis needs."""
    most: int = 0
    """Probes after which it ends with what it has; 0: no limit."""
    width: int = 2
    """Probes at the same time; 0, on a cluster: as many as it has workers."""
    proves: bool = True
    """*commits*: whether the commit found is taken back in a copy: code that nobody wrote, put together by coach."""
    on: Name = ""
    """The cluster whose workers run the probes, as its address was typed; empty: this machine."""


class StopSearch(Value):
    """End the search under way; begun again it goes on where it was."""


class Close(Value):
    """End the session; its ending is computed."""

    note: Prose = ""


class Interrupted(Value):
    """coach is being stopped from outside (a signal, a closed terminal)."""

    by: Name


class KeepElsewhere(Value):
    """Keep the log in another state directory from here on: where it was it cannot be written."""

    place: Name
    """A folder, absolute or from the home; made when it is not there."""


Command = (
    Begin
    | Resume
    | Reproduce
    | RunTarget
    | RecordRun
    | SetScope
    | RunSuite
    | CancelRun
    | SetWatching
    | TakeFailure
    | Retarget
    | WriteSpec
    | SetBudget
    | GoToStep
    | PinTest
    | UnpinTest
    | Suspects
    | TryMutants
    | TraceCalls
    | Investigate
    | PauseInvestigation
    | StopInvestigation
    | TraceOrigins
    | RuleOutSuspect
    | RestoreSuspect
    | Look
    | AskLook
    | Try
    | ActivateHypothesis
    | RevisePrediction
    | ProposeHypothesis
    | JudgeHypothesis
    | WriteNote
    | Verify
    | AnswerObjection
    | WriteClosing
    | ConfirmFix
    | NoteExport
    | HandOver
    | HandBack
    | NoteAssistant
    | NoteDrill
    | NoteDebrief
    | DismissLoop
    | DismissPast
    | RestoreTree
    | BeginSearch
    | StopSearch
    | Close
    | Interrupted
    | KeepElsewhere
)
