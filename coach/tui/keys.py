"""The one registry of keys: it feeds the bindings, the footer, the help screen and the command palette.

Ids are stable words (the core's advice names actions by them); keys may change, ids may not.
"""

from collections.abc import Mapping
from dataclasses import replace

from coach.core.session.state import SessionState
from coach.core.workflow.advice import advise
from coach.tui import availability
from coach.tui.key_action import KeyAction, act
from coach.tui.keys_experiments import EXPERIMENTS
from coach.tui.keys_narrowing import NARROWING
from coach.tui.keys_past import PAST
from coach.tui.own_keys import with_keys

REGISTRY: tuple[KeyAction, ...] = (
    *NARROWING,
    *PAST,
    *EXPERIMENTS,
    act("run", "r", "run", "Run the target once, now.", "Runs", rank=1, why=availability.refused("run")),
    act(
        "reproduce",
        "R",
        "reproduce",
        "Measure by cold runs how often the target fails.",
        "Runs",
        rank=4,
        why=availability.refused("reproduce"),
    ),
    act(
        "failure",
        "N",
        "this failure",
        "Let the session be about what the newest red run shows, from here on.",
        "Runs",
        why=availability.refused("failure"),
    ),
    act("suite", "a", "suite", "Run the whole suite once.", "Runs", why=availability.refused("suite")),
    act(
        "cancel",
        "c",
        "stop",
        "Stop the run or the search under way (esc does it too).",
        "Runs",
        why=availability.refused("cancel"),
    ),
    act(
        "watching",
        "p",
        "pause saves",
        "Pause or resume runs on save.",
        "Runs",
        why=availability.refused("watching"),
    ),
    act(
        "verify",
        "v",
        "verify",
        "Prove the fix: target, whole suite, baseline.",
        "Runs",
        why=availability.refused("verify"),
    ),
    act(
        "pin",
        "P",
        "pin test",
        "Take the failing test as the regression test, by content.",
        "Evidence",
        why=availability.refused("pin"),
    ),
    act(
        "unpin", "u", "unpin", "Unpin the test, with a reason.", "Evidence", why=availability.refused("unpin")
    ),
    act(
        "rule-out",
        "o",
        "rule out",
        "Rule out the selected suspect with a reason; again: restore it.",
        "Evidence",
        why=availability.refused("rule-out"),
    ),
    act(
        "hypothesis",
        "h",
        "hypothesis",
        "Write a claim and what will be seen if it holds.",
        "Evidence",
        rank=3,
        why=availability.refused("hypothesis"),
    ),
    act(
        "judge",
        "j",
        "judge",
        "Judge the selected or newest hypothesis.",
        "Evidence",
        why=availability.refused("judge"),
    ),
    act(
        "confirm",
        "y",
        "confirm",
        "Confirm the fix after looking at the checks.",
        "Evidence",
        why=availability.refused("confirm"),
    ),
    act(
        "next-step",
        "n",
        "next step",
        "Go to the next step; an unmet gate asks for a reason.",
        "Steps",
        rank=6,
        why=availability.refused("next-step"),
    ),
    act("back-step", "b", "back", "Go back a step.", "Steps", why=availability.refused("back-step")),
    act(
        "go-to-step",
        "1 2 3 4 5",
        "go to step",
        "Go to that step.",
        "Steps",
        why=availability.refused("go-to-step"),
        palette=False,
        shown="1…5",
    ),
    act(
        "close",
        "C",
        "close",
        "Close the session; its ending is computed.",
        "Steps",
        why=availability.refused("close"),
    ),
    act(
        "spec",
        "s",
        "spec",
        "Write the spec: expected, actual, limits of a fix.",
        "Writing",
        rank=6,
        why=availability.refused("spec"),
    ),
    act("note", "m", "note", "Write a note.", "Writing", why=availability.refused("note")),
    act(
        "root-cause",
        "w",
        "root cause",
        "Write the root cause.",
        "Writing",
        why=availability.refused("root-cause"),
    ),
    act(
        "export",
        "x",
        "export",
        "Preview the prompt for an assistant; copy or save it.",
        "Writing",
        rank=5,
        why=availability.not_started,
    ),
    act(
        "keep-elsewhere",
        "K",
        "keep elsewhere",
        "Keep the session in another folder when it cannot be saved where it is.",
        "Writing",
    ),
    act(
        "editor",
        "e",
        "editor",
        "Open the editor at the line: suspect, pinned test or failure.",
        "Looking",
        rank=9,
        why=availability.no_place,
    ),
    act(
        "output",
        "l",
        "output",
        "Show the output of the newest or selected run; again: back.",
        "Looking",
        rank=7,
    ),
    act("diff", "d", "diff", "Show what changed; again: back.", "Looking", rank=8),
    act("timeline", "t", "timeline", "Show every event; again: back.", "Looking"),
    act("previous-tab", "[", "previous tab", "Show the tab to the left.", "Looking", palette=False),
    act("next-tab", "]", "next tab", "Show the tab to the right.", "Looking", palette=False),
    act("search", "/", "search", "Search in the text shown; enter finds the next place.", "Looking", rank=10),
    act(
        "left",
        "left",
        "left",
        "Scroll left; in a past session: one event back.",
        "Moving",
        palette=False,
        shown="←",
    ),
    act(
        "right",
        "right",
        "right",
        "Scroll right; in a past session: one event on.",
        "Moving",
        palette=False,
        shown="→",
    ),
    act(
        "start",
        "home",
        "start",
        "Go to the start of the text, or of a past session.",
        "Moving",
        palette=False,
    ),
    act("end", "end", "end", "Go to the end of the text, or of a past session.", "Moving", palette=False),
    act(
        "previous-run",
        "comma shift+left",
        "previous run",
        "In a past session: to the end of the run before.",
        "Moving",
        palette=False,
        shown=",",
    ),
    act(
        "next-run",
        "full_stop shift+right",
        "next run",
        "In a past session: to the end of the next run.",
        "Moving",
        palette=False,
        shown=".",
    ),
    act("help", "? f1", "help", "Show all keys, and why some do nothing now.", "coach", rank=90),
    act("palette", "ctrl+p", "palette", "Find an action by its name.", "coach", rank=91, palette=False),
    act(
        "suspend",
        "ctrl+z",
        "suspend",
        "Put coach into the background; fg brings it back.",
        "coach",
        palette=False,
    ),
    act(
        "quit",
        "q ctrl+q",
        "quit",
        "Leave coach; the session is kept, a run under way is stopped.",
        "coach",
        palette=False,
    ),
)


