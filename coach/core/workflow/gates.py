"""What the checks of a gate mean: name → a question about the session, answered with its figure.

Nobody ticks a check off; each is computed from recorded runs and file states.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from coach.core.runs.reference import is_of
from coach.core.runs.run import Run
from coach.core.runs.target import Target
from coach.core.search.request import SearchKind
from coach.core.session.state import SessionState
from coach.core.workflow.applicable import is_test_id, why_not_asked
from coach.core.workflow.workflow import GateCheck, Step


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of a gate: ``figure`` is the evidence when it holds, the way there when it does not."""

    name: str
    title: str
    passed: bool
    figure: str = ""


Check = Callable[[SessionState, int], Checked]
REGISTRY: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under the name workflows use."""

    def register(function: Check) -> Check:
        REGISTRY[name] = function
        return function

    return register


def evaluate(state: SessionState, step: Step) -> tuple[Checked, ...]:
    """Answer every check of a step's gate that applies to the target."""
    return tuple(_answer(state, each) for each in step.gate if not why_not_asked(state, each.check))


def following(state: SessionState) -> Step | None:
    """Return the next step in which anything is asked of this target; None at the end."""
    after = state.workflow.steps[state.workflow.position(state.step_id) + 1 :]
    return next((step for step in after if not step.gate or evaluate(state, step)), None)


def missing(state: SessionState, step: Step) -> tuple[Checked, ...]:
    return tuple(each for each in evaluate(state, step) if not each.passed)


def is_met(state: SessionState, step: Step) -> bool:
    return not missing(state, step)


def _answer(state: SessionState, gate: GateCheck) -> Checked:
    function = REGISTRY.get(gate.check)
    if function is None:
        return Checked(
            gate.check, gate.check, passed=False, figure="this version of coach does not know this check"
        )
    return function(state, gate.limit)


@check("failure-seen")
def _failure_seen(state: SessionState, _limit: int) -> Checked:
    run = state.last_seen_failure
    figure = f"#{run.number}" if run else "‹run› runs it"
    return Checked("failure-seen", "a run failed", run is not None, figure)


@check("same-failure")
def _same_failure(state: SessionState, _limit: int) -> Checked:
    found = state.reproduction
    if found is None or not found.runs:
        return Checked(
            "same-failure", "the same failure again", passed=False, figure="‹reproduce› measures how often"
        )
    figure = f"{found.failures} of {found.runs}"
    if found.is_reproduced and found.failures < found.runs:
        figure += f", flaky {found.low:.0%} to {found.high:.0%}"
    return Checked("same-failure", "the same failure again", found.is_reproduced, figure)


@check("spec-says-what-is-wrong")
def _spec_says(state: SessionState, _limit: int) -> Checked:
    passed = state.spec.says_what_is_wrong
    return Checked(
        "spec-says-what-is-wrong",
        "expected and actual written",
        passed,
        "" if passed else "‹spec› writes them",
    )


def pinnable(state: SessionState) -> str:
    """Return the test that stands for the failure: the target itself, or the first test that failed."""
    if state.target.is_one_test and not state.reference:
        return state.target.words[0]
    failing = state.reference.failing if state.reference else ()
    could = (each.test for each in failing if is_test_id(each.test))
    return next((test for test in could if test not in state.unpinnable), "")


@check("test-pinned")
def _test_pinned(state: SessionState, _limit: int) -> Checked:
    pin = state.pin
    if pin is None:
        return Checked("test-pinned", "failing test pinned", passed=False, figure="‹pin› pins it")
    figure = f"{pin.digest[:7]}" if pin.is_intact else "changed since it was pinned"
    return Checked("test-pinned", "failing test pinned", pin.is_intact, figure)


@check("red-for-the-reason")
def _red_for_the_reason(state: SessionState, _limit: int) -> Checked:
    title = "red for the reproduced reason"
    if state.pin is None:
        return Checked("red-for-the-reason", title, passed=False)
    if state.pin.red != "behavioural":
        return Checked(
            "red-for-the-reason", title, passed=False, figure="the test cannot run: import, fixture or syntax"
        )
    run = _red_run(state)
    return Checked("red-for-the-reason", title, run > 0, f"#{run}" if run else "not seen in a run yet")


def _red_run(state: SessionState) -> int:
    if state.pin is None:
        return 0
    for run in reversed(state.runs):
        is_red = any(is_of(state.pin.test, each.test) for each in run.failing)
        if run.is_evidence and is_red and state.reference and run.shows(state.reference):
            return run.number
    return 0


@check("runs-alone")
def _runs_alone(state: SessionState, _limit: int) -> Checked:
    title = "fails when run alone"
    alone = runs_alone(state)
    for run in alone:
        if any(state.pin and each.test == state.pin.test for each in run.failing):
            return Checked("runs-alone", title, passed=True, figure=f"#{run.number}")
    passed = next((run for run in alone if run.judged and run.judged.outcome == "PASS"), None)
    figure = (
        f"passed alone in #{passed.number}" if passed else "‹reproduce› runs it alone" if state.pin else ""
    )
    return Checked("runs-alone", title, passed=False, figure=figure)


def runs_alone(state: SessionState) -> list[Run]:
    """Return the cold runs of nothing but the pinned test, or of the command, newest first."""
    if state.pin is None:
        return []
    words = (state.pin.test,)
    return [
        run
        for run in reversed(state.runs)
        if run.is_evidence and (run.request.target.words == words or run.request.target.kind == "command")
    ]


