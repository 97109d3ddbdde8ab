"""The keys that came with loops, measured suspects and searches: a part of the one registry."""

from coach.ui import why
from coach.ui.key_action import KeyAction, act

NARROWING: tuple[KeyAction, ...] = (
    act(
        "narrow",
        "f",
        "failing only",
        "Run the failing tests only, now and on save.",
        "Runs",
        why=why.refused("narrow"),
    ),
    act("widen", "F", "run all again", "Let runs on save reach all again.", "Runs", why=why.refused("widen")),
    act(
        "spectrum",
        "S",
        "whole-suite spectrum",
        "Compare the lines the failing test runs with those of the whole suite.",
        "Narrowing",
        why=why.refused("spectrum"),
    ),
    act(
        "mutants",
        "M",
        "try mutants",
        "Try small changes of the top suspects, in a copy.",
        "Narrowing",
        why=why.refused("mutants"),
    ),
    act(
        "calls",
        "T",
        "call trace",
        "Show who called whom with what in the failing test, and where it parts from a passing run.",
        "Narrowing",
        why=why.no_calls,
    ),
    act(
        "searches",
        "B",
        "search causes",
        "Choose a search: edits, commits, test order, flake, input.",
        "Narrowing",
        why=why.refused("searches"),
    ),
    act(
        "retarget",
        "U",
        "name the target",
        "Debug another test or command from here on; a mistyped one is offered as it may have been meant.",
        "Narrowing",
        why=why.refused("retarget"),
    ),
    act(
        "loop",
        "L",
        "look at the loop",
        "Show the loop that was noticed: its evidence and the one move.",
        "Loops",
        why=why.no_loop,
    ),
    act(
        "restore",
        "z",
        "restore",
        "Put the files of the last good run back, after a question; again: undo.",
        "Loops",
        why=why.refused("restore"),
    ),
    act(
        "dismiss",
        "D",
        "dismiss",
        "Say why this is no loop; it is not mentioned again here.",
        "Loops",
        why=why.refused("dismiss"),
    ),
    act(
        "hand-over",
        "H",
        "hand over",
        "Say who edits from here on: an assistant, or you again.",
        "Loops",
        why=why.refused("hand-over"),
    ),
)
