"""Compare what is said over labelled sessions with what should be: caught, false alarms, edits until the first word."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from coach.core.base.value import Value
from coach.core.loops.detection import LEVELS, Level
from coach.core.loops.detectors import DETECTORS
from coach.core.loops.replay import Spoken


class Label(Value):
    """What a session is. A healthy one may be told nothing louder than a note."""

    label: str
    pattern: str = ""
    level: str = ""
    """How loud it must get in a looping one."""
    begins: int = 0
    """The run of the first edit that belongs to the loop."""
    note_run: int = 0
    """The run after which at least a note is due; 0 when no note is promised before ``run``."""
    run: int = 0
    """The run after which ``level`` is due."""


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled session and what is said in it."""

    name: str
    label: Label
    spoken: tuple[Spoken, ...]
    edits: tuple[int, ...] = ()
    """The runs that followed an edit."""


@dataclass(slots=True)
class PatternScore:
    """How one pattern fares over its looping sessions."""

    pattern: str
    sessions: int = 0
    caught: int = 0
    """As loud as it must get, no later than it must."""
    noted: int = 0
    notes_due: int = 0
    missed: list[str] = field(default_factory=list)
    first_after: list[int] = field(default_factory=list)
    """Edits from the loop's first one until the first word, both counted."""

    @property
    def edits_until_first(self) -> float | None:
        return median(self.first_after) if self.first_after else None


@dataclass(slots=True)
class Scores:
    """All of a corpus."""

    patterns: dict[str, PatternScore]
    healthy: int = 0
    interrupted: list[tuple[str, str]] = field(default_factory=list)
    """Healthy sessions with a banner or card, and the first such sentence."""
    with_notes: int = 0

    @property
    def false_alarms(self) -> float:
        """The share of healthy sessions that were interrupted."""
        return len(self.interrupted) / self.healthy if self.healthy else 0.0


def score(cases: Sequence[Case]) -> Scores:
    """Score a corpus."""
    scores = Scores({pattern: PatternScore(pattern) for pattern in DETECTORS})
    for case in cases:
        if case.label.label == "healthy":
            _score_healthy(scores, case)
        else:
            _score_looping(scores.patterns[case.label.pattern], case)
    return scores


def _score_healthy(scores: Scores, case: Case) -> None:
    scores.healthy += 1
    loud = [each for each in case.spoken if _height(each.detection.level) > 0]
    if loud:
        first = loud[0]
        sentence = (
            f"#{first.run} {first.detection.level} {first.detection.pattern}: {first.detection.sentence}"
        )
        scores.interrupted.append((case.name, sentence))
    scores.with_notes += bool(case.spoken) and not loud


def _score_looping(found: PatternScore, case: Case) -> None:
    label = case.label
    own = [
        each for each in case.spoken if each.detection.pattern == label.pattern and each.run >= label.begins
    ]
    found.sessions += 1
    if any(each.run <= label.run and each.detection.level in _at_least(label.level) for each in own):
        found.caught += 1
    else:
        found.missed.append(case.name)
    if label.note_run:
        found.notes_due += 1
        found.noted += any(each.run <= label.note_run for each in own)
    if own:
        found.first_after.append(sum(label.begins <= run <= own[0].run for run in case.edits))


def _at_least(level: str) -> tuple[Level, ...]:
    return LEVELS[_height(level) :]


def _height(level: str) -> int:
    return [str(each) for each in LEVELS].index(level)
