"""One probe of a search: a disposable copy of a tree, a run in it, an outcome.

A probe is plain data. ``shown_in`` carries it out, here or on a worker of a cluster; ``answer_of`` judges what it showed, always
here: a worker knows no secret that would have to be taken out first, and judges nothing.
"""

import functools
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coach.core.base.test_id import TestId
from coach.core.log.events import Interpreter
from coach.core.redact.observation_redactor import NOTHING_SECRET, ObservationRedactor
from coach.core.runs.confinement import Confine
from coach.core.runs.failure import FailureSignature, failing_set
from coach.core.runs.oracle import Judged, judge
from coach.core.runs.reference import Grain, Reference, could_not_ask, is_for_want_of_a_name
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.runs.variation import AS_USUAL, Variation
from coach.engine.copies.changed_code import run_laid_out
from coach.engine.copies.complete import Unrecorded
from coach.engine.instrument.apply_variation import REPORT
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.process.turn import Turn
from coach.engine.runners.pytest_start import Spelling
from coach.engine.trees.tree_store import TreeStore
from coach.engine.warm.server import WarmServer
from coach.errors import CoachError
from coach.regular_files import read_json


@dataclass(frozen=True, slots=True)
class SearchContext:
    """What all probes of a search share. Plain data."""

    root: Path
    home: Path
    interpreter: Interpreter
    limits: Limits
    env: Mapping[str, str]
    state: Path | None = None
    """The state directory, for the compiled probe."""
    command: Spelling = ""
    redactor: ObservationRedactor = NOTHING_SECRET
    """Takes out of reports what the log does not hold: ``expected`` was computed from what it holds."""
    project: str = ""
    """Where runs start, below the root."""
    confine: Confine = "copies"
    """Which runs are confined."""
    niceness: int = 0
    """How much more probes give way than coach does."""
    warm: bool = True
    """Whether probes may be forked from an interpreter that has pytest imported."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question: does the target fail on this tree? Equal content has an equal key."""

    tree: str
    target: Target
    reference: Reference | None
    """The failure that is looked for; None: any counts."""
    grain: Grain = "test"
    variation: Variation = AS_USUAL
    """Without a seed it is one that follows from the content."""
    round: int = 1
    label: str = ""
    is_mixed: bool = False
    """Whether nobody wrote this tree: it holds a part of an edit."""
    is_older: bool = False
    """Whether its code may be older than the test: without a reference, a test that could not ask is no failure then."""

    @property
    def key(self) -> str:
        varied, order = self.variation, self.variation.order
        parts: list[Any] = [
            self.tree,
            self.target.kind,
            self.target.words,
            self.reference and (self.reference.tests, self.grain),
            self.round,
            varied.seed,
        ]
        parts += [order.victim, order.before, order.is_reversed] if order else []
        parts += [varied.variables, varied.packages] if varied.variables or varied.packages else []
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]

    def again(self, number: int) -> "Candidate":
        """Return the same question for another run."""
        return replace(self, round=number)

    @property
    def hash_seed(self) -> int:
        seed = self.variation.seed
        return int(self.key[:8], 16) if seed is None else seed


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe showed."""

    judged: Judged
    failing: tuple[FailureSignature, ...] = ()
    ran: tuple[TestId, ...] = ()
    """The tests of an ordered run, as they were lined up."""
    leaked: tuple[str, ...] = ()
    changed: tuple[TestId, ...] = ()
    """The tests of an ordered run that changed what leaked, as far as was looked."""
    seconds: float = 0.0
    doubt: str = ""
    """What of the outcome a probe that ran beside this one may have done, in words that tell it from others; empty: none."""
    is_steady: bool = True
    """Whether the same doubt about another probe means the same: a time that ran out does not."""
    is_forked: bool = False
    """Whether it was no fresh process: it is no evidence that an answer may lean on."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a probe showed, before anybody judged it. Plain data."""

    report: RunReport
    order: Mapping[str, Any]
    """What the plugin of ordered runs wrote; empty for other runs."""


_MAX_REPORT_BYTES = 50_000_000
_STEADY = frozenset({"completed", "collection_error", "usage_error", "no_tests", "no_pytest", "not_started"})
"""Endings that the code and the words of the target decide, and no clock, signal or limit."""
_CANCELLED: dict[str, threading.Event] = {}
"""Stops probes that run in this process, by the search they belong to; elsewhere a probe runs to its limits."""


_SERVERS: dict[str, WarmServer] = {}
"""What forks probes that run in this process, by the search they belong to; elsewhere each is a fresh process."""


def fork_from(search: str, server: WarmServer) -> None:
    _SERVERS[search] = server


def fork_no_more(search: str) -> None:
    _SERVERS.pop(search, None)


def cancellation(search: str) -> threading.Event:
    return _CANCELLED.setdefault(search, threading.Event())


def forget(search: str) -> None:
    _CANCELLED.pop(search, None)


@functools.lru_cache(maxsize=4)
def _trees(root: Path, home: Path) -> TreeStore:
    return TreeStore(root, home)


