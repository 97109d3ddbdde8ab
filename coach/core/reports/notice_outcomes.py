"""Whether notices of loops were followed, and what came after: counted from events alone, so in logs of any age.

What came after says nothing about its cause: who follows a notice may have been about to do so anyway, and a session that
nobody interrupted may have been easier.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from coach.core.log import events as ev
from coach.core.loops.detection import LEVELS, Level
from coach.core.loops.detectors import ended_by
from coach.core.runs.run import Run
from coach.core.session.state import SessionState

WINDOW = 3
"""Finished runs of the target after a notice in which it counts as followed: as long as a pattern stays quiet."""
Reaction = Literal["followed", "dismissed", "ignored", "not known"]
After = Literal["green", "fewer", "same", "more", "not known"]
REACTIONS: tuple[Reaction, ...] = ("followed", "dismissed", "ignored", "not known")
AFTERS: tuple[After, ...] = ("green", "fewer", "same", "more", "not known")


@dataclass(frozen=True, slots=True)
class NoticeOutcome:
    """One notice: what was done within ``WINDOW`` runs of the target, and how these ended."""

    run: int
    pattern: str
    level: Level
    place: str
    reaction: Reaction
    """*not known*: the log ends, or goes on to another target, before the next run."""
    how: str = ""
    """What followed it first: ``measurement``, ``restore``, ``hypothesis`` or ``note``; empty when nothing did."""
    was_offered: bool = False
    """Whether that is what the notice had offered; never in logs from before ways out were offered."""
    after: After = "not known"
    """*green*: one of these runs passed, where that of the notice had not; else whether the last of them failed fewer tests."""


@dataclass(slots=True)
class _Watched:
    loop: ev.LoopNoticed
    failing: int
    passed: bool
    runs: list[Run] = field(default_factory=list)
    responses: list[tuple[str, str]] = field(default_factory=list)
    """What was done, and the action that does it."""
    dismissed: bool = False
    is_over: bool = False

    def outcome(self) -> NoticeOutcome:
        how, action = self.responses[0] if self.responses else ("", "")
        reaction: Reaction = "dismissed" if self.dismissed else "ignored" if self.runs else "not known"
        return NoticeOutcome(
            run=self.loop.run,
            pattern=self.loop.pattern,
            level=self.loop.level,
            place=self.loop.place,
            reaction="followed" if how else reaction,
            how=how,
            was_offered=any(way.named == action for way in self.loop.ways),
            after=self._after(),
        )

    def _after(self) -> After:
        if not self.runs:
            return "not known"
        if not self.passed and any(_passed(run) for run in self.runs):
            return "green"
        left = len(self.runs[-1].failing) - self.failing
        return "fewer" if left < 0 else "more" if left else "same"


@dataclass(slots=True)
class NoticeWatch:
    """Follows the notices of a session while its log is folded."""

    watched: list[_Watched] = field(default_factory=list)

    def take(self, event: object, before: SessionState, now: SessionState) -> None:
        """Take one event, with the states before and after it."""
        still_open = [each for each in self.watched[-8:] if not each.is_over]
        for each in still_open:
            self._follow(each, event, before, now)
        if isinstance(event, ev.LoopNoticed):
            run = now.run(event.run)
            failing, passed = (len(run.failing), _passed(run)) if run else (0, False)
            self.watched.append(_Watched(event, failing, passed))

    def _follow(self, each: _Watched, event: object, before: SessionState, now: SessionState) -> None:
        match event:
            case ev.TargetChanged():
                each.is_over = True
            case ev.LoopDismissed(pattern=pattern, place=place):
                each.dismissed |= (pattern, place) == (each.loop.pattern, each.loop.place)
            case ev.RunFinished(number=number):
                run = now.last_target_run
                if run and run.number == number > each.loop.run and (run.failing or _passed(run)):
                    each.runs.append(run)
                    each.is_over = len(each.runs) >= WINDOW
            case ev.NoteWritten():
                if each.loop.pattern in ended_by("note"):
                    each.responses.append(("note", "note"))
            case _:
                if response := _response(event, before):
                    each.responses.append(response)

    def outcomes(self) -> tuple[NoticeOutcome, ...]:
        return tuple(each.outcome() for each in self.watched)


_BY_PERSON: dict[type, tuple[str, str]] = {
    ev.HypothesisProposed: ("hypothesis", "hypothesis"),
    ev.PredictionRevised: ("hypothesis", "hypothesis"),
    ev.TreeRestored: ("restore", "restore"),
    ev.TrialSeen: ("measurement", "try"),
}
"""Kind of event → what somebody did, and the action that does it."""
_MEASURED: dict[type, tuple[str, str]] = {
    ev.SpectrumMeasured: ("measurement", "spectrum"),
    ev.MutantsTried: ("measurement", "mutants"),
    ev.CallsTraced: ("measurement", "calls"),
    ev.OriginsTraced: ("measurement", "origins"),
    ev.ReproductionMeasured: ("measurement", "reproduce"),
}
"""The same, of what coach may measure by itself too."""


def _response(event: object, before: SessionState) -> tuple[str, str] | None:
    """Return what somebody did by an event, and its action; what coach measures by itself is nobody's response."""
    if isinstance(event, ev.LogpointSeen):
        return None if event.seen.after_fix else ("measurement", "logpoint")
    if before.measurement:
        return _BY_PERSON.get(type(event))
    if isinstance(event, ev.SearchBegan):
        return "measurement", f"searches:{event.search.kind}"
    return _BY_PERSON.get(type(event)) or _MEASURED.get(type(event))


def _passed(run: Run) -> bool:
    return run.judged is not None and run.judged.outcome == "PASS"


def counted(outcomes: Iterable[NoticeOutcome]) -> list[dict[str, Any]]:
    """Sum up notices by pattern and level, as plain values: how many were shown, how they were taken, what came after each."""
    rows: dict[tuple[str, Level], list[NoticeOutcome]] = {}
    for each in outcomes:
        rows.setdefault((each.pattern, each.level), []).append(each)
    return [_row(*key, rows[key]) for key in sorted(rows, key=lambda key: (key[0], LEVELS.index(key[1])))]


def _row(pattern: str, level: Level, shown: Sequence[NoticeOutcome]) -> dict[str, Any]:
    taken = Counter(each.reaction for each in shown)
    after = {name: Counter(each.after for each in shown if each.reaction == name) for name in REACTIONS}
    return {
        "pattern": pattern,
        "level": level,
        "shown": len(shown),
        **{name.replace(" ", "_"): taken[name] for name in REACTIONS},
        "as_offered": sum(each.was_offered for each in shown if each.reaction == "followed"),
        "by": dict(Counter(each.how for each in shown if each.how).most_common()),
        "after": {
            name.replace(" ", "_"): {each.replace(" ", "_"): found[each] for each in AFTERS}
            for name, found in after.items()
        },
    }


def outcome_words(each: NoticeOutcome) -> str:
    """Say how a notice was taken and what came after, for the review of one session."""
    taken = (
        f"followed by a {each.how}{', as offered' if each.was_offered else ''}" if each.how else each.reaction
    )
    after = {
        "green": "then green",
        "fewer": "then fewer failures",
        "same": "then as many failures",
        "more": "then more failures",
        "not known": "no run after it",
    }[each.after]
    return f"{taken}; {after}" if taken != "not known" else after
