"""The one next move, and why: never two, never a lecture."""

from dataclasses import dataclass

from coach.core.checks import Checked, following, missing, runs_alone
from coach.core.isolate.leads import evidence_from_searches
from coach.core.reproduction import not_reproduced
from coach.core.search import Lead
from coach.core.session import SessionState


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence and the action that does it (an id of the key registry; empty when only a person can)."""

    text: str
    action: str = ""
    is_good: bool = False
    """Whether something has just been achieved."""


_FOR_CHECK: dict[str, Advice] = {
    "failure-seen": Advice("Make it fail: run the target.", "run"),
    "same-failure": Advice("Measure how often it fails before believing it.", "reproduce"),
    "spec-says-what-is-wrong": Advice("Say in one line each what should happen and what happens.", "spec"),
    "test-pinned": Advice("Pin the failing test, so that nobody can move the goal.", "pin"),
    "red-for-the-reason": Advice("It must fail for the reproduced reason, not for its own set-up.", "run"),
    "runs-alone": Advice("Run the pinned test alone: small and quick to repeat.", "reproduce"),
    "suspects-backed-by-a-run": Advice("Run it red once more: the failing run names the suspects.", "run"),
    "suspects-at-most": Advice("Too many places to look at: rule out what cannot be it.", "rule-out"),
    "hypothesis-supported": Advice(
        "Write what you think is wrong and what you will see if it is.", "hypothesis"
    ),
    "rate-measured": Advice("Measure how often it fails before believing any green.", "reproduce"),
    "culprit-found": Advice("Let the history say which commit brought it.", "searches"),
    "axis-named": Advice("Try what it may depend on: seed, order, time.", "searches"),
    "polluter-found": Advice("Find the tests without which it passes.", "searches"),
    "passes-alone": Advice("Run the failing test alone: does it pass?", "narrow"),
    "notes-at-least": Advice("Write down what was seen, and when.", "note"),
    "budget-set": Advice("Say how long it may take: longer is red.", "budget"),
    "questions-answered": Advice("Answer what production will ask.", "root-cause"),
    "verified": Advice("Prove it: green with the fix, red without, nothing else broken.", "verify"),
    "root-cause-written": Advice("Write the root cause while you know it.", "root-cause"),
    "confirmed": Advice("Look at the checks. If you agree, confirm.", "confirm"),
}


def advise(state: SessionState) -> Advice:
    """Return the next move for a state."""
    return _closed(state) or _running(state) or _loop(state) or _trouble(state) or _gate(state)


def _closed(state: SessionState) -> Advice | None:
    if state.closed is None:
        return None
    return Advice(
        f"This session is closed: {state.closed.ending}.", "export", is_good=state.closed.ending == "verified"
    )


def _running(state: SessionState) -> Advice | None:
    if not state.under_way:
        return None
    run = state.under_way[-1]
    if state.series_start is not None:
        done = sum(each.is_over for each in state.runs if each.number >= (state.series_start or 0))
        return Advice(f"Reproducing: cold run {done + 1}, fresh hash seed.", "cancel")
    if state.plan:
        position = min(len(state.plan), run.number - state.plan_start + 1)
        return Advice(f"Verifying: run {position} of {len(state.plan)}.", "cancel")
    return Advice("Running …", "cancel")


def _loop(state: SessionState) -> Advice | None:
    """Put a loop that was noticed and not answered before everything the gates ask for."""
    loop = state.standing_loop
    return Advice(loop.move, loop.action) if loop else None


def trouble_of(state: SessionState) -> str:
    """Return why the newest run says nothing of the target; empty when it does, or was stopped."""
    last = state.last_run
    if last and last.judged and last.judged.remark == "broken edit":
        return last.judged.reason
    if last and last.report and last.judged and last.judged.outcome == "UNRESOLVED" and not last.failing:
        ending = last.report.ending
        return last.judged.reason if ending.kind not in {"cancelled", "superseded"} else ""
    return ""


def _trouble(state: SessionState) -> Advice | None:
    trouble = trouble_of(state)
    if trouble:
        return Advice(trouble, "run")
    if state.pin and not state.pin.is_intact:
        return Advice("The pinned test changed: restore it, or unpin it with a reason.", "pin")
    return None


def _gate(state: SessionState) -> Advice:
    step = state.step
    if step is None:
        return Advice("Start with a failing test.", "reproduce")
    open_checks = missing(state, step)
    if open_checks:
        return _for_check(state, open_checks[0])
    then = following(state)
    if then is None:
        return Advice("Verified. Close the session, or hand the story on.", "close", is_good=True)
    return Advice(f"{step.title} is done. Next: {then.title}.", "next-step", is_good=True)


def _lead(lead: Lead) -> str:
    """Say what a search found by experiment, with its place."""
    place = f"{lead.path}:{lead.start}" if lead.start else lead.path
    return f"{place}: {lead.reason.partition(' (')[0]}"


def _for_check(state: SessionState, open_check: Checked) -> Advice:
    measured = state.reproduction
    if (
        open_check.name in {"failure-seen", "same-failure"}
        and measured
        and measured.runs > measured.failures < 2
    ):
        return Advice(f"{not_reproduced(measured)}: what differs where it failed?", "reproduce")
    if open_check.name == "runs-alone" and any(
        run.judged and run.judged.outcome == "PASS" for run in runs_alone(state)
    ):
        return Advice("Alone it passes: find the tests before it without which it passes.", "searches")
    if open_check.name == "hypothesis-supported" and state.open_hypotheses:
        return Advice(
            f"H{state.open_hypotheses[-1].id} waits: make the one change it predicts about and save.", "judge"
        )
    if open_check.name == "hypothesis-supported" and (leads := evidence_from_searches(state)):
        return Advice(f"{_lead(leads[0])}. Say what is wrong there.", "hypothesis")
    if open_check.name == "verified" and state.verification and state.verification.missing:
        first = state.verification.missing[0]
        return Advice(f"Partial: {first.title}: {first.figure}.", "verify")
    return _FOR_CHECK.get(open_check.name, Advice(open_check.title))
