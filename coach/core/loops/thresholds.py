"""From when on the patterns of a person at work are spoken of, and where each figure comes from.

None was measured on people: no public recording of their work was found that holds files, runs and times together. So to people these
patterns are notes, never more. Sessions of assistants are measured by ``coach loops replay`` and ``coach loops score``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """One figure, what it counts, and why it is what it is."""

    value: float
    counts: str
    source: str


THRESHOLDS: dict[str, Threshold] = {
    "reruns": Threshold(
        3,
        "runs of the same files with the same failure, after the first",
        "set by hand: coach measures a flaky failure by three cold runs, so three more of one's own that agree add nothing",
    ),
    "assistant reruns": Threshold(
        2,
        "the same where an assistant runs them",
        "measured: with this figure, five of 97 labelled circles are caught, and none of 322 resolved sessions is interrupted",
    ),
    "turns": Threshold(
        4,
        "patches that go to two files in turn while the same tests fail",
        "set by hand: there and back twice; two files of one change are there and back once",
    ),
    "unpredicted": Threshold(
        3_600,
        "seconds at work on a red target without a prediction",
        "set by hand; of debugging that was watched on video most took minutes and few more than 100 (Alaboudi and LaToza 2021)",
    ),
    "unpredicted patches": Threshold(
        3,
        "patches in that time, below which it is reading rather than trying",
        "set by hand, as the third patch without effect is the first that is loud",
    ),
    "pause": Threshold(
        600,
        "seconds: a longer gap between two events is a pause, and counts for this much",
        "set by hand, as in the figures of a session",
    ),
}
RERUNS = int(THRESHOLDS["reruns"].value)
ASSISTANT_RERUNS = int(THRESHOLDS["assistant reruns"].value)
TURNS = int(THRESHOLDS["turns"].value)
UNPREDICTED = THRESHOLDS["unpredicted"].value
UNPREDICTED_PATCHES = int(THRESHOLDS["unpredicted patches"].value)
PAUSE = THRESHOLDS["pause"].value


def at_work(before: float, at: float) -> float:
    """Return the seconds at work between two events, by their times in the log; a long gap is a pause and counts for little."""
    return min(max(0.0, at - before), PAUSE)
