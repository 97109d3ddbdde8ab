"""The keys for looking back, in a past session and in a live one: a part of the one registry."""

from coach.tui import availability
from coach.tui.key_action import KeyAction, act

PAST: tuple[KeyAction, ...] = (
    act(
        "seen",
        "k",
        "seen before",
        "Show past failures like this one: what was wrong, what mended it.",
        "Looking",
        why=availability.nothing_seen,
    ),
    act(
        "figures",
        "i",
        "figures",
        "Plot failing tests, time per step, attempts and hypotheses, as of now.",
        "Looking",
        why=availability.nothing_to_plot,
    ),
    act(
        "compare",
        "equals_sign",
        "compare",
        "Compare the selected or newest run with another one.",
        "Looking",
        why=availability.one_run,
        shown="=",
    ),
    act(
        "filter",
        "backslash",
        "filter",
        "Show only runs, edits, thoughts or notices in the timeline; again: the next.",
        "Looking",
        shown="\\",
    ),
    act("copy", "Y", "copy", "Copy the text of the panel to the clipboard.", "Looking"),
    act(
        "first-red",
        "g",
        "first red",
        "In a past session: to the first run that failed.",
        "Moving",
        palette=False,
    ),
    act(
        "last-green",
        "G",
        "last green",
        "In a past session: to the last run that passed.",
        "Moving",
        palette=False,
    ),
    act(
        "previous-attempt",
        "left_parenthesis",
        "previous edit",
        "In a past session: to the attempt before.",
        "Moving",
        palette=False,
        shown="(",
    ),
    act(
        "next-attempt",
        "right_parenthesis",
        "next edit",
        "In a past session: to the next attempt.",
        "Moving",
        palette=False,
        shown=")",
    ),
)
