"""Symptom patch: the edit hides the failure where it shows, and says nothing about where it comes from."""

from coach.core.loops.analysis.edit_kind import is_prose
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.loops.attempt import SYMPTOM, Attempt, Finding
from coach.core.loops.detection import Detection, Level
from coach.core.loops.detector import Detector
from coach.core.loops.history import History, Trial


def seen(history: History) -> Detection | None:
    """Look for swallowing, retrying, waiting or special cases in a function the failure went through.

    A banner when the failure vanished by it, a note while it is red. Code that is ordinary too (a guard for an empty
    list) is a note at most.
    """
    now, before = history.now, history.previous
    if now is None or before is None or not before.is_red or now.attempt is None or not now.attempt.is_edit:
        return None
    vanished = bool(before.tests - now.tests)
    alone = vanished and _only_hides(now.attempt)
    signs = [
        each
        for each in now.attempt.findings
        if each.kind in SYMPTOM and each.path not in now.scripts and (alone or _is_near(each, before))
    ]
    if not signs:
        return None
    signs.sort(key=lambda each: not _is_strong(each, before))
    sign = signs[0]
    written = bool(now.marks & {"note", "hypothesis"})
    level: Level = "banner" if vanished and _is_strong(sign, before) and not written else "note"
    outcome = (
        "it is green" if now.outcome == "green" else "the failure is gone" if vanished else "it is still red"
    )
    where = f"{sign.path}:{sign.line}" + (f" in {sign.function}" if sign.function else "")
    return DETECTOR.detection(
        level=level,
        evidence=(before.run, now.run),
        place=f"{sign.path}:{sign.function}",
        sentence=f"{where}: {sign.text} where #{before.run} failed, and {outcome}.",
        move="Ask where the bad value comes from: follow it back before you keep this.",
        restore_run=before.run,
    )


def _only_hides(attempt: Attempt) -> bool:
    """Whether an edit did nothing but hide, in one file: a failure that vanished after it vanished by it, wherever it is."""
    sources = [path for path in attempt.paths if not is_test_path(path) and not is_prose(path)]
    signs = [each for each in attempt.findings if each.kind in SYMPTOM]
    return (
        len(sources) == 1
        and bool(signs)
        and all(not each.is_weak and each.path == sources[0] for each in signs)
    )


def _is_near(sign: Finding, before: Trial) -> bool:
    """Whether the failure went through that function, or the test that failed calls it, or it is the test itself."""
    if sign.kind == "retried" and not sign.line:
        return True  # a setting that runs failed tests again concerns all of them
    for failure in before.report.failures:
        for frame in failure.own_frames:
            if frame.path == sign.path and frame.function == sign.function:
                return True
            if sign.function and f"{sign.function}(" in frame.code:
                return True
    return False


def _is_strong(sign: Finding, before: Trial) -> bool:
    """Say whether it surely hides: a guard against None only if a None failed and no test asks for just this answer."""
    if sign.is_weak:
        return False
    if sign.kind != "special-case" or "None" not in sign.text:
        return True
    messages = " ".join(each.message for each in before.failing)
    tests = [frame.code for failure in before.report.failures for frame in failure.own_frames[:1]]
    is_asked_for = any("None" in code or (sign.answer and sign.answer in code) for code in tests)
    return "None" in messages and not is_asked_for


DETECTOR = Detector(
    name="symptom-patch",
    rule=2,
    seen=seen,
    notices="the edit hides the failure where it shows, and says nothing about where it comes from.",
    action="go-to-step",
    step="isolate",
    answers=("go-to-step", "logpoint"),
)
