"""Forms as they are offered: filled with what the session knows. Nothing is written until a person keeps it.

What a person wrote already is never replaced. A form that is kept as it is filled satisfies the gate that asks for it,
wherever the session knows enough.
"""

from coach.core.experiments.claim import edited_elsewhere, is_drafted, mended
from coach.core.experiments.hypothesis import Hypothesis, Verdict
from coach.core.experiments.prediction import judge_prediction
from coach.core.experiments.suggestions import HypothesisDraft, drafts
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.expected_actual import TwoSides, asserted_line, two_sides
from coach.core.runs.failure import innermost_own
from coach.core.runs.failure_causes import got_not_wanted
from coach.core.runs.report import Failure, Frame, gist, headline
from coach.core.runs.run import Run
from coach.core.search.kinds import CommitFound
from coach.core.session.state import SessionState
from coach.core.spec.spec import Spec
from coach.core.verify.conclusion import QUESTIONS, Closing, RootCause
from coach.core.verify.negative_control import fixed_lines, grouped
from coach.core.verify.verification import Objection

MAX_PLACES = 3
_TITLE = 72
_LINE = 300


def filled_spec(state: SessionState) -> Spec:
    """Return the spec with what is known of the failure in the fields nobody wrote."""
    spec, failure = state.spec, _failure(state)
    if failure is None:
        return spec
    known = {**told_of(state, failure), "since": _since(state)}
    filled: dict[str, object] = {
        name: text for name, text in known.items() if not getattr(spec, name).strip()
    }
    if not spec.unchanged and state.spectrum:
        filled["unchanged"] = state.spectrum.nearest_passing
    if not spec.also_failing and state.spectrum:
        filled["also_failing"] = state.spectrum.red_tests[1:]
    return spec.model_copy(update=filled)


def told_of(state: SessionState, failure: Failure) -> dict[str, str]:
    """Return what a failure says for the fields of a spec that tell of it."""
    expected, actual = _expected_and_actual(state, failure)
    return {"title": _title(failure), "expected": expected, "actual": actual}


def is_guessed(state: SessionState) -> bool:
    """Whether it is not sure which of the two values in a filled spec was wanted: a person should look."""
    failure = _failure(state)
    sides = two_sides(failure) if failure else None
    return sides is not None and not sides.is_sure


def _failure(state: SessionState) -> Failure | None:
    """Return the failure the session is about."""
    run = state.last_failure
    if run is None or run.report is None or not run.report.failures:
        return None
    named = {each.test for each in run.failing if each.strict in state.expected}
    first = next(iter(run.failing), None)
    failures = run.report.failures
    found = next((each for each in failures if each.test in named), None)
    return found or next((each for each in failures if first and each.test == first.test), failures[0])


def _expected_and_actual(state: SessionState, failure: Failure) -> tuple[str, str]:
    sides = two_sides(failure)
    if sides:
        subject = f"{sides.subject} is " if sides.subject else ""
        return f"{subject}{sides.wanted}", f"{subject}{sides.got}"
    said = _one_line(headline(failure.exception, gist(failure.message))) or "it fails"
    asserted = asserted_line(failure)
    if asserted:
        return f"this holds: {asserted}", f"it does not: {said}"
    if not state.target.can("select"):
        return f"{state.target.label} succeeds", said
    name = failure.exception.rpartition(".")[2]
    return f"{failure.test.name} passes" + (f", without {name}" if name else ""), said + _at(failure)


def _title(failure: Failure) -> str:
    sides = two_sides(failure)
    what = _got_otherwise(sides) if sides else headline(failure.exception, gist(failure.message))
    text = _one_line(f"{failure.test.name}: {what}")
    if sides and len(text) > _TITLE and not _is_relation(sides):
        text = f"{failure.test.name}: {got_not_wanted(sides.got, sides.wanted, _TITLE - len(failure.test.name) - 2)}"
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"


def _is_relation(sides: TwoSides) -> bool:
    """Whether what was expected is no value."""
    return sides.wanted.startswith(("to ", "not to "))


def _got_otherwise(sides: TwoSides) -> str:
    return f"{sides.got}, {'expected' if _is_relation(sides) else 'not'} {sides.wanted}"


def _at(failure: Failure) -> str:
    frame = innermost_own(failure)
    return f", at {frame.path}:{frame.line}" if frame else ""


def _since(state: SessionState) -> str:
    """Return the commit a search found, when it is one."""
    results = (each.result for each in reversed(state.searches) if each.request.kind == "commits")
    found = next((each.found for each in results if each and each.how == "found"), None)
    if isinstance(found, CommitFound) and len(found.commits) == 1:
        return _one_line(f"commit {found.commits[0].id[:10]}: {found.commits[0].subject}")
    return ""


def filled_hypothesis(state: SessionState) -> HypothesisDraft | None:
    """Return the best draft; without any, the line that failed. None when nothing has failed."""
    best = next(iter(drafts(state)), None)
    if best:
        return best
    failure = _failure(state)
    frame = innermost_own(failure) if failure else None
    claimed = {each.claim for each in state.hypotheses}
    if failure is None:
        return None
    draft = HypothesisDraft(
        claim=_claim_at(frame) if frame and not is_test_path(frame.path) else _claim_of_code(failure),
        prediction="with the one change I make next, the target passes",
        expects="pass",
        because=_one_line(failure.headline) or "the target fails",
    )
    return None if draft.claim in claimed else draft


