"""A session in figures: how long until each thing was known, what was tried, what was taken back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from coach.core.log import events as ev
from coach.core.loops.attempt import Attempt
from coach.core.loops.thresholds import PAUSE
from coach.core.reports.notice_outcomes import NoticeOutcome, NoticeWatch
from coach.core.session.fold import apply
from coach.core.session.state import SessionState


@dataclass(frozen=True, slots=True)
class Figures:
    """Spans are seconds at work since the session opened; None when it never came to it."""

    seconds: float = 0.0
    reproduced: float | None = None
    test: float | None = None
    """Until a failing test was pinned."""
    cause: float | None = None
    """Until a hypothesis was supported or the root cause written, whichever came first."""
    fixed: float | None = None
    """Until a verification held in every line."""
    runs: int = 0
    attempts: int = 0
    """Edits of somebody between two runs of the target."""
    hypotheses: int = 0
    refuted: int = 0
    loops: tuple[tuple[str, str], ...] = ()
    """Pattern, and what ended it; empty while nobody answered."""
    notices: tuple[NoticeOutcome, ...] = ()
    """How each notice of a loop was taken, and what came after, oldest first."""
    changed: int = 0
    """Lines written in all attempts."""
    reworked: int = 0
    """Lines of these that a later attempt took out again."""
    fix_rank: int | None = None
    """The place of the function that held the fix among the suspects, from 1; None when it was none of them."""
    suspects: int = 0
    fixed_by: str = ""
    """Who made the edit after which it passed; empty: the engineer, or nobody."""
    ending: str = "open"
    steps: tuple[tuple[str, float], ...] = ()
    """Seconds at work in each step, in the workflow's order."""


def fix_of(state: SessionState) -> Attempt | None:
    """Return the newest edit that led from red to green."""
    for attempt in reversed(state.attempts):
        before, after = state.run(attempt.base_run), state.run(attempt.run)
        is_green = after is not None and after.judged is not None and after.judged.outcome == "PASS"
        if attempt.is_edit and is_green and before is not None and before.failing:
            return attempt
    return None


def figures_of(records: Iterable[ev.Recorded]) -> Figures:
    """Fold a log."""
    watch = _Watch()
    for record in records:
        watch.take(record)
    return watch.figures()


@dataclass(slots=True)
class _Watch:
    """The state on its way, with a clock that stops in pauses."""

    state: SessionState = field(default_factory=SessionState)
    worked: float = 0.0
    moments: dict[str, float] = field(default_factory=dict)
    steps: Counter[str] = field(default_factory=Counter)
    written: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: int = 0
    reworked: int = 0
    ranks: dict[int, tuple[int | None, int]] = field(default_factory=dict)
    notices: NoticeWatch = field(default_factory=NoticeWatch)

    def take(self, record: ev.Recorded) -> None:
        gap = min(max(0.0, record.at - self.state.at), PAUSE) if self.state.at else 0.0
        self.worked += gap
        self.steps[self.state.step_id] += gap  # type: ignore[assignment]
        match record.event:
            case ev.ReproductionMeasured(reproduction=found) if found.is_reproduced:
                self.moments.setdefault("reproduced", self.worked)
            case ev.TestPinned():
                self.moments.setdefault("test", self.worked)
            case ev.RootCauseWritten() | ev.HypothesisJudged(verdict="SUPPORTED"):
                self.moments.setdefault("cause", self.worked)
            case ev.VerificationJudged(verification=found) if found.verdict == "verified":
                self.moments.setdefault("fixed", self.worked)
            case ev.ClosingWritten(closing=closing) if closing.cause.text:
                self.moments.setdefault("cause", self.worked)
            case ev.AttemptRead(attempt=attempt):
                self._attempt(attempt)
        before, self.state = self.state, apply(self.state, record)
        self.notices.take(record.event, before, self.state)

    def _attempt(self, attempt: Attempt) -> None:
        """Count lines that come and go, and note where the suspects had the touched functions."""
        for file in attempt.changes.files:
            lines = [line for hunk in file.hunks for line in hunk.text.split("\n") if line[1:].strip()]
            for line in lines:
                key = (file.path, line[1:].strip())
                if line.startswith("-") and self.written[key]:
                    self.written[key] -= 1
                    self.reworked += 1
            added = [line[1:].strip() for line in lines if line.startswith("+")]
            if attempt.is_edit:
                self.changed += len(added)
                self.written.update((file.path, line) for line in added)
        touched = {_place(each.path, each.name) for each in attempt.touched}
        suspects = self.state.suspects
        ranked = (at for at, each in enumerate(suspects, 1) if _place(each.path, each.function) in touched)
        self.ranks[attempt.run] = (next(ranked, None), len(suspects))

    def figures(self) -> Figures:
        state = self.state
        fix = fix_of(state)
        rank, suspects = self.ranks.get(fix.run, (None, 0)) if fix else (None, len(state.suspects))
        return Figures(
            seconds=self.worked,
            **self.moments,
            runs=len(state.runs),
            attempts=sum(each.is_edit for each in state.attempts),
            hypotheses=len(state.hypotheses),
            refuted=sum(each.verdict == "REFUTED" for each in state.hypotheses),
            loops=tuple((each.loop.pattern, each.answer) for each in state.notices),
            notices=self.notices.outcomes(),
            changed=self.changed,
            reworked=self.reworked,
            fix_rank=rank,
            suspects=suspects,
            fixed_by=fix.by if fix else "",
            ending=state.closed.ending if state.closed else "imported" if state.imported else "open",
            steps=tuple((step.title, float(self.steps[step.id])) for step in state.workflow.steps),
        )


def _place(path: str, function: str) -> tuple[str, str]:
    return path, function.rpartition(".")[2]
