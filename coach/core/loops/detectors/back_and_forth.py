"""Back and forth: two files are edited in turn, and the same tests go on failing."""

from collections.abc import Iterator

from coach.core.loops.analysis.syntax import is_test_path
from coach.core.loops.detection import Detection, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.detectors.blind_edits import seen as guess_seen
from coach.core.loops.detectors.no_effect import seen as no_effect_seen
from coach.core.loops.history import History, Trial
from coach.core.loops.thresholds import TURNS


def seen(history: History) -> Detection | None:
    """Look for patches of one file each, first this, then that, while the same tests fail.

    The very same failure is *no-effect*, and patches without a look *guess*: both say more. This is what is left: each edit
    changes what is seen, perhaps after a look, and none of the tests passes. A patch that tested a hypothesis ends it.
    """
    now = history.now
    if now is None or not now.is_red or not now.is_patch or now.is_broken:
        return None
    turns = list(_turns(history, now))
    if len(turns) < TURNS or no_effect_seen(history) or guess_seen(history):
        return None
    runs = tuple(each.run for each in reversed(turns))
    first, second = sorted({_only_file(each) for each in turns})
    return DETECTOR.detection(
        level="note",
        evidence=runs,
        place=f"{first} and {second}",
        sentence=f"Patches {numbers(runs)} went to {first} and {second} in turn, and the same tests still fail.",
        move="Say which of the two holds the cause, and what would show it.",
    )


def _turns(history: History, now: Trial) -> Iterator[Trial]:
    """Yield the patches of one file each, newest first, while the files alternate and the same tests fail before and after."""
    turn: Trial | None = now
    wanted, other = _only_file(now), ""
    for trial in history.backwards():
        if trial.tests != now.tests or (turn and (not _only_file(turn) or "hypothesis" in turn.marks)):
            return
        if turn:
            yield turn
            turn = None
        if trial.is_rerun or _is_look(trial):
            continue
        file = _only_file(trial)
        if not trial.is_patch or file not in {other or file} - {wanted}:
            return
        turn, wanted, other = trial, file, wanted


def _is_look(trial: Trial) -> bool:
    return trial.attempt is not None and trial.attempt.nature == "observing"


def _only_file(trial: Trial) -> str:
    """Return the one file outside of tests that a patch changed; empty when it changed none or several."""
    code = [path for path in trial.files if not is_test_path(path)]
    return code[0] if len(code) == 1 and len(trial.files) == 1 else ""


DETECTOR = Detector(
    name="back-and-forth",
    rule=1,
    seen=seen,
    notices="two files are edited in turn, one at a time, and the same tests go on failing.",
    action="hypothesis",
    step="hypothesize",
)
