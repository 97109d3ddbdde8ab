"""The keys of experiments: a part of the one registry."""

from coach.tui import availability
from coach.tui.key_action import KeyAction, act

EXPERIMENTS: tuple[KeyAction, ...] = (
    act(
        "logpoint",
        "E",
        "look inside",
        "Look at values at a line while the test runs, and test a prediction about them.",
        "Evidence",
        why=availability.refused("logpoint"),
    ),
    act(
        "pdb",
        "X",
        "stop in pdb",
        "Stop at the line of the newest logpoint, in pdb on this terminal.",
        "Evidence",
        why=availability.refused("pdb"),
    ),
    act(
        "allow",
        "W",
        "answer a question",
        "Show what an assistant asks to evaluate in the running program, and allow it for this session.",
        "Evidence",
        rank=2,
        why=availability.refused("allow"),
    ),
    act(
        "try",
        "V",
        "try in a copy",
        "Try another environment, a package version, a command or a patch in a copy, and test a prediction.",
        "Evidence",
        why=availability.refused("try"),
    ),
    act(
        "drafts",
        "I",
        "drafts",
        "Show hypotheses drafted from the evidence; one can be taken and reworded.",
        "Evidence",
        why=availability.refused("drafts"),
    ),
    act(
        "answer",
        "A",
        "answer",
        "Say why what speaks against the fix is fine: a survivor, a leftover, an acceptance line.",
        "Evidence",
        why=availability.refused("answer"),
    ),
    act(
        "budget",
        "O",
        "time budget",
        "Say how long the target may take.",
        "Evidence",
        why=availability.refused("budget"),
    ),
)
