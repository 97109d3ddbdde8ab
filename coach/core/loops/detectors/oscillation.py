"""See-saw: one failure is exchanged for another and then comes back."""

from collections.abc import Sequence

from coach.core.base.test_id import TestId
from coach.core.loops.detection import Detection, Level, numbers
from coach.core.loops.detector import Detector
from coach.core.loops.history import History, Trial, change_one_place


def seen(history: History) -> Detection | None:
    """Look for an earlier, not adjacent run with the same failing set and another one between, all by patches.

    Trees must differ (a tree that is back is a revert). Nothing is said while one tree gives different answers.
    """
    now = history.now
    if now is None or not now.is_red or not now.is_patch or now.is_broken:
        return None
    between: list[Trial] = []
    then: Trial | None = None
    for trial in history.backwards():
        if trial.strict == now.strict:
            if between or trial.tree == now.tree:
                then = trial
                break
            return None
        between.append(trial)
    if then is None or then.tree == now.tree or not all(each.is_red for each in between):
        return None
    if not any(each.is_patch for each in between) or history.disagrees():
        return None
    return _detection(history, now, then, between)


def _detection(history: History, now: Trial, then: Trial, between: Sequence[Trial]) -> Detection:
    other = between[0]
    crossing = bool(now.tests - other.tests) and bool(other.tests - now.tests)
    is_step_lost = other.tests < now.tests  # a test was mended, and is broken again
    is_loud = crossing or is_step_lost or _returns(history, now) > 1 or _is_one_function(now, between)
    level: Level = "banner" if is_loud else "note"
    runs = tuple(each.run for each in reversed(between))
    what = f"The failure of #{then.run} is back after another one in {numbers(runs)}."
    if crossing:
        what = f"{_first(now.tests - other.tests)} and {_first(other.tests - now.tests)} take turns to fail: #{then.run}, {numbers((*runs, now.run))}."
    return DETECTOR.detection(
        level=level,
        evidence=(then.run, *runs, now.run),
        place=now.label,
        sentence=what,
        move="The two changes exclude each other: ask what both failures demand, before the next edit.",
        restore_run=then.run,
    )


def _is_one_function(now: Trial, between: Sequence[Trial]) -> bool:
    """Whether all patches changed one function, and the same tests failed throughout: nothing was gained."""
    return all(each.tests == now.tests for each in between) and change_one_place(
        now, *(each for each in between if each.is_patch)
    )


def _returns(history: History, now: Trial) -> int:
    """Count how often the present failing set was come back to, now included."""
    count, was_same = 1, True
    for trial in history.backwards():
        if not trial.is_red:
            break
        same = trial.strict == now.strict
        count += was_same is False and same
        was_same = same
    return count - 1


def _first(tests: frozenset[TestId]) -> str:
    return min(tests).name


DETECTOR = Detector(
    name="see-saw",
    rule=3,
    seen=seen,
    notices="one failure is exchanged for another and then comes back.",
    action="go-to-step",
    step="hypothesize",
    answers=("go-to-step",),
)
