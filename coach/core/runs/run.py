"""A run: one process executing tests (never called a session)."""

from dataclasses import dataclass
from typing import Literal

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import Name, TreeId
from coach.core.base.value import Value
from coach.core.experiments.logpoint import Logpoint
from coach.core.experiments.trial_request import Trial
from coach.core.runs.failure import FailureSignature
from coach.core.runs.instrument import Instrument, Mutate, MutateFix
from coach.core.runs.oracle import Judged
from coach.core.runs.reference import Reference
from coach.core.runs.report import RunReport
from coach.core.runs.run_scope import Scope as Reach
from coach.core.runs.target import Target
from coach.core.runs.variation import AS_USUAL, Variation

Purpose = Literal[
    "reproduce",
    "feedback",
    "experiment",
    "verify",
    "suite",
    "baseline",
    "trace",
    "mutants",
    "confirm",
    "reverted",
    "control",
    "logpoint",
    "trial",
    "calls",
    "origins",
    "recheck",
    "acceptance",
    "again",
    "again-before",
    "at-head",
    "imported",
]
"""Why a run was made.

- *reproduce*: one of the series that measures how often the target fails
- *experiment*: the engineer or an assistant asked for it
- *feedback*: after a save; *confirm*: a red one of these that was warm, once more cold
- *trace*, *mutants*, *logpoint*, *calls*, *origins*: to look at something; such a run is no evidence
- *trial*: an experiment in a copy
- *at-head*: a test that failed, in a copy of the commit checked out: did it fail before any edit?
- *imported*: somebody else made it, and a transcript tells of it

Parts of a verification, in its order:

- *verify*: the target, after the fix; *reverted*: the tests of now on the code of before the fix
- *control*: the regression test on small wrong fixes; *recheck*: a logpoint once more, where it saw what was predicted
- *acceptance*: a command whose success means done, in a copy
- *suite*: everything, now; *baseline*: everything, on the tree the session opened with
- *again* and *again-before*: newly red tests of the suite alone, now and on that tree
"""

PURPOSE_WORDS: dict[Purpose, str] = {
    "reproduce": "reproduce",
    "feedback": "after a save",
    "experiment": "experiment",
    "verify": "verify",
    "suite": "whole suite",
    "baseline": "suite before the fix",
    "trace": "which lines run",
    "mutants": "small mutations",
    "confirm": "cold check",
    "reverted": "without the fix",
    "control": "small wrong fixes",
    "logpoint": "logpoint",
    "trial": "trial",
    "calls": "who calls whom",
    "origins": "where a value came from",
    "recheck": "predicted values again",
    "acceptance": "acceptance command",
    "again": "newly red tests alone",
    "again-before": "the same before the fix",
    "at-head": "on HEAD",
    "imported": "in the transcript",
}


def fresh_seed(number: int) -> int:
    """Return the hash seed of a run: every run its own, no clock needed (Knuth's multiplicative hash)."""
    return number * 2_654_435_761 % 2**32


class RunRequest(Value):
    """What to run and how. ``tree`` set means: in a disposable copy of that tree, not in the checkout."""

    number: int
    purpose: Purpose
    target: Target
    hash_seed: int = 0
    """PYTHONHASHSEED of the run: fresh for evidence, so that hash order cannot hide a flake."""
    warm: bool = False
    """Whether it may be forked from the warm server; the report says whether it was."""
    tree: TreeId = ""
    without: TreeId = ""
    """The tree whose code replaces that of now, under the tests of now: what the run shows without the fix."""
    is_mixed: bool = False
    """Whether its tree is one that nobody wrote: some hunks of an edit without the others."""
    focus: TestId = NO_TEST
    """The test that the run is about, where it is about one."""
    instrument: Instrument | None = None
    """What is done besides running the tests; None: nothing, a plain run."""
    variation: Variation = AS_USUAL
    """What differs from a usual run; only in a copy."""
    about: tuple[TestId, ...] = ()
    """Tests whose own outcome matters: the report says of each whether it passed, failed or was not run."""
    covers: Reach = "target"
    """What part of the tests a run on save is about."""
    is_repeat: bool = False
    """Whether a transcript shows the very same command right before, edits apart: nothing was looked at between."""
    by_itself: bool = False
    """Whether coach makes it in idle time, and nobody waits for it."""
    on: Name = ""
    """The cluster on whose workers it runs, in a copy there, as its address was typed; empty: this machine."""

    @property
    def only_looks(self) -> bool:
        """Whether it is neither evidence nor feedback: it looks at lines that run, mutations, values or calls."""
        return self.instrument is not None and not isinstance(self.instrument, Trial)

    @property
    def tries_mutants(self) -> bool:
        """Whether it tries mutants: only ever in a copy of the work tree as it is then."""
        return isinstance(self.instrument, Mutate | MutateFix)

    @property
    def tries_command(self) -> bool:
        """Whether it is any command, tried for how it ends and what it says, not the target."""
        return isinstance(self.instrument, Trial) and self.instrument.kind == "command"

    @property
    def hypothesis(self) -> int:
        """The hypothesis it was made for; 0: none."""
        return self.instrument.hypothesis if isinstance(self.instrument, Logpoint | Trial) else 0

    @property
    def is_whole(self) -> bool:
        """Whether it is of the whole suite: a file that cannot be loaded is one failure of many."""
        return self.purpose in {"suite", "baseline"}

    @property
    def names_tests(self) -> bool:
        """Whether its tests are kept by name: that none is lost is asked of them."""
        return self.is_whole or self.purpose == "verify"

    @property
    def in_copy(self) -> bool:
        return bool(self.tree or self.without or self.on or isinstance(self.instrument, Trial))


