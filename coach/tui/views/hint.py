"""What the message line says of the link that the mouse is over: the key that does the same, and what that is."""

from coach.core.session.state import SessionState
from coach.tui import keys
from coach.tui.views.key_name import keyed, shown_key
from coach.tui.views.line import Line, line, piece
from coach.tui.views.link import OPENS_ROW, Key, Link, Open, Press, Show


def hint(link: Link, state: SessionState, read_only: str) -> Line:
    """Return one line. Of a place it says no more than where: whether it is a file of the project is seen when it is clicked."""
    match link:
        case Press(action, key):
            return _action(action, key, state, read_only)
        case Open(path, at):
            place = f"{path}:{at}" if at else path
            return line((" ↗ ", "accent"), piece(place, elastic=True), " in your editor", fit="cut")
        case Show(tab):
            arrows = f" {shown_key('previous-tab')} {shown_key('next-tab')} "
            return line(" ", (arrows, "key"), f" shows {'the step' if tab == 'work' else tab}", fit="cut")
        case Key(key):
            more = " opens the row; so does a second click" if link == OPENS_ROW else ""
            return line(" ", (f" {key} ", "key"), more, fit="cut")


def _action(action_id: str, key: str, state: SessionState, read_only: str) -> Line:
    action = keys.action(action_id)
    assert action is not None, action_id
    why = action.why_disabled(state, read_only)
    said = keyed(f"{action.label}, not now: {why}") if why else action.help
    steps = state.workflow.steps
    if action_id == "go-to-step" and key.isdigit() and 0 < int(key) <= len(steps) and not why:
        said = f"Go to {steps[int(key) - 1].title}."
    return line(" ", (f" {key or action.shown_key} ", "key"), " ", piece(said), fit="cut")
