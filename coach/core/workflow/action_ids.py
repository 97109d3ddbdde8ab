"""What can be done next, by stable ids, and how a sentence names it.

A sentence of the core says ``‹pin› pins it`` and knows no keys: the screen puts in the engineer's own key, a command line
the words that do the same, the tool server its tool. The ids are those of the keymap.
"""

import re
from collections.abc import Callable

from coach.core.search.kinds import SEARCH_KINDS

_NAMED = re.compile(r"‹([a-z]+(?:-[a-z]+)*(?::[a-z]+)?)›")

COMMANDS: dict[str, str] = {
    "run": "coach run",
    "reproduce": "coach reproduce",
    "suite": "coach run --scope all",
    "narrow": "coach run --scope failures",
    "cancel": "ctrl+c",
    "watching": "coach watch",
    "verify": "coach verify",
    "failure": "coach failure --take RUN",
    "pin": "coach pin",
    "unpin": "coach pin --off REASON",
    "rule-out": "coach suspects --rule-out KEY",
    "hypothesis": "coach hypothesis",
    "drafts": "coach hypothesis --drafts",
    "judge": "coach hypothesis --judge N",
    "confirm": "coach note --confirm",
    "next-step": "coach step next",
    "back-step": "coach step STEP",
    "go-to-step": "coach step STEP",
    "close": "coach close",
    "spec": "coach spec",
    "note": "coach note",
    "root-cause": "coach note --root-cause TEXT",
    "export": "coach export",
    "diff": "git diff",
    "spectrum": "coach suspects --suite",
    "mutants": "coach suspects --mutate",
    "calls": "coach trace",
    "investigate": "coach investigate",
    "origins": "coach who",
    "searches": "coach search",
    **{f"searches:{kind.name}": kind.command for kind in SEARCH_KINDS.values()},
    "loop": "coach status",
    "restore": "coach restore",
    "dismiss": "coach loops dismiss PATTERN --reason REASON",
    "logpoint": "coach logpoint FILE:LINE",
    "try": "coach try",
    "allow": "coach allow",
    "answer": "coach verify --accept LINE --reason REASON",
    "budget": "coach budget SECONDS",
    "retarget": "coach target TEST",
}
"""Action → the command line that does it; after a colon, which of several that one key offers."""

TOOLS: dict[str, str] = {
    "run": "run_failing_test",
    "verify": "verify",
    "rule-out": "rule_out",
    "restore": "restore",
    "hypothesis": "propose_hypothesis",
    "judge": "judge_hypothesis",
    "note": "note",
    "root-cause": "root_cause",
    "export": "context",
    "spectrum": "suspects",
    "investigate": "investigate",
    "logpoint": "logpoint",
    "origins": "who",
}
"""Action → the tool of an assistant that does it; the others are the engineer's."""


def named(text: str) -> tuple[str, ...]:
    """Return the actions a sentence names, in their order."""
    return tuple(_NAMED.findall(text))


def spoken(text: str, words: Callable[[str], str]) -> str:
    """Put the words of a front end for the actions that a sentence names; what is no action stays as it is."""
    return _NAMED.sub(lambda found: words(found[1]) if found[1] in COMMANDS else found[0], text)


def as_commands(text: str) -> str:
    """Return a sentence for a command line."""
    return spoken(text, lambda action: f"`{COMMANDS[action]}`")


def as_tools(text: str) -> str:
    """Return a sentence for an assistant: its own tools, else what it may ask the engineer for."""
    return spoken(
        text,
        lambda action: TOOLS.get(action, f"the engineer's `{COMMANDS[action]}`"),
    )
