"""What the checks of a gate mean: name → a question about the session, answered with its figure.

Nobody ticks a check off; each is computed from recorded runs and file states. A check is registered by its decorator
alone: its name, what must hold, and what makes it hold; the function answers whether it does, with the figure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.localize.evidence import is_test_code
from coach.core.localize.isolation import isolation
from coach.core.runs.imported_elsewhere import unrun_edit
from coach.core.runs.reference import is_of
from coach.core.runs.run import Run
from coach.core.runs.target import Target
from coach.core.search.kinds import SEARCH_KINDS, SearchKind
from coach.core.session.state import SessionState
from coach.core.workflow.applicable import no_pin
from coach.core.workflow.workflow import GateCheck, Step

Answer = tuple[bool, str]
"""Whether the check holds, and its figure: the evidence when it does, the way there when it does not."""
Question = Callable[[SessionState, int], Answer]
Subject = Literal["", "test", "suspects"]
"""What a target must be able to give before a check is asked of it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of a gate: ``figure`` is the evidence when it holds, the way there when it does not."""

    name: str
    title: str
    passed: bool
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One registered check. ``limit`` in braces in its title stands for the figure of the gate."""

    name: str
    title: str
    asks: Question
    unmet: str = ""
    """The way there, where the answer names none: the action by its id, as in ``‹pin› pins it``."""
    of: Subject = ""

    def answer(self, state: SessionState, limit: int) -> Checked:
        passed, figure = self.asks(state, limit)
        return Checked(
            self.name, self.title.format(limit=limit), passed, figure or ("" if passed else self.unmet)
        )

    def why_not_asked(self, state: SessionState) -> str:
        """Say why the check does not apply to the target of a session; empty when it does."""
        if self.of == "test":
            return no_pin(state)
        if self.of == "suspects" and not state.target.can("trace") and not state.suspects:
            return "a command's output names no places in the code"
        return ""


CHECKS: dict[str, Check] = {}


def check(name: str, title: str, unmet: str = "", *, of: Subject = "") -> Callable[[Question], Question]:
    """Register a question under the name workflows use."""

    def register(question: Question) -> Question:
        CHECKS[name] = Check(name, title, question, unmet, of)
        return question

    return register


def evaluate(state: SessionState, step: Step) -> tuple[Checked, ...]:
    """Answer every check of a step's gate that applies to the target."""
    return tuple(_answer(state, each) for each in step.gate if not why_not_asked(state, each.check))


def why_not_asked(state: SessionState, name: str) -> str:
    """Say why a check of a gate does not apply to the target of a session; empty when it does, or is not known."""
    known = CHECKS.get(name)
    return known.why_not_asked(state) if known else ""


def following(state: SessionState) -> Step | None:
    """Return the next step in which anything is asked of this target; None at the end."""
    after = state.workflow.steps[state.workflow.position(state.step_id) + 1 :]
    return next((step for step in after if not step.gate or evaluate(state, step)), None)


def missing(state: SessionState, step: Step) -> tuple[Checked, ...]:
    return tuple(each for each in evaluate(state, step) if not each.passed)


def is_met(state: SessionState, step: Step) -> bool:
    return not missing(state, step)


def _answer(state: SessionState, gate: GateCheck) -> Checked:
    known = CHECKS.get(gate.check)
    if known is None:
        return Checked(
            gate.check, gate.check, passed=False, figure="this version of coach does not know this check"
        )
    return known.answer(state, gate.limit)


@check("failure-seen", "a run failed", "‹run› runs it")
def _failure_seen(state: SessionState, _limit: int) -> Answer:
    run = state.last_seen_failure
    return run is not None, f"#{run.number}" if run else ""


@check("same-failure", "the same failure again", "‹reproduce› measures how often")
def _same_failure(state: SessionState, _limit: int) -> Answer:
    found = state.reproduction
    if found is None or not found.runs:
        return False, ""
    figure = f"{found.failures} of {found.runs}"
    if found.is_reproduced and found.failures < found.runs:
        figure += f", flaky {found.low:.0%} to {found.high:.0%}"
    return found.is_reproduced, figure


