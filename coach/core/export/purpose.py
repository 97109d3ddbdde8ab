"""What the reader is asked to do, chosen by the step: task, boundaries, what is expected, and answer shape.

Early steps forbid a fix: an assistant that may fix will, before anybody knows the cause.
"""

from dataclasses import dataclass
from typing import Literal

from coach.core.export.blocks import Block, Drop
from coach.core.export.quoting import Cleaner
from coach.core.session.state import SessionState
from coach.core.spec.spec import Spec, TeamRules

Purpose = Literal["reproduce", "failing-test", "isolate", "hypothesize", "fix", "review"]


@dataclass(frozen=True, slots=True)
class Ask:
    task: str
    question: str
    shape: tuple[str, ...]
    may_edit: str
    """What may be written; empty when nothing may."""


_ASKS: dict[Purpose, Ask] = {
    "reproduce": Ask(
        "Say how to reproduce this failure more reliably. Do not fix anything yet.",
        "What has to be the same for it to fail every time, and which command shows that?",
        (
            "the condition you suspect, with the run or line it rests on",
            "one or two exact commands to run",
            "what each possible outcome of them would mean",
        ),
        "",
    ),
    "failing-test": Ask(
        "Write the failing test only. Do not touch the code under test.",
        "What is the smallest test that fails for this reason and for no other?",
        (
            "the test, complete, and the file it belongs to",
            "why it is red now: the exception and message it will show",
            "why it would pass on correct code",
        ),
        "one test",
    ),
    "isolate": Ask(
        "Find the root cause. Do not fix it yet.",
        "Where does the first wrong value come from?",
        (
            "the cause in one sentence, as file:line",
            "the evidence: quote the lines and run numbers it rests on",
            "what speaks against it, and the next check if you are not sure",
        ),
        "",
    ),
    "hypothesize": Ask(
        "Propose one hypothesis with a prediction. Do not fix anything yet.",
        "What is wrong, and what will be seen if that is so?",
        (
            "the claim in one sentence, as file:line; none of those ruled out",
            "the prediction: what one named command or print will show if it holds, and what if it does not",
            "the evidence so far: quote lines and run numbers",
        ),
        "",
    ),
    "fix": Ask(
        "Fix the cause within these limits.",
        "What is the smallest change that removes the cause, not the symptom?",
        (
            "the cause in one sentence, as file:line, with its evidence",
            "the change as one unified diff, inside the allowed files only",
            "why the failing test passes then, and where else the same mistake may be",
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
        "",
    ),
}


_EARLY: dict[str, Purpose] = {"reproduce": "reproduce", "failing-test": "failing-test", "isolate": "isolate"}


def purpose_of(state: SessionState) -> Purpose:
    """Choose what to ask for by the step, and in the last steps by what is known and green."""
    step = state.step_id
    if step in _EARLY:
        return _EARLY[step]
    newest = state.target_runs[-1] if state.target_runs else None
    is_green = bool(newest and newest.judged and newest.judged.outcome == "PASS")
    knows_cause = bool(state.root_cause.strip()) or any(
        each.verdict == "SUPPORTED" for each in state.hypotheses
    )
    if step == "verify":
        return "review" if is_green else "fix"
    if step == "hypothesize":
        return "fix" if knows_cause and not is_green else "hypothesize"
    return "fix" if knows_cause else "isolate"


def task_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Name the failing test and what is wanted, in two lines."""
    test = state.pin.test if state.pin else state.target.label
    lines = [f"Failing: {clean.code(test, 400)}", _ASKS[purpose_of(state)].task]
    return (Block("\n".join(f"- {line}" for line in lines), what="the task"),)


def boundaries_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Three tiers: always, ask first, never."""
    spec = state.spec
    lines = [
        "- Always: name the run number or file:line a statement rests on; keep to one cause; check with the command given.",
        f"- May be written: {_ASKS[purpose_of(state)].may_edit or 'nothing; answer in words'}.",
    ]
    lines += [f"- Never: {each}." for each in _never(state, clean)]
    limits = [f"- Stop and ask first when: {_stop_and_ask(spec, clean)}."]
    for name, words, patterns in (
        ("scope", "Allowed files", spec.scope),
        ("protected", "Never touch", spec.protected),
    ):
        if patterns:
            listed = ", ".join(clean.code(each, 120) for each in patterns)
            limits.append(f"- {words}{_by(spec, name)}: {listed}.")
    for name, words in (("non_goals", "Not a goal"), ("failure_modes", "Not a fix")):
        said = clean.code if spec.is_reported(name) else clean.line
        limits += [f"- {words}{_by(spec, name)}: {said(each, 200)}." for each in getattr(spec, name)]
    rules = Block("\n".join(lines), what="boundaries")
    blocks = [rules, Block("\n".join(limits), "the engineer's spec", "engineer", what="limits of the fix")]
    if team := _team_rules(state.rules, clean):
        blocks.append(Block("\n".join(team), "the team's rules", "engineer", what="the team's rules"))
    return tuple(blocks)


def _team_rules(rules: TeamRules, clean: Cleaner) -> list[str]:
    """Name the team's rules as theirs. They come from a file of the project: in code spans, so that odd ones are reported."""
    words = {
        "keep": rules.constraints,
        "not a goal": rules.non_goals,
        "never touch": rules.protected,
        "stop and ask when": rules.stop_and_ask,
    }
    lines = [f"- Team rule, {word}: {clean.code(each, 200)}" for word, rule in words.items() for each in rule]
    if rules.files:
        names = ", ".join(clean.code(each, 120) for each in rules.files)
        lines.append(f"- More rules of the team, in the project: {names}. Read them before the first edit.")
    return lines


def spec_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Tell what the engineer expects; what was not said is named as such, never guessed."""
    spec = state.spec
    own: list[str] = []
    reported: list[str] = []
    for name, label, entries in (
        ("expected", "Expected", (spec.expected,)),
        ("actual", "Actual", (spec.actual,)),
        ("since", "Since", (spec.since,) if spec.since else ()),
        ("constraints", "Constraint", spec.constraints),
        ("edge_cases", "Edge case", spec.edge_cases),
        ("questions", "Open question", spec.questions),
        ("acceptance", "Accepted when", spec.acceptance),
    ):
        limit = 800 if name in {"expected", "actual"} else 300
        lines = [f"- {label}: {clean.line(each, limit) or 'not said'}" for each in entries]
        (reported if spec.is_reported(name) else own).extend(lines)
    team = (each for each in dict.fromkeys(state.rules.acceptance) if each not in spec.acceptance)
    own += [f"- Accepted when: {clean.line(each)}" for each in team]
    said = "\n".join(reported)
    return (
        Block("\n".join(own), "the engineer's spec", "engineer", Drop.THE_REST, "the spec"),
        Block(said, "a report that was passed on", "report", Drop.THE_REST, "what the report says"),
        Block(
            f"- In the end, done means: {_done(state, clean)}.", drop=Drop.THE_REST, what="what done means"
        ),
    )


def _done(state: SessionState, clean: Cleaner) -> str:
    """Say what coach checks before it calls the defect fixed."""
    test = "the pinned test" if state.pin else "the failing test"
    if not state.target.can("select"):
        test = clean.code(state.target.label, 200)
    parts = [f"{test} passes, unchanged, in cold runs"]
    if state.target.can("suite"):
        parts.append("the whole suite has no new failure and no test fewer")
    if state.spec.scope or state.protected:
        parts.append("only allowed files changed")
    parts.append("the root cause is written down")
    return "; ".join(parts)


def ask_blocks(state: SessionState, _clean: Cleaner) -> tuple[Block, ...]:
    """Ask the question again, at the end, with the shape of the answer."""
    ask = _ASKS[purpose_of(state)]
    lines = [
        f"{ask.task} {ask.question}",
        "Answer in this order:",
        *(f"{number}. {each}" for number, each in enumerate(ask.shape, 1)),
        "If information is missing, do not guess: say which command to run and what its output would decide.",
    ]
    return (Block("\n".join(lines), what="the ask"),)


def _by(spec: Spec, name: str) -> str:
    """Say of a limit that it is a report's, and so in quotes."""
    return ", says the report" if spec.is_reported(name) else ""


def _stop_and_ask(spec: Spec, clean: Cleaner) -> str:
    said = clean.code if spec.is_reported("stop_and_ask") else clean.line
    reasons = [said(each, 300) + _by(spec, "stop_and_ask") for each in spec.stop_and_ask]
    reasons += (
        ["the cause lies outside the allowed files"] if spec.scope else ["more than one file has to change"]
    )
    reasons += [
        "the test looks wrong",
        "two attempts left the same failure",
        "the spec is silent on the case",
    ]
    return "; ".join(reasons)


def _never(state: SessionState, clean: Cleaner) -> list[str]:
    rules = []
    if state.pin:
        rules.append(f"edit, skip or weaken the pinned test {clean.code(state.pin.test, 200)}")
    else:
        rules.append("edit, skip or weaken a test to make it pass")
    rules.append("swallow the exception, retry, sleep or special-case the failing input")
    return rules