def use(chosen: Mapping[str, str]) -> None:
    """Put the engineer's own keys in place of the usual ones, before a screen is made. Raises UsageError."""
    global REGISTRY  # noqa: PLW0603 - one screen, one pair of hands
    REGISTRY = with_keys(REGISTRY, chosen)


def action(action_id: str) -> KeyAction | None:
    return next((each for each in REGISTRY if each.id == action_id), None)


def advised(state: SessionState) -> KeyAction | None:
    """Return the action of the next move as it is to be pressed; None when only a person can make it."""
    found = action(advise(state).action)
    if found is None or found.id != "go-to-step":
        return found
    loop = state.standing_loop
    step = state.workflow.step(loop.step) if loop else None
    if step is None or step.id == state.step_id:
        return None
    return replace(found, shown=str(state.workflow.position(step.id) + 1), label=step.title)


def footer(state: SessionState, read_only: str) -> tuple[KeyAction, ...]:
    """Return what the footer offers: the advised action first, then by rank what is possible now."""
    possible = [each for each in REGISTRY if each.rank and not each.why_disabled(state, read_only)]
    if (state.under_way or state.search) and not read_only and (cancel := action("cancel")):
        possible.insert(0, cancel)
    first = advised(state)
    possible.sort(key=lambda each: (first is None or each.id != first.id, each.rank))
    if first and not first.why_disabled(state, read_only):
        possible = [first, *(each for each in possible if each.id != first.id)]
    return tuple(dict.fromkeys(possible))
