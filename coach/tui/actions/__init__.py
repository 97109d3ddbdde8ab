"""What each key does: action id → a small function on the session screen.

Commands ask the session for something, dialogs ask the engineer first, views only change what is looked at.
"""

from coach.tui.actions import commands, dialogs, experiments, history, isolate, views
from coach.tui.actions.handler import Deed

DEEDS: dict[str, Deed] = {
    **commands.DEEDS,
    **dialogs.DEEDS,
    **isolate.DEEDS,
    **experiments.DEEDS,
    **history.DEEDS,
    **views.DEEDS,
}
