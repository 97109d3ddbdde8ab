"""What each key does: action id → a small function on the session screen.

Commands ask the session for something, dialogs ask the engineer first, views only change what is looked at.
"""

from coach.tui.actions import commands, dialogs, experiments, history, isolate, views
from coach.tui.actions.handler import Handler

HANDLERS: dict[str, Handler] = {
    **commands.HANDLERS,
    **dialogs.HANDLERS,
    **isolate.HANDLERS,
    **experiments.HANDLERS,
    **history.HANDLERS,
    **views.HANDLERS,
}