def wanted_alone(state: SessionState) -> Target | None:
    """Return the pinned test as a target of its own while the step asks for a run of it alone, else None."""
    if state.pin is None or state.step is None or state.target.kind != "pytest":
        return None
    alone = Target(words=(state.pin.test,))
    is_asked = any(each.name == "runs-alone" for each in missing(state, state.step))
    return alone if is_asked and alone.words != state.target.words else None


@check("suspects-backed-by-a-run")
def _suspects_backed(state: SessionState, _limit: int) -> Checked:
    passed = bool(state.standing_suspects) and state.suspects_run > 0
    figure = f"#{state.suspects_run}" if passed else "a failing run names them"
    return Checked("suspects-backed-by-a-run", "suspects named by a run", passed, figure)


@check("suspects-at-most")
def _suspects_at_most(state: SessionState, limit: int) -> Checked:
    standing = sum(each.leads for each in state.standing_suspects)
    figure = f"{standing} lead" + ("" if standing <= limit else ", ‹rule-out› rules one out")
    return Checked("suspects-at-most", f"at most {limit} places lead", 0 < standing <= limit, figure)


@check("hypothesis-supported")
def _hypothesis_supported(state: SessionState, _limit: int) -> Checked:
    title = "one hypothesis supported by a later run"
    for each in state.hypotheses:
        if each.verdict == "SUPPORTED" and any(run > each.after_run for run in each.runs):
            return Checked(
                "hypothesis-supported", title, passed=True, figure=f"H{each.id}, run #{max(each.runs)}"
            )
    waiting = bool(state.open_hypotheses)
    return Checked(
        "hypothesis-supported",
        title,
        passed=False,
        figure="run the experiment" if waiting else "‹hypothesis› writes one",
    )


@check("rate-measured")
def _rate_measured(state: SessionState, limit: int) -> Checked:
    found = state.reproduced
    passed = found is not None and found.runs >= limit
    figure = (
        f"{found.failures} of {found.runs}, {found.low:.0%} to {found.high:.0%}"
        if found
        else "‹reproduce› measures"
    )
    return Checked("rate-measured", "how often it fails", passed, figure)


def _searched(state: SessionState, kind: SearchKind, unmet: Checked) -> Checked:
    """Answer with the sentence of the newest search of a kind that found something."""
    results = [each.result for each in state.searches if each.request.kind == kind and each.result]
    found = next((each for each in reversed(results) if each.how == "found" or each.found), None)
    return replace(unmet, passed=True, figure=found.sentence) if found else unmet


@check("culprit-found")
def _culprit_found(state: SessionState, _limit: int) -> Checked:
    unmet = Checked(
        "culprit-found", "the commit it came with", passed=False, figure="‹searches:commits› bisects"
    )
    return _searched(state, "commits", unmet)


@check("axis-named")
def _axis_named(state: SessionState, _limit: int) -> Checked:
    unmet = Checked("axis-named", "what it depends on", passed=False, figure="‹searches:flake› tries each")
    return _searched(state, "flake", unmet)


@check("polluter-found")
def _polluter_found(state: SessionState, _limit: int) -> Checked:
    unmet = Checked(
        "polluter-found", "the tests that spoil it", passed=False, figure="‹searches:order› searches"
    )
    return _searched(state, "order", unmet)


@check("passes-alone")
def _passes_alone(state: SessionState, _limit: int) -> Checked:
    red = {
        each.test for run in state.runs for each in run.failing if run.is_evidence and not run.request.in_copy
    }
    for run in reversed(state.runs):
        words = run.request.target.words
        alone = len(words) == 1 and words[0] in red and run.is_evidence
        if alone and run.judged and run.judged.outcome == "PASS":
            return Checked(
                "passes-alone", "red in company, green alone", passed=True, figure=f"#{run.number}"
            )
    return Checked(
        "passes-alone", "red in company, green alone", passed=False, figure="‹narrow› runs it alone"
    )


@check("notes-at-least")
def _notes_at_least(state: SessionState, limit: int) -> Checked:
    count = len(state.notes)
    return Checked(
        "notes-at-least", f"at least {limit} notes of what was seen", count >= limit, f"{count} written"
    )


@check("budget-set")
def _budget_set(state: SessionState, _limit: int) -> Checked:
    limit = state.budget
    figure = f"{limit:g} s" if limit > 0 else "‹budget› sets it"
    return Checked("budget-set", "how long it may take", limit > 0, figure)


@check("questions-answered")
def _questions_answered(state: SessionState, limit: int) -> Checked:
    count = len(state.closing.answers)
    return Checked(
        "questions-answered",
        f"at least {limit} production questions answered",
        count >= limit,
        f"{count} answered",
    )


@check("verified")
def _verified(state: SessionState, _limit: int) -> Checked:
    if state.verification is None:
        return Checked("verified", "every check of the fix holds", passed=False, figure="‹verify› verifies")
    figure = state.verification.figure
    passed = state.verification.verdict == "verified"
    if edited_since_verification(state):
        passed, figure = False, "edited since; ‹verify› verifies again"
    return Checked("verified", "every check of the fix holds", passed, figure)


def edited_since_verification(state: SessionState) -> bool:
    """Whether the verification speaks of another tree than the present one."""
    edit = state.last_edit
    return state.verification is not None and edit is not None and edit.after_run >= state.verified_at_run


@check("root-cause-written")
def _root_cause(state: SessionState, _limit: int) -> Checked:
    passed = bool(state.root_cause.strip())
    return Checked(
        "root-cause-written", "root cause written", passed, "" if passed else "‹root-cause› writes it"
    )


@check("confirmed")
def _confirmed(state: SessionState, _limit: int) -> Checked:
    return Checked(
        "confirmed", "a person agrees", state.is_confirmed, "" if state.is_confirmed else "‹confirm› confirms"
    )