class Run(Value):
    """A run as the session knows it: requested, then perhaps over."""

    request: RunRequest
    started: float
    """Seconds since the epoch, stamped by the dispatcher."""
    report: RunReport | None = None
    failing: tuple[FailureSignature, ...] = ()
    judged: Judged | None = None

    @property
    def number(self) -> int:
        return self.request.number

    @property
    def is_over(self) -> bool:
        return self.report is not None

    @property
    def is_left_undone(self) -> bool:
        """Whether a cluster did not carry it out: nothing could run it there, or it was not needed any more. It says nothing."""
        ending = self.report.ending.kind if self.report else "completed"
        return bool(self.request.on) and ending in {"not_started", "superseded"}

    @property
    def is_of_checkout(self) -> bool:
        """Whether it is over, ran in the checkout itself, and was made for its outcome, not to look at something."""
        return self.report is not None and not self.request.in_copy and not self.request.only_looks

    @property
    def strict(self) -> tuple[str, ...]:
        """The strict failing set: what this run shares with another one that failed the same way."""
        return tuple(each.strict for each in self.failing)

    def shows(self, reference: Reference | None) -> bool:
        """Whether it shows the failure a session is about; any failure, where none is known yet."""
        if reference is None:
            return bool(self.failing)
        is_red = self.judged is not None and self.judged.outcome == "FAIL"
        return is_red and any(reference.names(each.test) for each in self.failing)

    @property
    def is_mended(self) -> bool:
        """Whether the failure the session is about is gone: it passes, or only old failures beside it are left."""
        return self.judged is not None and (
            self.judged.outcome == "PASS" or self.judged.remark == "old failures"
        )

    @property
    def is_current_evidence(self) -> bool:
        """Whether it ran on one tree from start to end, in the checkout."""
        return self.report is not None and not self.report.changed_during and not self.request.in_copy

    @property
    def is_warm(self) -> bool:
        """Whether it was forked from the warm server: feedback, never evidence."""
        return self.report is not None and self.report.warm

    @property
    def is_stale(self) -> bool:
        """Whether sources changed while it was under way: its outcome belongs to no tree."""
        return self.report is not None and bool(self.report.changed_during)

    @property
    def is_evidence(self) -> bool:
        """Whether gates, verdicts and rates may rest on it: over, cold, and on one tree from start to end."""
        return self.report is not None and not self.is_warm and not self.is_stale


@dataclass(frozen=True, slots=True)
class Newest:
    """Numbers of the newest finished runs of one target in the checkout that came out so; 0: there is none."""

    red: int = 0
    """Anything failed."""
    failed: int = 0
    """The failure the session is about showed; without one, anything failed."""
    seen_failing: int = 0
    """It showed, and gates may rest on it."""
    passed: int = 0
    """Passed, and gates may rest on it."""

    def after(self, run: Run, reference: Reference | None = None) -> "Newest":
        """Take one more run in; runs may end in any order."""
        is_pass = run.judged is not None and run.judged.outcome == "PASS" and run.is_evidence
        shows = run.shows(reference)
        return Newest(
            max(self.red, run.number if run.failing else 0),
            max(self.failed, run.number if shows else 0),
            max(self.seen_failing, run.number if shows and run.is_evidence else 0),
            max(self.passed, run.number if is_pass else 0),
        )