def run_probe(  # noqa: PLR0913 - the question, what is shared, and how its process begins
    context: SearchContext,
    probe: Candidate,
    search: str = "",
    unrecorded: Unrecorded | None = None,
    *,
    may_fork: bool = False,
    turn: Turn | None = None,
) -> Answer:
    """Carry a probe out. What cannot be carried out (no copy, no such target) is UNRESOLVED and says why.

    Args:
        context: what all probes of the search share.
        probe: the question.
        search: the name of the search that asks.
        unrecorded: what copies hold besides their tree, listed once for all probes; None: it is looked for now.
        may_fork: whether the run need not be a fresh process.
        turn: what the run waits for before it loads anything of the project, where it is in this process's hands.

    """
    cancel = _CANCELLED.get(search) or threading.Event()
    server = _SERVERS.get(search) if may_fork else None
    answer = _carried_out(context, probe, cancel, server or turn, unrecorded)
    if server is not None and answer.is_forked and server.was_refused:
        # One of those that were forked tried what the fence refuses: nobody knows which, and no answer of theirs holds.
        fork_no_more(search)
        answer = _carried_out(context, probe, cancel, None, unrecorded)
    return answer


def _carried_out(
    context: SearchContext,
    probe: Candidate,
    cancel: threading.Event,
    begins: WarmServer | Turn | None,
    unrecorded: Unrecorded | None,
) -> Answer:
    trees = _trees(context.root, context.home)
    try:
        with trees.materialise(probe.tree, unrecorded) as copy:
            return answer_of(probe, shown_in(copy, context, probe, cancel, begins), context.redactor)
    except (CoachError, OSError) as error:
        return unanswered(str(error))


def unanswered(reason: str) -> Answer:
    """Return the answer of a probe that could not be carried out."""
    return Answer(Judged(outcome="UNRESOLVED", reason=reason), doubt=reason, is_steady=False)


def _request(probe: Candidate, server: WarmServer | None) -> RunRequest:
    return RunRequest(
        number=0,
        purpose="experiment",
        target=probe.target,
        hash_seed=probe.hash_seed,
        warm=server is not None,
        tree=probe.tree,
        is_mixed=probe.is_mixed,
        variation=probe.variation,
    )


def runs_of(
    context: SearchContext, server: WarmServer | None = None, keep: Callable[[str], str] = lambda _: ""
) -> RunContext:
    """Return what a run of these needs: nothing of it is shown live, and its output goes to ``keep``."""
    return RunContext(
        context.root,
        context.interpreter,
        context.limits,
        keep,
        LiveOutput(),
        context.env,
        home=context.state,
        project=context.project,
        command=context.command,
        confine=context.confine,
        niceness=context.niceness,
        warm=server,
    )


def shown_in(
    copy: Path,
    context: SearchContext,
    probe: Candidate,
    cancel: threading.Event,
    begins: WarmServer | Turn | None = None,
) -> Shown:
    """Run a probe in its copy: forked from a server, or a fresh process, which may wait for its turn. Raises CoachError, OSError."""
    server = begins if isinstance(begins, WarmServer) else None
    runs = replace(runs_of(context, server), turn=begins if isinstance(begins, Turn) else None)
    report = run_laid_out(_request(probe, server), runs, cancel, copy)
    return Shown(report, _said(copy.parent) if probe.variation.order else {})


def answer_of(probe: Candidate, shown: Shown, redactor: ObservationRedactor) -> Answer:
    """Judge what a probe showed."""
    report, order, said = redactor.report(shown.report), probe.variation.order, shown.order
    if order is not None:
        report = report.of_victim(order.victim)
    failing = failing_set(report, with_reruns=True)
    judged = judge(report, failing, probe.reference, probe.grain)
    if probe.is_older and probe.reference is None and failing and all(map(could_not_ask, failing)):
        judged = Judged(outcome="UNRESOLVED", reason=f"the test cannot ask this code: {failing[0].exception}")
    ran, changed = (tuple(map(TestId, said.get(each, ()))) for each in ("order", "changed"))
    leaked = tuple(map(str, said.get("leaked", ())))
    if order is not None and order.victim not in ran and judged.outcome == "PASS":
        judged = Judged(outcome="UNRESOLVED", reason=f"{order.victim} was not collected")
    doubt, steady = _doubt(report, failing, judged), report.ending.kind in _STEADY
    return Answer(judged, failing, ran, leaked, changed, report.duration, doubt, steady, report.warm)


def _doubt(report: RunReport, failing: tuple[FailureSignature, ...], judged: Judged) -> str:
    """Return what a probe beside this one may have done: nothing, when what was seen is what is looked for or no evidence.

    A pass is not doubted here, and may be the company's doing as well: that is asked when an answer leans on it.
    """
    if judged.outcome == "PASS" or report.not_about_the_code:
        return ""
    if judged.outcome == "FAIL" and not judged.remark:
        return ""
    seen = sorted({each.exception if is_for_want_of_a_name(each) else each.strict for each in failing})
    seen = seen or [judged.reason]
    return " ".join([judged.outcome, report.ending.kind, *seen])


def _said(folder: Path) -> dict[str, Any]:
    """Read what the order plugin wrote. The test process could have written it as well: only shapes are trusted."""
    try:
        said = read_json(folder / REPORT, _MAX_REPORT_BYTES)
    except OSError:
        return {}
    return (
        {key: value for key, value in said.items() if isinstance(value, list)}
        if isinstance(said, dict)
        else {}
    )