@check("spec-says-what-is-wrong", "expected and actual written", "‹spec› writes them")
def _spec_says(state: SessionState, _limit: int) -> Answer:
    return state.spec.says_what_is_wrong, ""


def pinnable(state: SessionState) -> TestId:
    """Return the test that stands for the failure: the target itself, or the first test that failed."""
    if state.target.is_one_test and not state.reference:
        return state.target.one_test
    failing = state.reference.failing if state.reference else ()
    could = (each.test for each in failing if each.test.is_pytest)
    return next((test for test in could if test not in state.unpinnable), NO_TEST)


@check("test-pinned", "failing test pinned", "‹pin› pins it", of="test")
def _test_pinned(state: SessionState, _limit: int) -> Answer:
    pin = state.pin
    if pin is None:
        return False, ""
    return pin.is_intact, pin.digest[:7] if pin.is_intact else "changed since it was pinned"


@check("red-for-the-reason", "red for the reproduced reason", of="test")
def _red_for_the_reason(state: SessionState, _limit: int) -> Answer:
    if state.pin is None:
        return False, ""
    if state.pin.red != "behavioural":
        return False, "the test cannot run: import, fixture or syntax"
    run = _red_run(state)
    return run > 0, f"#{run}" if run else "not seen in a run yet"


def _red_run(state: SessionState) -> int:
    if state.pin is None:
        return 0
    for run in reversed(state.runs):
        is_red = any(is_of(state.pin.test, each.test) for each in run.failing)
        if run.is_evidence and is_red and state.reference and run.shows(state.reference):
            return run.number
    return 0


@check("runs-alone", "fails when run alone", of="test")
def _runs_alone(state: SessionState, _limit: int) -> Answer:
    passed = 0
    for run in runs_alone(state):
        if any(state.pin and each.test == state.pin.test for each in run.failing):
            return True, f"#{run.number}"
        passed = passed or (run.number if run.judged and run.judged.outcome == "PASS" else 0)
    if passed:
        return False, f"passed alone in #{passed}"
    return False, "‹reproduce› runs it alone" if state.pin else ""


def runs_alone(state: SessionState) -> Iterator[Run]:
    """Yield the cold runs of nothing but the pinned test, or of the command, newest first; of thousands the first ones may do."""
    words = (state.pin.test,) if state.pin else ()
    for run in reversed(state.runs) if state.pin else ():
        if run.is_evidence and (run.request.target.words == words or not run.request.target.can("select")):
            yield run


def wanted_alone(state: SessionState) -> Target | None:
    """Return the pinned test as a target of its own while the step asks for a run of it alone, else None."""
    if state.pin is None or state.step is None or not state.target.can("select"):
        return None
    alone = state.target.only(state.pin.test)
    is_asked = any(each.name == "runs-alone" for each in missing(state, state.step))
    return alone if is_asked and alone.words != state.target.words else None


@check("suspects-backed-by-a-run", "suspects named by a run", "a failing run names them", of="suspects")
def _suspects_backed(state: SessionState, _limit: int) -> Answer:
    passed = bool(state.standing_suspects) and state.suspects_run > 0
    return passed, f"#{state.suspects_run}" if passed else ""


@check("suspects-at-most", "at most {limit} places lead", of="suspects")
def _suspects_at_most(state: SessionState, limit: int) -> Answer:
    standing = sum(each.leads for each in state.standing_suspects)
    figure = f"{standing} lead" + ("" if standing <= limit else ", ‹rule-out› rules one out")
    return 0 < standing <= limit, figure


@check("isolated", "90 % in one or two places, on two kinds of evidence", of="suspects")
def _isolated(state: SessionState, _limit: int) -> Answer:
    """Answer with the places and what they hold. What makes every place moot comes first: the edited code does not run."""
    unrun = unrun_edit(state) or never_runs(state)
    if unrun:
        return False, unrun
    found = isolation(state.standing_suspects)
    return bool(found), found.why


