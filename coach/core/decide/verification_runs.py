"""The verification of a fix: what it runs, in which order, and when it is judged.

Cheap and telling runs first: the target, the same tests without the fix (unless the suite as it was will tell), small wrong
fixes, the values that were predicted, acceptance commands, then the whole suite and, once, the suite as it was. A run that cannot be made is not
shown; only an edit makes the whole verification void.
"""

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.decide.assistant_limits import why_no_run_by, why_not_proven_by
from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.run_start import about, start_next, start_run
from coach.core.experiments.trial_request import Trial
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.instrument import MutateFix
from coach.core.runs.pin_reading import to_be_read_again
from coach.core.runs.run import Purpose, Run
from coach.core.runs.target import Target
from coach.core.session.state import SessionState
from coach.core.verify.acceptance import runnable, words_of
from coach.core.verify.as_hoped import as_hoped
from coach.core.verify.fix_checks import fails_alone, fails_as_before, made_for, no_control, passes_needed
from coach.core.verify.negative_control import fixed_lines
from coach.core.verify.recheck import to_look_at, to_recheck
from coach.core.verify.suite import baseline_of, is_suite, to_run_again, to_run_before
from coach.core.verify.verdict import verify
from coach.core.verify.verification import Verification
from coach.core.verify.without_fix import awaits_baseline
from coach.core.workflow.applicable import subject
from coach.core.workflow.gates import edited_since_verification

PLANNED: frozenset[Purpose] = frozenset({"verify", "reverted", "suite", "baseline", "again", "again-before"})
"""Runs that lead to the next one by themselves; the others do when their answer is read."""
CONTROL_SECONDS = 8.0
AT_ONCE = 8
"""Repeats that are handed to a cluster together: as many as a state can have under way."""
MAX_REVERTED = 10
"""Runs without the fix, for a failure that shows only sometimes; the first red one is enough."""
_MAY_FAIL_TO_START = {"reverted", "control", "recheck", "acceptance", "again", "again-before"}


@decide.register
def _(message: cmd.Verify, state: SessionState) -> Decision | Refusal:
    asks = message.by or state.held_by
    if why_not := (
        why_not_verified(state) or why_not_proven_by(asks, state) or why_no_run_by(message.by, state)
    ):
        return Refusal(why_not)
    draft = Draft(state)
    commands = tuple(each for each in runnable(state) if each in message.acceptance)
    draft.perform(eff.ExpectRun())  # what an earlier one left ready was made before this edit
    draft.record(ev.VerificationBegan(plan=_plan(state, len(commands)), acceptance=commands, on=message.on))
    if state.pin:
        draft.perform(to_be_read_again(state))
    if state.opened and state.opened.checkout.tree:
        last = state.last_target_run
        base = state.opened.checkout.tree
        draft.perform(
            eff.ReadChanges(
                base=base, label="the session opened", proof=True, loaded_in=last.number if last else 0
            )
        )
    continue_plan(draft)
    return draft.done()


def why_not_verified(state: SessionState) -> str:
    """Say why no verification can begin now; empty when one can."""
    if state.closed:
        return CLOSED.reason
    return "a verification is under way; ‹cancel› stops it" if state.plan else ""


def _plan(state: SessionState, commands: int) -> tuple[Purpose, ...]:
    repeats = passes_needed(state)
    has_tree = bool(state.opened and state.opened.checkout.tree)
    plan: list[Purpose] = ["verify"] * repeats
    if has_tree:
        plan += ["reverted"] * min(repeats, MAX_REVERTED)
    if state.target.can("mutate") and subject(state) and has_tree and not no_control(state):
        plan.append("control")
    if state.target.can("logpoint"):
        plan += ["recheck"] * len(to_recheck(state))
    plan += ["acceptance"] * commands
    if state.target.can("suite"):
        if not is_suite(state):
            plan.append("suite")
        if has_tree and baseline_of(state) is None:
            plan.append("baseline")
    return tuple(plan)


def continue_plan(draft: Draft) -> None:
    """Start the next run of the plan, or judge when there is none."""
    following = _following(draft.state)
    beside = [run for run in draft.state.under_way if run.request.on and run.number >= draft.state.plan_start]
    if beside:
        if any(run.request.purpose != following for run in beside):
            draft.perform(eff.StopRuns(superseded=True))  # enough is known without them
        return
    if following is None:
        draft.record(ev.VerificationJudged(verification=verify(draft.state)))
    else:
        begun = Draft(draft.state)
        _start(begun, following)
        expect_next(draft, begun.state)  # in front of it: what is ready is let go at once
        draft.take(begun.done())


