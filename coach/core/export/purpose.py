"""What the reader is asked to do: named by the engineer, or what the facts allow.

A fix is asked for when the place is known: by a hypothesis that held, a written cause, or a place with two kinds of evidence.
Before that a fix would be a guess, and an assistant that may guess will.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from coach.core.export.blocks import Block
from coach.core.export.quoting import Cleaner
from coach.core.localize.isolation import isolation
from coach.core.session.state import SessionState
from coach.core.workflow.gates import edited_since_verification

Purpose = Literal["reproduce", "test", "cause", "fix", "review", "handover"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


class Chosen(NamedTuple):
    """What is asked, and why that."""

    purpose: Purpose
    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    task: str
    question: str
    shape: tuple[str, ...]
    may_edit: str = ""
    """What may be written; empty when nothing may."""


_ASKS: dict[Purpose, Ask] = {
    "reproduce": Ask(
        "Say what this failure depends on. Do not fix anything yet.",
        "What has to be the same for it to fail every time, and which command shows that?",
        (
            "the condition you suspect, with the run or line it rests on",
            "one or two exact commands to run, and what each outcome of them would mean",
        ),
    ),
    "test": Ask(
        "Write the failing test only. Do not touch the code under test.",
        "What is the smallest test that fails for this reason and for no other?",
        (
            "the test, complete, and the file it belongs to",
            "why it is red now: the exception and message it will show",
            "why it would pass on correct code",
        ),
        "one test",
    ),
    "cause": Ask(
        "Find the root cause. Do not fix it yet.",
        "Where does the first wrong value come from?",
        (
            "the cause in one sentence, as file:line, with the lines and run numbers it rests on",
            "what speaks against it, and which command or printed value would decide",
        ),
    ),
    "fix": Ask(
        "Fix the cause within these limits.",
        "What is the smallest change that removes the cause, not the symptom?",
        (
            "the cause in one sentence, as file:line, with its evidence",
            "the change as one unified diff",
            "where else the same mistake may be",
        ),
        "the cause, and nothing else",
    ),
    "review": Ask(
        "Review this fix. Do not rewrite it.",
        "Does the change remove the cause, or does it hide the symptom?",
        (
            "your verdict in one sentence",
            "an input for which the changed code is still wrong, or the reason why there is none",
            "what the tests would not notice",
        ),
    ),
    "handover": Ask(
        "Take this session over from where it stands.",
        "What is the next thing to find out or to do, and why that?",
        ("what is known and on which runs it rests", "the next step, as one command"),
        "what the next step needs, within the limits below",
    ),
}


def ask_of(purpose: Purpose) -> Ask:
    """Return the words of a purpose."""
    return _ASKS[purpose]


def chosen(state: SessionState) -> Chosen:
    """Choose what the facts allow to ask, and say which fact decided."""
    if state.last_failure is None:
        return Chosen("reproduce", "no run has shown the failure yet")
    newest = state.last_target_run
    if newest and newest.judged and newest.judged.outcome == "PASS":
        return _of_a_green_one(state)
    rate = state.reproduced or state.reproduction
    if known := _cause(state):
        return Chosen("fix", known)
    if rate and not rate.is_stable and not _axis(state):
        return Chosen("reproduce", f"it failed in {rate.failures} of {rate.runs} cold runs: flaky")
    if state.pin is None and not state.target.can("select") and state.step_id == "failing-test":
        return Chosen("test", "no test stands for the failure yet")
    return Chosen("cause", f"it is red, and the place is open: {isolation(state.standing_suspects).why}")


def purpose_of(state: SessionState) -> Purpose:
    """Return what the facts allow to ask."""
    return chosen(state).purpose


def _of_a_green_one(state: SessionState) -> Chosen:
    is_proven = state.verification is not None and state.verification.verdict == "verified"
    if is_proven and not edited_since_verification(state):
        return Chosen("handover", "it is green, and the fix is verified")
    rate = state.reproduced
    if rate and not rate.is_stable and not state.edits and not state.attempts:
        return Chosen(
            "reproduce",
            f"it failed in {rate.failures} of {rate.runs} cold runs and nothing was edited: flaky",
        )
    return Chosen("review", "it is green, and nothing has proven the fix yet")


def _cause(state: SessionState) -> str:
    """Say by what the cause is known well enough to be fixed; empty while it is not."""
    if state.root_cause.strip():
        return "the root cause is written down"
    held = next((each for each in state.hypotheses if each.verdict == "SUPPORTED"), None)
    if held:
        return f"hypothesis H{held.id} held"
    found = isolation(state.standing_suspects)
    return f"the place has two kinds of evidence: {found.why}" if found else ""


def _axis(state: SessionState) -> str:
    """Return what a flake was measured to depend on; empty: not known."""
    tables = [
        found.table.axis
        for each in state.searches
        if each.result and (found := each.result.found) and found.kind == "flake"
    ]
    return tables[-1] if tables and tables[-1] in {"order", "hash seed", "stable"} else ""


def ask_blocks(_state: SessionState, purpose: Purpose, _clean: Cleaner) -> tuple[Block, ...]:
    """Ask the question at the end, with the shape of the answer."""
    ask = ask_of(purpose)
    lines = [
        f"{ask.task} {ask.question}",
        "Answer in this order:",
        *(f"{number}. {each}" for number, each in enumerate(ask.shape, 1)),
        "If information is missing, do not guess: say which command to run and what its output would decide.",
    ]
    return (Block("\n".join(lines), what="the ask"),)
