"""No effect: different patches, one after the other, and the failure stays exactly what it was."""

from coach.core.loops.detection import Detection, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.history import History, Trial, change_one_place

NOTE_AT = 2
BANNER_AT = 3
"""Patches without effect: superpowers stops at three failed fixes, and models lose most of their ability within 2-3."""


def seen(history: History) -> Detection | None:
    """Look for a streak of patches that left the strict failing set alone.

    Reruns, observing and cosmetic edits neither count nor end it. A patch that tested a written hypothesis is an
    experiment: it does not count. Two patches are a note, where both changed the same function a banner.
    """
    now = history.now
    if now is None or not now.is_red or not _is_attempt(now):
        return None
    patches: list[Trial] = []
    waiting: Trial | None = now
    trees: set[str] = set()
    before = now.run
    for trial in history.backwards():
        if trial.strict != now.strict or (now.is_broken and trial.spots != now.spots):
            break
        if waiting is not None and waiting.tree not in trees:
            patches.append(waiting)
            trees.add(waiting.tree)
        before = trial.run
        waiting = trial if _is_attempt(trial) else None
        if trial.tree in trees:  # a later run only came back to this tree
            patches = [each for each in patches if each.tree != trial.tree]
            trees.discard(trial.tree)
    if len(patches) < NOTE_AT:
        return None
    runs = tuple(each.run for each in reversed(patches))
    return DETECTOR.detection(
        level="banner" if len(runs) >= BANNER_AT or change_one_place(*patches[:NOTE_AT]) else "note",
        evidence=runs,
        place=now.label,
        sentence=f"Patches {numbers(runs)} leave the same failure.",
        move="Look at the state before the next edit: back to Isolate.",
        restore_run=before,
    )


def _is_attempt(trial: Trial) -> bool:
    return trial.is_patch and "hypothesis" not in trial.marks


DETECTOR = Detector(
    name="no-effect",
    rule=2,
    seen=seen,
    notices="different patches, one after the other, and the failure stays exactly what it was.",
    action="go-to-step",
    step="isolate",
    answers=("go-to-step", "logpoint"),
    outlasts_edits=True,
)
