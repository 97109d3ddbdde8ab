"""The verification of a fix: what it runs, in which order, and when it is judged.

Cheap and telling runs first: the target, the same tests without the fix, small wrong fixes, then the whole suite and, once,
the suite as it was. A run that cannot be made is not shown; only an edit makes the whole verification void.
"""

from coach.core import commands as cmd
from coach.core import effects as eff
from coach.core import events as ev
from coach.core.checks import edited_since_verification
from coach.core.control import fixed_lines
from coach.core.decide.evidence import CLOSED, start_run
from coach.core.decide.shape import Decision, Draft, Refusal, decide
from coach.core.proving import fails_alone, not_asked, passes_needed
from coach.core.run import Purpose, Run, RunRequest
from coach.core.session import SessionState
from coach.core.target import Target
from coach.core.verifying import baseline_of, verify

PLANNED: frozenset[Purpose] = frozenset({"verify", "reverted", "suite", "baseline"})
"""Runs that lead to the next one by themselves; a control does when its answer is read."""
CONTROL_SECONDS = 8.0
MOST_REVERTED = 10
"""Runs without the fix, for a failure that shows only sometimes; the first red one is enough."""
_MAY_FAIL_TO_START = {"reverted", "control"}


@decide.register
def _(_message: cmd.Verify, state: SessionState) -> Decision | Refusal:
    if state.closed:
        return CLOSED
    if state.plan:
        return Refusal("a verification is under way")
    draft = Draft(state)
    draft.record(ev.VerificationBegan(plan=_plan(state)))
    if state.pin:
        draft.perform(eff.ReadTest(test=state.pin.test))
    if state.opened and state.opened.checkout.tree:
        draft.perform(eff.ReadChanges(base=state.opened.checkout.tree, label="the session opened"))
    continue_plan(draft)
    return draft.done()


def _plan(state: SessionState) -> tuple[Purpose, ...]:
    repeats = passes_needed(state)
    has_tree = bool(state.opened and state.opened.checkout.tree)
    plan: list[Purpose] = ["verify"] * repeats
    if has_tree:
        plan += ["reverted"] * min(repeats, MOST_REVERTED)
    if state.target.kind == "pytest":
        if state.pin and has_tree and not not_asked(state):
            plan.append("control")
        plan.append("suite")
        if has_tree and baseline_of(state) is None:
            plan.append("baseline")
    return tuple(plan)


def continue_plan(draft: Draft) -> None:
    """Start the next run of the plan, or judge when there is none."""
    following = _following(draft.state)
    if following is None:
        draft.record(ev.VerificationJudged(verification=verify(draft.state)))
    elif following == "control":
        _start_control(draft)
    elif following == "reverted":
        _start_reverted(draft)
    elif following == "verify":
        start_run(draft, "verify", target=_with_pin(draft.state))
    else:
        start_run(draft, following)


def _following(state: SessionState) -> Purpose | None:
    done = [run for run in state.runs if run.number >= state.plan_start]
    for purpose in dict.fromkeys(state.plan):
        made = [run for run in done if run.request.purpose == purpose]
        is_enough = purpose == "reverted" and any(run.failing for run in made)
        if len(made) < state.plan.count(purpose) and not is_enough:
            return purpose
    return None


def _with_pin(state: SessionState) -> Target | None:
    """Return the target with the pinned test when it does not hold it: the regression test is what must be green."""
    pin, words = state.pin, state.target.words
    if (
        pin is None
        or state.target.kind != "pytest"
        or not words
        or any(_holds(word, pin.test) for word in words)
    ):
        return None
    return state.target.model_copy(update={"words": (*words, pin.test)})


def _holds(word: str, test: str) -> bool:
    """Whether pytest runs the test when it is given the word: itself, a class, file or folder around it."""
    around = (f"{word}::", f"{word}[", f"{word.rstrip('/')}/")
    return word in {test, "."} or test.startswith(around)


def _start_reverted(draft: Draft) -> None:
    state = draft.state
    assert state.opened is not None, "the plan has no such run without a tree"
    is_test = state.pin is not None and state.target.kind == "pytest" and fails_alone(state)
    number = state.last_number + 1
    request = RunRequest(
        number=number,
        purpose="reverted",
        target=Target(words=(state.pin.test,))
        if is_test and state.pin
        else (_with_pin(state) or state.target),
        hash_seed=number * 2_654_435_761 % 2**32,
        without=state.opened.checkout.tree,
        focus=state.pin.path if state.pin else "",
    )
    draft.record(ev.RunStarted(request=request))
    draft.perform(eff.StartRun(request=request))


def _start_control(draft: Draft) -> None:
    state = draft.state
    assert state.pin is not None, "the plan has no such run without a pinned test"
    lines = fixed_lines(state.changes) if state.changes else {}
    request = RunRequest(
        number=state.last_number + 1,
        purpose="control",
        target=Target(words=(state.pin.path,)),
        focus=state.pin.test,
        mutate=CONTROL_SECONDS,
        control=True,
    )
    draft.record(ev.RunStarted(request=request))
    places = tuple(eff.MutationPlace(path=path, lines=numbers) for path, numbers in lines.items())
    draft.perform(eff.StartRun(request=request, places=places))


@decide.register
def _(message: eff.ControlSeen, state: SessionState) -> Decision | Refusal:
    if not state.plan or message.control.run < state.plan_start:
        return Refusal("the verification this belongs to is over")
    draft = Draft(state)
    draft.record(ev.ControlMeasured(control=message.control))
    continue_plan(draft)
    return draft.done()


def go_on_without(draft: Draft, run: Run, why: str) -> None:
    """Go on after a run of the plan that could not be made: what it would have shown is missing, the rest is not."""
    if run.request.purpose in _MAY_FAIL_TO_START:
        continue_plan(draft)
    else:
        draft.record(ev.VerificationVoided(why=why))


@decide.register
def _(message: cmd.AnswerObjection, state: SessionState) -> Decision | Refusal:
    """Record why an objection is none; the verification that was made is judged anew on the same runs."""
    if state.verification is None:
        return Refusal("nothing is verified yet; v verifies")
    if not message.reason.strip():
        return Refusal("an objection needs a reason: why is it fine?")
    named = [
        (check.name, each.key)
        for check in state.verification.checks
        for each in check.objections
        if message.objection.strip() in {each.key, each.text}
    ]
    if not named:
        known = [
            each.key for check in state.verification.missing for each in check.objections if not each.answer
        ]
        return Refusal(
            f"no objection {message.objection!r}; " + (f"known: {known[0]}" if known else "there is none")
        )
    draft = Draft(state)
    check, key = named[0]
    draft.record(ev.ObjectionAnswered(check=check, objection=key, reason=message.reason))
    if not state.plan and not edited_since_verification(state):
        draft.record(ev.VerificationJudged(verification=verify(draft.state)))
    return draft.done()
