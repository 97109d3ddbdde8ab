"""The help screen: every key, by group, and why some do nothing now."""

from coach.core.session.state import SessionState
from coach.tui.key_action import GROUPS, KeyAction
from coach.tui.keys import REGISTRY
from coach.tui.views.key_name import keyed
from coach.tui.views.line import BLANK, Line, heading, line

_SHOWN = {
    "comma": ",",
    "full_stop": ".",
    "left": "←",
    "right": "→",
    "f1": "F1",
    "equals_sign": "=",
    "backslash": "\\",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "shift+left": "shift+←",
    "shift+right": "shift+→",
}


def key_names(each: KeyAction) -> str:
    if len(each.keys) > 3:
        return each.shown_key
    return " ".join(_SHOWN.get(key, key) for key in each.keys)


def help_lines(state: SessionState, read_only: str) -> tuple[Line, ...]:
    lines: list[Line] = []
    for group in GROUPS:
        lines += [heading(group)]
        for each in (one for one in REGISTRY if one.group == group):
            lines += _entry(each, each.why_disabled(state, read_only))
        lines.append(BLANK)
    lines += [line(("tab ↹ and the mouse move between panels, ↑ ↓ select or scroll, enter opens.", "dim"))]
    return (*lines, *_questions(state))


def _questions(state: SessionState) -> tuple[Line, ...]:
    """Return what to ask oneself in the step."""
    if state.step is None or not state.step.questions:
        return ()
    asked = (line(("· ", "dim"), question, hang=2) for question in state.step.questions)
    return (BLANK, heading(f"Ask yourself in {state.step.title}"), *asked)


def _entry(each: KeyAction, why: str) -> list[Line]:
    key = key_names(each).rjust(12)
    lines = [line((key, "dim" if why else "accent"), "  ", (each.help, "dim" if why else "plain"), hang=14)]
    return [*lines, line(" " * 14, ("not now: ", "warn"), (keyed(why), "dim"), hang=14)] if why else lines
