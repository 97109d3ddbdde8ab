"""What each key does: action id → a small function on the session screen.

Commands ask the session for something, dialogs ask the engineer first, views only change what is looked at.
"""

from coach.tui.actions import dialogs, experiments, history, isolate, plain_commands, views
from coach.tui.actions.handler import Handler

HANDLERS: dict[str, Handler] = {
    **plain_commands.HANDLERS,
    **dialogs.HANDLERS,
    **isolate.HANDLERS,
    **experiments.HANDLERS,
    **history.HANDLERS,
    **views.HANDLERS,
}