def never_runs(state: SessionState) -> str:
    """Say that the failing test runs no code of the project, and which place it was thought to run; empty when it runs some."""
    found = state.spectrum
    if found is None or not state.standing_suspects:
        return ""
    runs_code = any(
        each.ran and not is_test_code(each.path, each.function, found.test)
        for each in state.standing_suspects
    )
    missed = next((each for each in state.standing_suspects if not each.ran), None)
    if runs_code or missed is None:
        return ""
    return f"the failing test never runs {missed.function} at {missed.place}"


@check("hypothesis-supported", "one hypothesis supported by a later run")
def _hypothesis_supported(state: SessionState, _limit: int) -> Answer:
    for each in state.hypotheses:
        if each.verdict == "SUPPORTED" and any(run > each.after_run for run in each.runs):
            return True, f"H{each.id}, run #{max(each.runs)}"
    return False, "run the experiment" if state.open_hypotheses else "‹hypothesis› writes one"


@check("rate-measured", "how often it fails", "‹reproduce› measures")
def _rate_measured(state: SessionState, limit: int) -> Answer:
    found = state.reproduced
    if found is None:
        return False, ""
    return found.runs >= limit, f"{found.failures} of {found.runs}, {found.low:.0%} to {found.high:.0%}"


def _searched(kind: SearchKind) -> Question:
    """Return the question whether a search of a kind has found something; the newest that has answers with its sentence."""

    def ask(state: SessionState, _limit: int) -> Answer:
        results = [each.result for each in state.searches if each.request.kind == kind.name and each.result]
        found = next((each for each in reversed(results) if each.how == "found" or each.found), None)
        return found is not None, found.sentence if found else ""

    return ask


for _kind in SEARCH_KINDS.values():
    if _kind.gate:
        _way = f"‹searches:{_kind.name}› {_kind.gate.way}"
        check(_kind.gate.check, _kind.gate.title, _way, of="test" if _kind.gate.is_of_a_test else "")(
            _searched(_kind)
        )


@check("passes-alone", "red in company, green alone", "‹narrow› runs it alone", of="test")
def _passes_alone(state: SessionState, _limit: int) -> Answer:
    alone = (run for run in reversed(state.runs) if run.is_evidence and len(run.request.target.words) == 1)
    passed = [run for run in alone if run.judged and run.judged.outcome == "PASS"]
    if not passed:
        return False, ""
    evidence = (run for run in state.runs if run.is_evidence and not run.request.in_copy)
    red = {each.test for run in evidence for each in run.failing}
    found = next((run for run in passed if run.request.target.words[0] in red), None)
    return found is not None, f"#{found.number}" if found else ""


@check("notes-at-least", "at least {limit} notes of what was seen")
def _notes_at_least(state: SessionState, limit: int) -> Answer:
    return len(state.notes) >= limit, f"{len(state.notes)} written"


@check("budget-set", "how long it may take", "‹budget› sets it")
def _budget_set(state: SessionState, _limit: int) -> Answer:
    return state.budget > 0, f"{state.budget:g} s" if state.budget > 0 else ""


@check("questions-answered", "at least {limit} production questions answered")
def _questions_answered(state: SessionState, limit: int) -> Answer:
    count = len(state.closing.answers)
    return count >= limit, f"{count} answered"


@check("verified", "every check of the fix holds", "‹verify› verifies")
def _verified(state: SessionState, _limit: int) -> Answer:
    if state.verification is None:
        return False, ""
    if edited_since_verification(state):
        return False, "edited since; ‹verify› verifies again"
    return state.verification.verdict == "verified", state.verification.figure


def edited_since_verification(state: SessionState) -> bool:
    """Whether the verification speaks of another tree than the present one."""
    edit = state.last_edit
    return state.verification is not None and edit is not None and edit.after_run >= state.verified_at_run


@check("root-cause-written", "root cause written", "‹root-cause› writes it")
def _root_cause(state: SessionState, _limit: int) -> Answer:
    return bool(state.root_cause.strip()), ""


@check("confirmed", "a person agrees", "‹confirm› confirms")
def _confirmed(state: SessionState, _limit: int) -> Answer:
    return state.is_confirmed, ""
