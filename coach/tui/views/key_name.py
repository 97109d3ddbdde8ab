"""A key as text shows it: asked of the registry, because engineers choose their own."""

from coach.core.workflow.action_ids import spoken
from coach.tui import keys
from coach.tui.views.line import Piece, Role, piece
from coach.tui.views.link import Press


def key_of(action_id: str, role: Role = "key") -> Piece:
    """Return the key of an action, with room around it; a click on it does the action."""
    return piece(f" {shown_key(action_id)} ", role, link=Press(action_id))


def key_in(text: str, action_id: str, role: Role = "dim") -> Piece:
    """Return own words with the key of an action in the place of ``{}``; a click on them does the action."""
    return piece(text.format(shown_key(action_id)), role, link=Press(action_id))


def shown_key(action_id: str) -> str:
    """Return the key of an action as people read it."""
    found = keys.action(action_id)
    assert found is not None, action_id
    return found.shown_key


def keyed(text: str) -> str:
    """Return a sentence of the core with the engineer's own keys in the places of the actions it names."""
    return spoken(text, lambda action: shown_key(action.partition(":")[0]))