def expect_next(draft: Draft, state: SessionState) -> None:
    """Have the run made ready that follows in a state, if what is under way there comes out as is hoped for."""
    if not state.plan or state.plan_on:
        return
    hoped = Draft(as_hoped(state))
    if following := _following(hoped.state):
        _start(hoped, following)
    draft.perform(
        *(eff.ExpectRun(asked=each) for each in hoped.done().effects if isinstance(each, eff.StartRun))
    )


def _start(draft: Draft, following: Purpose) -> None:
    if following == "control":
        _start_control(draft)
    elif following == "reverted":
        for number in range(_at_once(draft.state, following)):
            _start_reverted(draft, is_beside=number > 0)
    elif following == "recheck":
        _start_recheck(draft)
    elif following == "acceptance":
        _start_acceptance(draft)
    elif following == "verify":
        for number in range(_at_once(draft.state, following)):
            _start_verify(draft, is_beside=number > 0)
    elif following in {"again", "again-before"}:
        _start_again(draft, following)
    else:
        start_run(draft, following)


def _cluster(state: SessionState, purpose: Purpose) -> str:
    """Return the cluster that the next run of a kind is carried out on; empty: this machine.

    The first run of the target is of the checkout itself: what is proven is green here. When something could not be carried
    out on the cluster, the verification goes on here.
    """
    is_first = purpose == "verify" and not _made(state, purpose)
    undone = (run for run in state.runs_after(state.plan_start - 1) if run.is_left_undone)
    is_lost = any(run.report and run.report.ending.kind == "not_started" for run in undone)
    return "" if is_first or is_lost else state.plan_on


def _at_once(state: SessionState, purpose: Purpose) -> int:
    """Return how many runs of a kind begin beside each other: on a cluster those that are missing, else one."""
    missing = state.plan.count(purpose) - _made(state, purpose)
    return min(missing, AT_ONCE) if _cluster(state, purpose) else 1


def _following(state: SessionState) -> Purpose | None:
    """Return what the plan asks for next; nothing more once the failure is seen again: the suite would take minutes for it."""
    done = _of_plan(state)
    if fails_as_before(state, done):
        return None
    for purpose in dict.fromkeys(state.plan):
        made = made_for(done, purpose)
        wanted = len(to_look_at(state)) if purpose == "recheck" else state.plan.count(purpose)
        is_enough = purpose == "reverted" and (
            any(run.failing for run in made) or awaits_baseline(state, done)
        )
        if len(made) < wanted and not is_enough:
            return purpose
    if not made_for(done, "again") and to_run_again(state, done):
        return "again"
    if not made_for(done, "again-before") and _tree(state) and to_run_before(state, done):
        return "again-before"
    return None


def _tree(state: SessionState) -> str:
    return state.opened.checkout.tree if state.opened else ""


def _start_again(draft: Draft, purpose: Purpose) -> None:
    """Run newly red tests of the suite without the rest of it: now, or on the tree before the fix."""
    state = draft.state
    done = _of_plan(state)
    is_before = purpose == "again-before"
    tests = to_run_before(state, done) if is_before else to_run_again(state, done)
    tree = _tree(state) if is_before else ""
    start_next(draft, purpose, state.target.only(*tests), tree=tree, about=tests)


def _with_pin(state: SessionState) -> Target | None:
    """Return what must be green where it is not the target as it is: with the pinned test, without old failures."""
    pin, words = state.pin, state.target.words
    if not state.target.can("select"):
        return None
    if state.reference and state.reference.beside:
        return state.target.only(*about(state))  # old failures beside it are the suite's
    if pin is None or not words or any(_holds(word, pin.test) for word in words):
        return None
    return state.target.only(*words, pin.test)


def _holds(word: str, test: TestId) -> bool:
    """Whether the test runs when its runner is given the word: itself, a class, file or folder around it."""
    return word == "." or test.is_under(word)


def _start_verify(draft: Draft, *, is_beside: bool) -> None:
    on = _cluster(draft.state, "verify")
    start_run(draft, "verify", target=_with_pin(draft.state), on=on, is_beside=is_beside)


def _start_reverted(draft: Draft, *, is_beside: bool) -> None:
    state = draft.state
    assert state.opened is not None, "the plan has no such run without a tree"
    is_test = state.pin is not None and state.target.can("select") and fails_alone(state)
    alone = state.target.only(state.pin.test) if is_test and state.pin else None
    start_next(
        draft,
        "reverted",
        alone or _with_pin(state) or state.target,
        without=state.opened.checkout.tree,
        focus=state.pin.path if state.pin else "",
        on=_cluster(state, "reverted"),
        is_beside=is_beside,
    )


