"""Idle rerun: the same files are run again and again, fail the same way, and nothing is written or looked at between."""

from coach.core.loops.detection import Detection, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.history import History, Trial
from coach.core.loops.thresholds import RERUNS


def seen(history: History) -> Detection | None:
    """Look for runs that somebody asked for one by one, of one tree, with one failing set.

    A failure that comes and goes is measured by running it again, and so is one whose surroundings changed: neither is idle.
    Runs of a series are measured by coach, and do not count. What was opened to read is in no log.
    """
    now = history.now
    if now is None or not now.is_red or not now.is_rerun or history.disagrees():
        return None
    again: list[Trial] = []
    for trial in reversed(history.trials):
        if not _is_same(trial, now):
            break
        if trial.is_rerun and trial.is_asked:
            again.append(trial)
        if trial.marks or not trial.is_rerun:
            break
    if not now.is_asked or len(again) < RERUNS:
        return None
    runs = tuple(each.run for each in reversed(again))
    return DETECTOR.detection(
        level="note",
        evidence=runs,
        place=now.label,
        sentence=f"Runs {numbers(runs)} had the same files and the same failure; nothing was written or measured between them.",
        move="The same files give the same answer: look at a value, or change one thing.",
    )


def _is_same(trial: Trial, now: Trial) -> bool:
    is_alike = trial.tree == now.tree and trial.strict == now.strict
    return is_alike and trial.report.surroundings == now.report.surroundings


DETECTOR = Detector(
    name="idle-rerun",
    rule=1,
    seen=seen,
    notices="the same files are run again and again, fail the same way, and nothing is written or measured between.",
    action="logpoint",
    step="isolate",
    answers=("logpoint",),
    after_reruns=True,
)
