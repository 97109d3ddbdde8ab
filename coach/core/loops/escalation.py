"""From what was seen to what is said: note → banner → stop card, and never the same thing again and again.

A pattern at one place is quiet for three runs after it was said; seen again after that, a banner becomes a card.
Another pattern, or the same one elsewhere, is another loop and is heard at once. What was dismissed stays dismissed.
Of several seen after one run the most specific is said; the others are noted. The ladder blocks nothing: it only
speaks.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from coach.core.loops.detection import LEVELS, Detection, Level
from coach.core.loops.detectors import DETECTORS
from coach.core.loops.history import History

COOLDOWN = 3
"""Runs of the target for which a pattern at one place is not said again (unwedge: three turns)."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said before: enough of it to know whether to say it again."""

    pattern: str
    place: str
    level: Level
    run: int


def look(history: History, off: Collection[str] = ()) -> tuple[Detection, ...]:
    """Ask every detector that is switched on, after a rerun those that look at reruns; the more specific come first."""
    is_rerun = history.now is not None and history.now.is_rerun
    asked = (each for each in DETECTORS.values() if each.after_reruns or not is_rerun)
    seen = (each.seen(history) for each in asked if each.name not in off)
    return tuple(detection for detection in seen if detection is not None)


def goes_on(history: History, pattern: str, run: int) -> bool:
    """Whether a loop that was noticed at a run still stands after later edits: every run since failed as that one did."""
    detector = DETECTORS.get(pattern)
    since = {each.strict for each in history.trials if each.run >= run}
    return detector is not None and detector.outlasts_edits and len(since) == 1


def climb(
    detections: Sequence[Detection],
    said: Sequence[Said],
    dismissed: Collection[tuple[str, str]],
    runs: Sequence[int],
) -> tuple[Detection, ...]:
    """Return what is to be said now, with its level.

    Args:
        detections: what was seen after this run, the more specific first.
        said: what was said before, oldest first.
        dismissed: (pattern, place) pairs nobody wants to hear of again.
        runs: the runs of the target, in order; the cooldown is counted in these.

    """
    heard = [each for each in _without_echo(detections) if (each.pattern, each.place) not in dismissed]
    risen = [each for each in (_rise(detection, said, runs) for detection in heard) if each is not None]
    spoken: list[Detection] = []
    for detection in risen:
        loud = any(_height(each.level) > 0 for each in spoken)
        spoken.append(replace(detection, level="note") if loud else detection)
    return tuple(spoken)


def _without_echo(detections: Sequence[Detection]) -> list[Detection]:
    """Drop what another pattern says too: an edit that is blind and without effect is one loop, not two."""
    patterns = {each.pattern for each in detections}
    return [each for each in detections if DETECTORS[each.pattern].echo_of not in patterns]


def _rise(detection: Detection, said: Sequence[Said], runs: Sequence[int]) -> Detection | None:
    before = [each for each in said if each.pattern == detection.pattern and each.place == detection.place]
    if not before:
        return detection
    last = before[-1]
    if len(runs) - bisect_right(runs, last.run) <= COOLDOWN:
        return detection if _height(detection.level) > _height(last.level) else None
    was_loud = any(_height(each.level) > 0 for each in before)
    return replace(detection, level="card") if was_loud and _height(detection.level) > 0 else detection


def _height(level: Level) -> int:
    return LEVELS.index(level)
