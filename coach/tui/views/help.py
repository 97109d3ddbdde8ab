"""The help screen: what can be done now, then every other key by what one wants, and why some do nothing now."""

from collections.abc import Sequence

from coach.core.session.state import SessionState
from coach.core.workflow.advice import next_move
from coach.tui.key_action import GROUPS, Group, KeyAction
from coach.tui.keys import REGISTRY, footer
from coach.tui.views.key_name import keyed, shown_key
from coach.tui.views.line import BLANK, Line, Role, heading, line

_HANG = 11
"""Columns before what a key does."""

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
    """Return what can be done now, the next move first; then every other key by what one may want, likeliest first.

    The key of a line is the id of its action.
    """
    now = [each for each in footer(state, read_only) if each.id != "help"]
    advice = next_move(state)
    first = now[0] if now and now[0].id == advice.action and not read_only else None
    lines = [heading("What can be done now")]
    for each in now:
        lines.append(_entry(each))
        if each is first:
            lines.append(line(" " * _HANG, (keyed(advice.text), "dim"), hang=_HANG, key=each.id))
    for group in _by_likelihood(now):
        lines += _group(group, state, read_only, {each.id for each in now})
    lines += [
        BLANK,
        line(("tab ↹ and the mouse move between panels, ↑ ↓ select or scroll, enter opens.", "dim")),
        line((f"{shown_key('palette')} tour says again what the parts of the screen are.", "dim")),
    ]
    return (*lines, *_questions(state))


def _by_likelihood(now: Sequence[KeyAction]) -> list[Group]:
    """Order the groups by the likeliest action of each that is possible now."""
    return list(dict.fromkeys([*(each.group for each in now if each.group != "coach"), *GROUPS]))


def _group(group: Group, state: SessionState, read_only: str, shown: set[str]) -> list[Line]:
    """Return the actions of a group that are not shown yet: those that are possible, then the others, each with why not."""
    why_not = {each: each.why_disabled(state, read_only) for each in REGISTRY if each.group == group}
    rest = sorted((each for each in why_not if each.id not in shown), key=lambda each: bool(why_not[each]))
    lines = [line_ for each in rest for line_ in _entry_or_why(each, why_not[each])]
    return [BLANK, heading(group), *lines] if lines else []


def _questions(state: SessionState) -> tuple[Line, ...]:
    """Return what to ask oneself in the step."""
    if state.step is None or not state.step.questions:
        return ()
    asked = (line(("· ", "dim"), question, hang=2).of_entry(question) for question in state.step.questions)
    return (BLANK, heading(f"Ask yourself in {state.step.title}"), *asked)


def _entry(each: KeyAction, role: Role = "plain") -> Line:
    key = key_names(each).rjust(_HANG - 2)
    key_role: Role = "accent" if role == "plain" else role
    return line((key, key_role), "  ", (each.help, role), hang=_HANG, key=each.id)


def _entry_or_why(each: KeyAction, why: str) -> list[Line]:
    if not why:
        return [_entry(each)]
    not_now = line(" " * _HANG, ("not now: ", "warn"), (keyed(why), "dim"), hang=_HANG, key=each.id)
    return [_entry(each, "dim"), not_now]