def _claim_at(frame: Frame) -> str:
    return f"{frame.function or 'the module'} at {frame.path}:{frame.line} gets or gives a wrong value"


def _claim_of_code(failure: Failure) -> str:
    """A test that merely asserts is no place of a cause: the code it asks about is."""
    return f"the code that {failure.test.name} asks about gives a wrong value"


def filled_verdict(state: SessionState, hypothesis: Hypothesis) -> tuple[Verdict, str]:
    """Return the verdict that the newest run since the prediction suggests, and what it showed."""
    later = (run for run in reversed(state.runs) if run.number > hypothesis.after_run and run.is_of_checkout)
    run = next(later, None)
    if run is None or run.judged is None:
        return "INCONCLUSIVE", "no run since the prediction"
    seen = _seen(run)
    expects = hypothesis.prediction.expects
    if expects is None:
        return ("SUPPORTED" if run.judged.outcome == "PASS" else "INCONCLUSIVE"), seen
    verdict, _ = judge_prediction(expects, run)
    return ("INCONCLUSIVE" if verdict == hypothesis.verdict else verdict), seen


def _seen(run: Run) -> str:
    if run.failing:
        first = run.failing[0]
        return _one_line(f"#{run.number} failed: {headline(first.exception, gist(first.message))}")
    if run.judged and run.judged.outcome == "PASS":
        return f"#{run.number} passed"
    return _one_line(f"#{run.number}: {run.judged.reason if run.judged else 'no outcome'}")


def filled_closing(state: SessionState) -> Closing:
    """Return the end with what is known: the supported claim as the cause, the changed lines as its place.

    A claim about another place than the one that was changed is no cause, though its prediction held; and one that says no
    more than a place tells less than the change.
    """
    known, places = state.closing, changed_places(state)
    where = ", ".join(places) or _failed_at(state)
    supported = next((each for each in reversed(state.hypotheses) if each.verdict == "SUPPORTED"), None)
    read = mended(state.changes) if places else ""
    says_more = supported is not None and not (read and is_drafted(supported.claim))
    if supported and says_more and not edited_elsewhere(supported.claim, state.changes):
        what = supported.claim
    else:
        what = read or (f"what the change at {where} mends" if places else "")
    cause = RootCause(
        what=known.cause.what.strip() or state.root_cause.strip() or what,
        where=known.cause.where.strip() or ("" if state.root_cause.strip() else where),
        uncaught=known.cause.uncaught.strip() or _uncaught(state),
    )
    return _with_answers(known, cause, _answers(state))


def filled_answer(state: SessionState, objection: Objection) -> str:
    """Return what is known for an objection: how many wrong fixes the test caught beside those of a line it does run.

    Empty where nothing but a person's judgement says why it is fine.
    """
    found = state.control
    groups = grouped(found.survivors, state.changes) if found else ()
    group = next((each for each in groups if each.key == objection.key), None)
    if found is None or group is None or not found.killed or not all(each.ran for each in group.survivors):
        return ""
    return f"{found.killed} of {found.tried} small wrong fixes are caught; what is left of this line the test does not ask"


def _with_answers(known: Closing, cause: RootCause, answers: dict[str, str]) -> Closing:
    kept = {name: text for name, text in known.answers.items() if text.strip()}
    return Closing(cause=cause, lesson=known.lesson, answers={**answers, **kept})


def changed_places(state: SessionState) -> tuple[str, ...]:
    """Name the first changed lines of code outside of tests, a file each: where the fix is, once there is one."""
    if state.changes is None or not (state.edits or state.verification):
        return ()
    lines = fixed_lines(state.changes)
    places = [f"{path}:{numbers[0]}" for path, numbers in lines.items()]
    if not places:
        pinned = state.pin.path if state.pin else ""
        files = (each for each in state.changes.files if each.path != pinned and each.change != "binary")
        places = [f"{each.path}:{each.hunks[0].new_start}" if each.hunks else each.path for each in files]
    return tuple(places[:MAX_PLACES])


def _failed_at(state: SessionState) -> str:
    failure = _failure(state)
    frame = innermost_own(failure) if failure else None
    return f"{frame.path}:{frame.line}" if frame else ""


def _uncaught(state: SessionState) -> str:
    """A test written in this session says why nothing caught it before."""
    changed = state.changes.files if state.changes and state.pin else ()
    is_new = any(state.pin and each.path == state.pin.path for each in changed)
    return f"no test asked for it before {state.pin.test.name}" if is_new and state.pin else ""


def _answers(state: SessionState) -> dict[str, str]:
    files = [each.path for each in state.changes.files] if state.changes and state.edits else []
    if not files or "rollback" not in QUESTIONS:
        return {}
    more = f" and {len(files) - MAX_PLACES} more" if len(files) > MAX_PLACES else ""
    return {"rollback": f"take back the change of {', '.join(files[:MAX_PLACES])}{more}"}


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LINE else f"{text[: _LINE - 1]}…"
