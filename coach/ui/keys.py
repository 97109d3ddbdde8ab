"""The one registry of keys: it feeds the bindings, the footer, the help screen and the command palette.

Ids are stable words (the core's advice names actions by them); keys may change, ids may not.
"""

from dataclasses import dataclass
from typing import Literal

from coach.core.session import SessionState
from coach.ui import why
from coach.ui.why import WhyDisabled

Group = Literal["Runs", "Evidence", "Steps", "Writing", "Looking", "Moving", "coach"]
GROUPS: tuple[Group, ...] = ("Runs", "Evidence", "Steps", "Writing", "Looking", "Moving", "coach")


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One thing a key does. ``rank`` orders the footer (1 first); 0 keeps it out of there."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: Group
    rank: int = 0
    palette: bool = True
    why: WhyDisabled = why.always
    shown: str = ""

    @property
    def shown_key(self) -> str:
        """The key as people read it."""
        return self.shown or self.keys[0]

    def why_disabled(self, state: SessionState, read_only: str) -> str:
        """Return why this is not possible now; empty when it is."""
        return self.why(state, read_only)


def _act(
    id: str,  # noqa: A002 - the word of the registry
    keys: str,
    label: str,
    help: str,  # noqa: A002 - the word of the registry
    group: Group,
    **more: object,
) -> KeyAction:
    return KeyAction(id, tuple(keys.split()), label, help, group, **more)  # type: ignore[arg-type]


REGISTRY: tuple[KeyAction, ...] = (
    _act("run", "r", "run", "Run the target once, now.", "Runs", rank=1, why=why.writable),
    _act(
        "reproduce",
        "R",
        "reproduce",
        "Measure by cold runs how often the target fails.",
        "Runs",
        rank=4,
        why=why.writable,
    ),
    _act("suite", "a", "suite", "Run the whole suite once.", "Runs", why=why.writable),
    _act(
        "cancel",
        "c",
        "stop run",
        "Stop the run under way (esc does it too).",
        "Runs",
        why=why.also(why.no_run),
    ),
    _act("watching", "P", "pause saves", "Pause or resume runs on save.", "Runs", why=why.writable),
    _act(
        "verify",
        "v",
        "verify",
        "Prove the fix: target, whole suite, baseline.",
        "Runs",
        why=why.also(why.verifying),
    ),
    _act(
        "pin",
        "p",
        "pin test",
        "Take the failing test as the regression test, by content.",
        "Evidence",
        why=why.also(why.no_test_to_pin),
    ),
    _act("unpin", "u", "unpin", "Unpin the test, with a reason.", "Evidence", why=why.also(why.no_pin)),
    _act(
        "rule-out",
        "o",
        "rule out",
        "Rule out the selected suspect with a reason; again: restore it.",
        "Evidence",
        why=why.also(why.no_suspects),
    ),
    _act(
        "hypothesis",
        "h",
        "hypothesis",
        "Write a claim and what will be seen if it holds.",
        "Evidence",
        rank=3,
        why=why.writable,
    ),
    _act(
        "judge",
        "j",
        "judge",
        "Judge the selected or newest hypothesis.",
        "Evidence",
        why=why.also(why.nothing_to_judge),
    ),
    _act(
        "confirm",
        "y",
        "confirm",
        "Confirm the fix after looking at the checks.",
        "Evidence",
        why=why.also(why.not_confirmable),
    ),
    _act(
        "next-step",
        "n",
        "next step",
        "Go to the next step; an unmet gate asks for a reason.",
        "Steps",
        rank=6,
        why=why.also(why.no_next_step),
    ),
    _act("back-step", "b", "back", "Go back a step.", "Steps", why=why.also(why.no_step_before)),
    _act(
        "go-to-step",
        "1 2 3 4 5",
        "go to step",
        "Go to that step.",
        "Steps",
        why=why.also(why.not_begun),
        palette=False,
        shown="1…5",
    ),
    _act("close", "C", "close", "Close the session; its ending is computed.", "Steps", why=why.writable),
    _act(
        "spec",
        "s",
        "spec",
        "Write the spec: expected, actual, limits of a fix.",
        "Writing",
        rank=6,
        why=why.writable,
    ),
    _act("note", "m", "note", "Write a note.", "Writing", why=why.writable),
    _act("root-cause", "w", "root cause", "Write the root cause.", "Writing", why=why.writable),
    _act(
        "export",
        "x",
        "export",
        "Preview the prompt for an assistant; copy or save it.",
        "Writing",
        rank=5,
        why=why.not_started,
    ),
    _act(
        "editor",
        "e",
        "editor",
        "Open the editor at the line: suspect, pinned test or failure.",
        "Looking",
        rank=9,
        why=why.no_place,
    ),
    _act(
        "output",
        "l",
        "output",
        "Show the output of the newest or selected run; again: back.",
        "Looking",
        rank=7,
    ),
    _act("diff", "d", "diff", "Show what changed; again: back.", "Looking", rank=8),
    _act("timeline", "t", "timeline", "Show every event; again: back.", "Looking"),
    _act("previous-tab", "[", "previous tab", "Show the tab to the left.", "Looking", palette=False),
    _act("next-tab", "]", "next tab", "Show the tab to the right.", "Looking", palette=False),
    _act(
        "search", "/", "search", "Search in the text shown; enter finds the next place.", "Looking", rank=10
    ),
    _act(
        "left",
        "left",
        "left",
        "Scroll left; in a past session: one event back.",
        "Moving",
        palette=False,
        shown="←",
    ),
    _act(
        "right",
        "right",
        "right",
        "Scroll right; in a past session: one event on.",
        "Moving",
        palette=False,
        shown="→",
    ),
    _act(
        "start",
        "home",
        "start",
        "Go to the start of the text, or of a past session.",
        "Moving",
        palette=False,
    ),
    _act("end", "end", "end", "Go to the end of the text, or of a past session.", "Moving", palette=False),
    _act(
        "previous-run",
        "comma shift+left",
        "previous run",
        "In a past session: to the end of the run before.",
        "Moving",
        palette=False,
        shown=",",
    ),
    _act(
        "next-run",
        "full_stop shift+right",
        "next run",
        "In a past session: to the end of the next run.",
        "Moving",
        palette=False,
        shown=".",
    ),
    _act("help", "? f1", "help", "Show all keys, and why some do nothing now.", "coach", rank=90),
    _act("palette", "ctrl+p", "palette", "Find an action by its name.", "coach", rank=91, palette=False),
    _act(
        "suspend",
        "ctrl+z",
        "suspend",
        "Put coach into the background; fg brings it back.",
        "coach",
        palette=False,
    ),
    _act(
        "quit",
        "q ctrl+q",
        "quit",
        "Leave coach; the session is kept, a run under way is stopped.",
        "coach",
        palette=False,
    ),
)

_BY_ID = {each.id: each for each in REGISTRY}


def action(action_id: str) -> KeyAction | None:
    return _BY_ID.get(action_id)


def footer(state: SessionState, read_only: str, advised: str) -> tuple[KeyAction, ...]:
    """Return what the footer offers: the advised action first, then by rank what is possible now."""
    possible = [each for each in REGISTRY if each.rank and not each.why_disabled(state, read_only)]
    if state.under_way and not read_only and (cancel := action("cancel")):
        possible.insert(0, cancel)
    possible.sort(key=lambda each: (each.id != advised, each.rank))
    first = action(advised)
    if first and first not in possible and not first.why_disabled(state, read_only):
        possible.insert(0, first)
    return tuple(dict.fromkeys(possible))
