"""What the engineer expects and the limits of a fix: the spec, the team's rules, what coach checks before it says *fixed*."""

from coach.core.export.blocks import Block, Drop
from coach.core.export.purpose import Purpose, ask_of
from coach.core.export.quoting import Cleaner
from coach.core.session.state import SessionState
from coach.core.spec.spec import Spec, TeamRules

_EDITS: frozenset[Purpose] = frozenset({"test", "fix", "handover"})
"""Purposes for which something may be written: only there limits of an edit say something."""


def boundaries_blocks(state: SessionState, purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Tell what may be written, what never, and when to stop and ask."""
    ask, spec = ask_of(purpose), state.spec
    lines = [
        f"- May be written: {ask.may_edit or 'nothing; answer in words'}.",
        f"- Never: {_never(state, clean)}.",
    ]
    limits = [f"- Stop and ask first when: {_stop_and_ask(spec, clean)}."] if purpose in _EDITS else []
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


def spec_blocks(state: SessionState, purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Tell what the engineer expects. Nothing is guessed: what was not said is named where a fix is asked for."""
    spec = state.spec
    own: list[str] = []
    reported: list[str] = []
    for name, label, entries in (
        ("expected", "Expected", (spec.expected,)),
        ("actual", "Actual", (spec.actual,)),
        ("since", "Since", (spec.since,)),
        ("constraints", "Constraint", spec.constraints),
        ("unchanged", "Must stay as it is", spec.unchanged),
        ("also_failing", "Must pass in the end, too", spec.also_failing),
        ("edge_cases", "Edge case", spec.edge_cases),
        ("questions", "Open question", spec.questions),
        ("acceptance", "Accepted when", spec.acceptance),
    ):
        limit = 800 if name in {"expected", "actual"} else 300
        lines = [f"- {label}: {clean.line(each, limit)}" for each in entries if each]
        (reported if spec.is_reported(name) else own).extend(lines)
    team = (each for each in dict.fromkeys(state.rules.acceptance) if each not in spec.acceptance)
    own += [f"- Accepted when: {clean.line(each)}" for each in team]
    said = "\n".join(reported)
    done = f"- In the end, done means: {_done(state, clean)}." if purpose in _EDITS - {"test"} else ""
    return (
        Block("\n".join(own), "the engineer's spec", "engineer", Drop.THE_REST, "the spec"),
        Block(said, "a report that was passed on", "report", Drop.THE_REST, "what the report says"),
        Block(done, drop=Drop.THE_REST, what="what done means"),
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


def _by(spec: Spec, name: str) -> str:
    """Say of a limit that it is a report's, and so in quotes."""
    return ", says the report" if spec.is_reported(name) else ""


def _stop_and_ask(spec: Spec, clean: Cleaner) -> str:
    said = clean.code if spec.is_reported("stop_and_ask") else clean.line
    reasons = [said(each, 300) + _by(spec, "stop_and_ask") for each in spec.stop_and_ask]
    reasons += (
        ["the cause lies outside the allowed files"] if spec.scope else ["more than one file has to change"]
    )
    return "; ".join(
        [
            *reasons,
            "the test looks wrong",
            "two attempts left the same failure",
            "the spec is silent on the case",
        ]
    )


def _never(state: SessionState, clean: Cleaner) -> str:
    test = f"the pinned test {clean.code(state.pin.test, 200)}" if state.pin else "a test to make it pass"
    return (
        f"edit, skip or weaken {test}; swallow the exception, retry, sleep or special-case the failing input"
    )
