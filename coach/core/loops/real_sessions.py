"""How well the detectors do over real sessions that somebody read and labelled: recall, precision and false alarms, with intervals.

A session may have several lanes, each a target of its own; what is said in any of them counts for the session.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from coach.core.base.value import Value
from coach.core.loops.detectors import DETECTORS
from coach.core.runs.reproduction import wilson

Counted = TypeVar("Counted")
Half = Literal["seen", "unseen"]
"""*seen*: its labels were used while the rules were worked on."""
NO_ANSWER = 2
"""A session needs as many runs of one target that answered for there to be anything to go round in."""


class Reading(Value):
    """What a reader said a session is."""

    label: Literal["circle", "healthy", "unclear"]
    pattern: str = ""
    """One of the detectors' patterns, or ``other:KIND``."""
    also: str = ""
    """Another pattern that names the circle as well."""
    begins: int = 0
    """The first run of the lane that belongs to the circle, counted from 1; 0 where no run does."""

    @property
    def names(self) -> tuple[str, ...]:
        """The patterns that call the circle by its name."""
        return tuple(filter(None, (self.pattern, self.also)))


class RealLabel(Reading):
    """What the first reader said a session is: this is what counts. And what was said of it besides."""

    clear: int = 0
    """The run after which a reader is sure."""
    second: str = ""
    """What a second reading by the same reader said: its label and pattern, with a blank between."""
    independent: Reading | None = None
    """What another reader said, who did not know of this label."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A banner or a card, and after which run of its lane, counted from 1."""

    pattern: str
    run: int


@dataclass(frozen=True, slots=True)
class RealCase:
    """A session as it was read by coach, with what is known of it from elsewhere."""

    name: str
    label: RealLabel | None
    half: Half = "seen"
    resolved: bool | None = None
    """Whether hidden tests passed in the end; None where nobody ran them."""
    heard: tuple[Heard, ...] = ()
    notes: int = 0
    runs: int = 0
    """Runs of its busiest lane that answered."""
    attempts: int = 0
    unread: int = 0
    """Attempts in which a changed file's content is not known: rules about content abstain there."""

    @property
    def alarms(self) -> tuple[Heard, ...]:
        """The first loud word of each pattern: the same thing said again is one alarm."""
        return tuple({each.pattern: each for each in reversed(self.heard)}.values())[::-1]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson, 95 %."""
        return wilson(self.count, self.of)

    @property
    def words(self) -> str:
        if not self.of:
            return "none of 0"
        low, high = self.interval
        return f"{self.count}/{self.of} = {self.count / self.of:.0%} ({low:.0%}-{high:.0%})"


@dataclass(frozen=True, slots=True)
class RealScores:
    """All that is counted over some sessions."""

    sessions: int
    recall: Share
    """Labelled circles with a banner or card from the run on with which they begin, whatever it is called."""
    recall_named: Share
    """The same, under a name the label gives."""
    recall_answering: Share
    """Recall over circles in which runs answered at all: the others are out of what coach can see."""
    precision: Share
    """Alarms in labelled sessions that lie in a circle."""
    false_alarms: Share
    """Sessions read as healthy that are interrupted."""
    resolved: Share
    """Sessions that ended well, whoever read them, that are interrupted."""
    unresolved: Share
    noted: Share
    """Sessions read as healthy that hear a note and nothing louder."""
    unread: Share
    """Attempts on which rules about content abstain."""
    recall_by_pattern: Mapping[str, Share]
    precision_by_pattern: Mapping[str, Share]
    missed: tuple[str, ...]
    false: tuple[tuple[str, str], ...]
    """Sessions interrupted without a circle, each with the pattern."""


def score_real(cases: Sequence[RealCase]) -> RealScores:
    """Count over sessions; what a reader could not decide counts nowhere."""
    read = [each for each in cases if each.label is not None and each.label.label != "unclear"]
    circles = [each for each in read if _label(each).label == "circle"]
    healthy = [each for each in read if _label(each).label == "healthy"]
    alarms = [(case, alarm) for case in read for alarm in case.alarms]
    return RealScores(
        sessions=len(cases),
        recall=_share(circles, _is_caught),
        recall_named=_share(circles, _is_named),
        recall_answering=_share([each for each in circles if each.runs >= NO_ANSWER], _is_caught),
        precision=_share(alarms, _is_right),
        false_alarms=_share(healthy, _is_interrupted),
        resolved=_share([each for each in cases if each.resolved], _is_interrupted),
        unresolved=_share([each for each in cases if each.resolved is False], _is_interrupted),
        noted=_share(healthy, lambda each: bool(each.notes) and not each.heard),
        unread=Share(sum(each.unread for each in cases), sum(each.attempts for each in cases)),
        recall_by_pattern=_recall_by_pattern(circles),
        precision_by_pattern={
            name: _share([each for each in alarms if each[1].pattern == name], _is_right)
            for name in DETECTORS
        },
        missed=tuple(each.name for each in circles if not _is_caught(each)),
        false=tuple((case.name, alarm.pattern) for case, alarm in alarms if not _is_right((case, alarm))),
    )


def read_again(labels: Iterable[RealLabel]) -> list[tuple[str, str]]:
    """Return both labels of each session that its reader read a second time."""
    return [(each.label, each.second.split(" ")[0]) for each in labels if each.second]


def read_by_two(labels: Iterable[RealLabel]) -> list[tuple[RealLabel, Reading]]:
    """Return both readings of each session that a second reader read."""
    return [(each, each.independent) for each in labels if each.independent is not None]


def agreed(cases: Iterable[RealCase]) -> list[RealCase]:
    """Return the sessions that two readers label the same; the rest of the label is the first reader's."""
    labels = ((each, each.label) for each in cases)
    return [
        each
        for each, label in labels
        if label and label.independent and label.label == label.independent.label
    ]