def _start_control(draft: Draft) -> None:
    state = draft.state
    test = subject(state)
    assert test, "the plan has no such run without a test"
    lines = fixed_lines(state.changes) if state.changes else {}
    places = tuple(eff.MutationPlace(path=path, lines=numbers) for path, numbers in lines.items())
    target = state.target.only(state.pin.path if state.pin else test.file)
    control = MutateFix(seconds=CONTROL_SECONDS)
    on = _cluster(state, "control")
    start_next(draft, "control", target, places=places, focus=test, instrument=control, on=on)


def _start_recheck(draft: Draft) -> None:
    """Look once more where a prediction was seen, in the test it was seen in."""
    state = draft.state
    seen, place = to_look_at(state)[_made(state, "recheck")]
    test = seen.observed.test
    start_next(draft, "recheck", state.target.only(test), focus=test, instrument=place)


def _start_acceptance(draft: Draft) -> None:
    command = draft.state.plan_acceptance[_made(draft.state, "acceptance")]
    variables, words = words_of(command)
    trial = Trial(kind="command", variables=variables, exit_code=0)
    start_next(
        draft,
        "acceptance",
        Target(kind="command", words=words),
        instrument=trial,
        variation=trial.variation(NO_TEST),
    )


def _made(state: SessionState, purpose: Purpose) -> int:
    return len(made_for(_of_plan(state), purpose))


def _of_plan(state: SessionState) -> tuple[Run, ...]:
    """Return the runs of the verification that are over, but for those that a cluster left undone."""
    made = (run for run in state.runs_after(state.plan_start - 1) if run.is_over)
    return tuple(run for run in made if not run.is_left_undone)[::-1]


@decide.register
def _(message: obs.ControlSeen, state: SessionState) -> Decision | Refusal:
    if not state.plan or message.control.run < state.plan_start:
        return Refusal("the verification this belongs to is over")
    draft = Draft(state)
    draft.record(ev.ControlMeasured(control=message.control))
    continue_plan(draft)
    return draft.done()


def go_on_without(draft: Draft, run: Run, why: str) -> None:
    """Go on after a run of the plan that could not be made: what it would have shown is missing, the rest is not."""
    if run.request.on or run.request.purpose in _MAY_FAIL_TO_START:
        continue_plan(draft)
    else:
        draft.record(ev.VerificationVoided(why=why))


def why_not_answered(state: SessionState) -> str:
    """Say why nothing that speaks against the fix can be answered now; empty when something can."""
    if state.verification is None:
        return "nothing is verified yet; ‹verify› verifies"
    return "" if state.verification.standing else "nothing speaks against the fix that can be answered"


@decide.register
def _(message: cmd.AnswerObjection, state: SessionState) -> Decision | Refusal:
    """Record why an objection is none; the verification that was made is judged anew on the same runs."""
    if state.verification is None:
        return Refusal(why_not_answered(state))
    if not message.reason.strip():
        return Refusal("an objection needs a reason: why is it fine?")
    named = _named(state.verification, message.objection.strip())
    if not named:
        known = [
            each.key for check in state.verification.missing for each in check.objections if not each.answer
        ]
        return Refusal(
            f"no objection {message.objection!r}; " + (f"known: {known[0]}" if known else "there is none")
        )
    draft = Draft(state)
    for check, key in dict.fromkeys(named):  # one answer for all lines that say the same
        draft.record(ev.ObjectionAnswered(check=check, objection=key, reason=message.reason))
    if not state.plan and not edited_since_verification(state):
        draft.record(ev.VerificationJudged(verification=verify(draft.state)))
    return draft.done()


def _named(verification: Verification, said: str) -> list[tuple[str, str]]:
    """Return (check, key) of the objection that is meant: by its key or text; by a line's name all that stand in it.

    Two lines may object in the same words, such as "the suite was not run": the one that nobody answered is meant.
    """
    whole = [
        (check.name, each.key)
        for check in verification.missing
        for each in check.objections
        if check.name == said and not each.answer
    ]
    alike = [
        (bool(each.answer), check.name, each.key)
        for check in verification.checks
        for each in check.objections
        if said in {each.key, each.text}
    ]
    return whole or [(name, key) for _, name, key in sorted(alike, key=lambda each: each[0])[:1]]
