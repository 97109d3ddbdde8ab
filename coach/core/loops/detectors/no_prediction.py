"""No prediction: an hour at work on a red target, with patches and runs, and nothing was predicted."""

from coach.core.loops.detection import Detection, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.history import History
from coach.core.loops.thresholds import UNPREDICTED, UNPREDICTED_PATCHES


def seen(history: History) -> Detection | None:
    """Look at the run that made an hour full, and at each further hour; pauses hardly count."""
    now, before = history.now, history.previous
    if now is None or before is None or not now.is_red:
        return None
    hours, hours_before = (int(each.unpredicted // UNPREDICTED) for each in (now, before))
    if hours <= hours_before:
        return None
    patches = []
    for trial in reversed(history.trials):
        if not trial.is_red:
            break
        if trial.is_patch:
            patches.append(trial.run)
        if "hypothesis" in trial.marks:
            break
    if len(patches) < UNPREDICTED_PATCHES:
        return None
    runs = tuple(reversed(patches))
    worked = "an hour" if hours == 1 else f"{hours} hours"
    return DETECTOR.detection(
        level="note",
        evidence=runs if runs[-1] == now.run else (*runs, now.run),
        place=f"{hours} h",
        sentence=f"For {worked} at work it is red: patches {numbers(runs)}, and no prediction.",
        move="Write what is wrong and what the next run shows if it is.",
    )


DETECTOR = Detector(
    name="no-prediction",
    rule=1,
    seen=seen,
    notices="an hour at work on a red target, with patches and runs, and nothing was predicted.",
    action="hypothesis",
    step="hypothesize",
    after_reruns=True,
)
