"""The one registry of keys: it feeds the bindings, the footer, the help screen and the command palette."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from coach.core.history.restore_goal import goal
from coach.core.session.state import SessionState
from coach.core.workflow.advice import Advice, next_move
from coach.core.workflow.place_found import PlaceFound, place_found
from coach.tui.key_action import KeyAction
from coach.tui.key_table import USUAL_KEYS
from coach.tui.own_keys import with_keys

REGISTRY: tuple[KeyAction, ...] = USUAL_KEYS


def use(chosen: Mapping[str, str]) -> None:
    """Put the engineer's own keys in place of the usual ones, before a screen is made. Raises UsageError."""
    global REGISTRY  # noqa: PLW0603 - one screen, one keyboard
    REGISTRY = with_keys(REGISTRY, chosen)


def action(action_id: str) -> KeyAction | None:
    return next((each for each in REGISTRY if each.id == action_id), None)


class Offers(NamedTuple):
    """What a state offers: worked out once for each, since several rows of a picture show parts of it."""

    move: Advice
    """The next move."""
    action: KeyAction | None
    """The action that makes it, as it is to be pressed; None when only a person can make it."""
    footer: tuple[KeyAction, ...]
    """What the footer shows: the action of the next move first, then by rank what is possible now."""
    found: PlaceFound | None = None
    """The place that measuring has named, where the next move does not name it."""


def offers(state: SessionState, read_only: str) -> Offers:
    """Work out what a state offers; ``read_only`` says why the session cannot be changed, empty when it can."""
    move = next_move(state)
    first = _pressed_for(state, move)
    found = place_found(state)
    is_said = found is not None and found.place.place in move.text
    return Offers(move, first, _footer(state, read_only, first), None if is_said else found)


def advised(state: SessionState) -> KeyAction | None:
    """Return the action of the next move as it is to be pressed; None when only a person can make it."""
    return _pressed_for(state, next_move(state))


def footer(state: SessionState, read_only: str) -> tuple[KeyAction, ...]:
    """Return what the footer shows; see ``Offers``."""
    return offers(state, read_only).footer


def _pressed_for(state: SessionState, move: Advice) -> KeyAction | None:
    found = action(move.action)
    if found is None or found.id != "go-to-step":
        return found
    loop = state.standing_loop
    step = state.workflow.step(loop.step) if loop else None
    if step is None or step.id == state.step_id:
        return None
    return replace(found, shown=str(state.workflow.position(step.id) + 1), label=step.title)


def _footer(state: SessionState, read_only: str, first: KeyAction | None) -> tuple[KeyAction, ...]:
    possible = [each for each in REGISTRY if each.rank and not each.why_disabled(state, read_only)]
    if (state.awaited_runs or state.awaited_search) and not read_only and (cancel := action("cancel")):
        possible.insert(0, cancel)
    if not read_only:
        possible += [each for each in _answers(state) if first is None or each.id != first.id]
    possible.sort(key=lambda each: (first is None or each.id != first.id, each.rank))
    if first and not first.why_disabled(state, read_only):
        possible = [first, *(each for each in possible if each.id != first.id)]
    return tuple(dict.fromkeys(possible))


def _answers(state: SessionState) -> list[KeyAction]:
    """Return what answers a loop that was noticed, beside the next move."""
    if state.standing_loop is None:
        return []
    wanted = goal(state)
    label = f"restore #{wanted.run}" if wanted and wanted.run else "restore"
    found = [action("restore") if wanted else None, action("dismiss"), action("loop")]
    return [replace(each, label=label if each.id == "restore" else each.label) for each in found if each]
