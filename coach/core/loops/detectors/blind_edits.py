"""Guess: edit and run, edit and run, on the same failing place, and nothing written or looked at between."""

from collections.abc import Sequence

from coach.core.loops.detection import Detection, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.history import History, Trial, change_one_place
from coach.core.runs.failure import steady

NOTE_AT = 2
BANNER_AT = 3


def seen(history: History) -> Detection | None:
    """Look for patches in a row on one failing place without a hypothesis, a note, a look or a suspect ruled out.

    Progress ends it: when a test that failed passes, or fails somewhere else, the edit taught something. A test that an
    edit on the way broke and another one mended is no progress. Going back to where it began is no guess. A banner comes
    at the third; of an assistant that turns at one function, at the second.
    """
    now = history.now
    if now is None or not now.is_red or not now.is_patch or now.marks or history.is_base(now.tree):
        return None
    row = _on_one_place(history, now)
    base = next(index for index, trial in enumerate(row) if trial.tests <= now.tests)
    patches = [trial for trial in row[base + 1 :] if trial.is_patch and not history.is_base(trial.tree)]
    if len(patches) < NOTE_AT:
        return None
    runs = tuple(each.run for each in patches)
    return DETECTOR.detection(
        level="banner" if len(runs) >= BANNER_AT or _is_one_function(patches) else "note",
        evidence=runs,
        place=steady(now.failing[0].test) if now.failing else now.label,
        sentence=f"Edits {numbers(runs)} went by with nothing written or looked at between them.",
        move="Write what you expect to see before the next edit.",
    )


def _is_one_function(patches: Sequence[Trial]) -> bool:
    """Whether an assistant made all of them, in one function: real circles of assistants are often no longer than that."""
    is_assistant = all(each.attempt is not None and each.attempt.by for each in patches)
    return is_assistant and change_one_place(*patches)


def _on_one_place(history: History, now: Trial) -> list[Trial]:
    """Return the runs, oldest first, that failed at one place while nothing was written and nobody looked."""
    row = [now]
    spots = now.spots
    for trial in history.backwards():
        spots = spots & trial.spots
        if not trial.is_red or not spots:
            break
        row.append(trial)
        if trial.marks or _looked(trial):
            break
    row.reverse()
    return row


def _looked(trial: Trial) -> bool:
    """Whether the edit before a run was there to look, or went to the tests instead of the code."""
    return trial.attempt is not None and trial.attempt.nature in {"observing", "tests"}


DETECTOR = Detector(
    name="guess",
    rule=3,
    seen=seen,
    notices="edit and run, edit and run, on the same failing place, and nothing written or looked at between.",
    action="hypothesis",
    step="hypothesize",
    echo_of="no-effect",
    outlasts_edits=True,
)
