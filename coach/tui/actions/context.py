"""What an action may use of the screen on which its key was pressed.

Actions know no screen: ``app`` hands their table to it. So they import dialogs and views, and the screen imports neither
them nor what they import.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from textual.app import App

from coach.core.export import Export, Purpose
from coach.core.protocol.commands import Command
from coach.core.session.state import SessionState
from coach.session.port import SessionPort
from coach.tui.dialogs.question import Question
from coach.tui.host_services import HostServices
from coach.tui.views.view_state import Tab, ViewState
from coach.tui.widgets.line_panel import LinePanel


class ActionContext(Protocol):
    """The session, what the engineer looks at, and the ways to ask and to answer."""

    view: ViewState
    """What the engineer looks at; an action that replaces it shows the change by ``show_tab``."""

    @property
    def app(self) -> App[Any]:
        """The application: dialogs over the screen, the clipboard, the terminal for another program."""

    @property
    def state(self) -> SessionState:
        """The session as the screen shows it now."""

    @property
    def port(self) -> SessionPort:
        """The session itself; a past one can be moved through (``Seekable``)."""

    @property
    def host(self) -> HostServices:
        """What coach can do outside of the screen."""

    @property
    def export(self) -> Callable[[SessionState, int | None, Purpose | None], Export]:
        """Make the prompt for an assistant from a state, a budget in tokens and what is asked; takes a moment.

        No budget: what is worth its tokens; nothing asked: what the facts allow.
        """

    @property
    def panel(self) -> LinePanel:
        """The panel with the focus, else the one of the tab that is shown."""

    def submit(self, command: Command) -> None:
        """Send a command to the session; its answer comes as a change of the state, or as a message."""

    def submit_answer(self, command: Command | None) -> None:
        """Submit what a dialog returned; None means it was left without an answer."""

    def show_message(self, text: str) -> None:
        """Show a sentence in the message line for some seconds."""

    def show_tab(self, tab: Tab) -> None:
        """Show a tab and give it the focus."""

    def find_text(self) -> None:
        """Let the engineer type what is to be found in the shown panel."""

    def seek(self, position: int) -> None:
        """Show a past session as it was after ``position`` events."""

    def press(self, action_id: str, key: str = "") -> None:
        """Do another action, or say why it is not possible now."""

    def leave(self) -> None:
        """Leave coach."""

    def run_beside(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> None:
        """Run ``work`` while the screen goes on; what of the same group has not ended yet is cancelled."""


Handler = Callable[[ActionContext, str], None]
"""What a key does: a function of the context and the key that was pressed (empty from the palette)."""


def ask(context: ActionContext, question: Question, make: Callable[[str], Command]) -> None:
    """Ask for one text, and submit the command that ``make`` makes of it."""
    from coach.tui.dialogs.reason import ReasonForm

    def answered(text: str | None) -> None:
        if text is not None:
            context.submit(make(text))

    context.app.push_screen(ReasonForm(question), answered)