def agreement(pairs: Sequence[tuple[str, str]]) -> tuple[Share, float]:
    """Return how often two readings give the same label, and Cohen's kappa: agreement beyond that of chance.

    Kappa is 0 where chance alone would always agree.
    """
    same = Share(sum(one == other for one, other in pairs), len(pairs))
    if not pairs:
        return same, 0.0
    by_chance = 0.0
    for word in {word for pair in pairs for word in pair}:
        first, second = (sum(pair[side] == word for pair in pairs) for side in (0, 1))
        by_chance += first * second / len(pairs) ** 2
    return same, (same.count / same.of - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0


@dataclass(frozen=True, slots=True)
class Readers:
    """How far two readers agree over the sessions that both have read."""

    same: Share
    """The label is the same."""
    kappa: float
    named: Share
    """Of circles to both: the main pattern is the same, where kinds outside of coach's patterns are one."""
    begins: Share
    """Of circles to both in which each names a run: they begin at most one run apart."""


def readers(labels: Iterable[RealLabel]) -> Readers:
    """Compare both readings of the sessions that two readers have read."""
    pairs = read_by_two(labels)
    circles = [pair for pair in pairs if all(each.label == "circle" for each in pair)]
    dated = [pair for pair in circles if all(each.begins for each in pair)]
    return Readers(
        *agreement([(one.label, other.label) for one, other in pairs]),
        named=_share(circles, lambda pair: _kind(pair[0]) == _kind(pair[1])),
        begins=_share(dated, lambda pair: abs(pair[0].begins - pair[1].begins) <= 1),
    )


def _kind(reading: Reading) -> str:
    return reading.pattern.split(":")[0]


def _label(case: RealCase) -> RealLabel:
    assert case.label is not None
    return case.label


def _in_circle(case: RealCase, alarm: Heard) -> bool:
    label = _label(case)
    return label.label == "circle" and alarm.run >= label.begins


def _is_caught(case: RealCase) -> bool:
    return any(_in_circle(case, each) for each in case.heard)


def _is_named(case: RealCase) -> bool:
    return any(_in_circle(case, each) and each.pattern in _label(case).names for each in case.heard)


def _is_right(alarm: tuple[RealCase, Heard]) -> bool:
    return _in_circle(*alarm)


def _is_interrupted(case: RealCase) -> bool:
    return bool(case.heard)


def _recall_by_pattern(circles: Sequence[RealCase]) -> dict[str, Share]:
    others = sorted({_label(each).pattern for each in circles} - DETECTORS.keys())
    return {
        name: _share([each for each in circles if _label(each).pattern == name], _is_caught)
        for name in (*DETECTORS, *others)
    }


def _share(items: Sequence[Counted], holds: Callable[[Counted], bool]) -> Share:
    return Share(sum(holds(each) for each in items), len(items))
