"""The story of a session: what a page or a text about it shows, as plain values. All texts are foreign."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from coach.core.experiments.hypothesis import Hypothesis
from coach.core.log import events as ev
from coach.core.log.describe import say
from coach.core.log.event_words import Said
from coach.core.loops.attempt import Attempt
from coach.core.reports.metrics import Figures, figures_of, fix_of
from coach.core.runs.run import Run
from coach.core.session.fold import replay
from coach.core.session.state import SessionState

MAX_MOMENTS = 2_000
MAX_ATTEMPTS = 200
_QUIET = (
    ev.WatchingChanged,
    ev.RunStarted,
    ev.ReproductionBegan,
    ev.ChangesRead,
    ev.SearchProgressed,
    ev.ScopeChanged,
    ev.LoopsSwitched,
    ev.SpectrumMeasured,
    ev.VerificationBegan,
    ev.EditSeen,
)
"""Events that another one tells better."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    seq: int
    at: float
    """Seconds since the epoch."""
    said: Said
    run: int = 0
    """The run it is about; 0: none."""


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt with the runs before and after it, and the hypotheses it tested."""

    attempt: Attempt
    before: Run | None
    after: Run | None
    hypotheses: tuple[Hypothesis, ...] = ()
    is_fix: bool = False

    @property
    def outcome(self) -> str:
        """What became of it: passed, the same failure, another failure, unresolved."""
        if self.after is None or self.after.judged is None:
            return "not run"
        if self.after.judged.outcome == "PASS":
            return "passed"
        if not self.after.failing:
            return "unresolved"
        is_same = self.before is not None and self.before.strict == self.after.strict
        return "the same failure" if is_same else "another failure"


@dataclass(frozen=True, slots=True)
class Point:
    """How things stood after a run: for plots over the runs."""

    run: int
    failing: int
    outcome: str
    attempts: int
    hypotheses: int


@dataclass(frozen=True, slots=True)
class Story:
    """A session after the fact."""

    state: SessionState
    figures: Figures
    moments: tuple[Moment, ...]
    left_out: int
    """Moments beyond the limit, from the beginning."""
    tries: tuple[Try, ...]
    points: tuple[Point, ...]
    imported: str = ""

    @property
    def title(self) -> str:
        return self.state.spec.title or self.state.target.label

    @property
    def ending(self) -> str:
        return self.figures.ending


def tell(records: Sequence[ev.Recorded], imported: str = "") -> Story:
    """Tell a log as a story; ``imported`` says where it came from when it is somebody else's."""
    state = replay(records)
    moments = [
        Moment(record.seq, record.at, say(record.event), _run_of(record.event))
        for record in records
        if not isinstance(record.event, _QUIET)
    ]
    before = [Moment(0, each.at, ("·", "dim", f"before: {each.sentence}")) for each in state.earlier]
    moments = [*before, *moments]
    fix = fix_of(state)
    tries = tuple(_try(state, each, is_fix=each is fix) for each in state.attempts)[-MAX_ATTEMPTS:]
    return Story(
        state=state,
        figures=figures_of(records),
        moments=tuple(moments[-MAX_MOMENTS:]),
        left_out=max(0, len(moments) - MAX_MOMENTS),
        tries=tries,
        points=tuple(points_of(state)),
        imported=imported,
    )


def points_of(state: SessionState) -> list[Point]:
    """Return how things stood after each finished run of the target."""
    edits = sorted(each.run for each in state.attempts if each.is_edit)
    thought = sorted(each.after_run for each in state.hypotheses)
    found = []
    for trial in state.target_runs:
        if trial.judged is None:
            continue
        number = trial.number
        attempts = bisect_right(edits, number)
        hypotheses = bisect_left(thought, number)
        found.append(Point(number, len(trial.failing), trial.judged.outcome, attempts, hypotheses))
    return found


def _try(state: SessionState, attempt: Attempt, *, is_fix: bool) -> Try:
    tested = tuple(each for each in state.hypotheses if attempt.run in each.runs)
    return Try(attempt, state.run(attempt.base_run), state.run(attempt.run), tested, is_fix)


def _run_of(event: object) -> int:
    match event:
        case ev.RunFinished(number=number):
            return number
        case ev.AttemptRead(attempt=attempt):
            return attempt.run
        case ev.LoopNoticed(run=run):
            return run
    return 0
