"""Idle rerun: the same files are run again and again, fail the same way, and nothing is written or looked at between."""

from coach.core.loops.detection import Detection, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.history import History, Trial
from coach.core.loops.thresholds import ASSISTANT_RERUNS, RERUNS


def seen(history: History) -> Detection | None:
    """Look for runs that somebody asked for one by one, of one tree, with one failing set.

    A failure that comes and goes is measured by running it again, and so is one whose surroundings changed: neither is idle.
    Runs of a series are measured by coach, and do not count. What was opened to read is in no log, so to a person it is a
    note. Edits of an assistant that were refused or changed nothing lead to such runs: it hears a banner, and earlier.
    """
    now = history.now
    if now is None or not now.is_red or not _is_again(now) or history.disagrees():
        return None
    again: list[Trial] = []
    for trial in reversed(history.trials):
        if not _is_same(trial, now):
            break
        if _is_again(trial):
            again.append(trial)
        if trial.marks or not trial.is_rerun or trial.is_after_look:
            break
    if len(again) < (ASSISTANT_RERUNS if now.by else RERUNS):
        return None
    runs = tuple(each.run for each in reversed(again))
    return DETECTOR.detection(
        level="banner" if now.by else "note",
        evidence=runs,
        place=now.label,
        sentence=f"Runs {numbers(runs)} had the same files and the same failure as before; nothing was written or measured between them.",
        move="The same files give the same answer: look at a value, or change one thing.",
    )


def _is_again(trial: Trial) -> bool:
    return trial.is_rerun and trial.is_asked and not trial.is_after_look


def _is_same(trial: Trial, now: Trial) -> bool:
    is_alike = trial.tree == now.tree and trial.strict == now.strict and trial.by == now.by
    return is_alike and trial.report.surroundings == now.report.surroundings


DETECTOR = Detector(
    name="idle-rerun",
    rule=2,
    seen=seen,
    notices="the same files are run again and again, fail the same way, and nothing is written or measured between.",
    action="logpoint",
    step="isolate",
    answers=("logpoint",),
    after_reruns=True,
)
