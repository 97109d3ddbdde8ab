"""What each key does: action id → a small function of the context.

``send_command`` sends a command at once, ``ask_first`` asks the engineer before it, ``look_around`` and ``look_back`` change what
is looked at.
"""

from coach.tui.actions import ask_first, experiments, isolate, look_around, look_back, send_command
from coach.tui.actions.context import Handler

HANDLERS: dict[str, Handler] = {
    **send_command.HANDLERS,
    **ask_first.HANDLERS,
    **isolate.HANDLERS,
    **experiments.HANDLERS,
    **look_back.HANDLERS,
    **look_around.HANDLERS,
}
