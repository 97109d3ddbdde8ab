"""What each key does: action id → a small function on the session screen.

Commands ask the session for something, dialogs ask the engineer first, views only change what is looked at.
"""

from coach.ui.actions import commands, dialogs, experiments, narrowing, past, views
from coach.ui.actions.deed import Deed

DEEDS: dict[str, Deed] = {
    **commands.DEEDS,
    **dialogs.DEEDS,
    **narrowing.DEEDS,
    **experiments.DEEDS,
    **past.DEEDS,
    **views.DEEDS,
}
