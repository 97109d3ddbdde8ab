"""Dialogs that open without a key: a loop that calls for a stop, what a mistyped test may have meant, the debrief of a drill."""

from typing import Any, Protocol

from textual.app import App
from textual.screen import Screen

from coach.core.drill.debrief import Debrief
from coach.core.session.state import SessionState
from coach.session.port import SessionPort
from coach.tui.views.view_state import ViewState


class DialogHost(Protocol):
    """The screen of the session, as far as these dialogs need it."""

    @property
    def app(self) -> App[Any]:
        """The application, whose uppermost screen may be a dialog already."""

    @property
    def state(self) -> SessionState:
        """The session as it is now."""

    @property
    def port(self) -> SessionPort:
        """The session itself: one that is only read opens nothing."""

    @property
    def view(self) -> ViewState:
        """What the engineer looks at."""

    def press(self, action_id: str, key: str = "") -> None:
        """Do an action."""


class UnaskedDialogs:
    """Opens each of them once, and never over another dialog, in which the engineer may be typing."""

    def __init__(self, screen: Screen[Any], host: DialogHost) -> None:
        """Open over ``screen``, which is ``host`` as well; a loop that stands already is no news."""
        self._screen, self._host = screen, host
        self._shown_loop = host.state.standing_loop
        self._offered_after_run = 0
        self._shown_debrief = _debrief(host.state)

    def open(self) -> None:
        """Open what the newest change calls for."""
        self._show_new_loop()
        self._offer_meant_tests()
        self._show_debrief()

    @property
    def _may_open(self) -> bool:
        return self._host.app.screen is self._screen and not self._host.port.read_only

    def _show_new_loop(self) -> None:
        """Open the dialog of a loop that calls for a stop; closed, or not opened, its notice stays as the next move."""
        loop = self._host.state.standing_loop
        is_new = loop is not None and loop != self._shown_loop
        self._shown_loop = loop or self._shown_loop
        if self._host.state.awaited_runs:
            self._fold_loop()
        elif is_new and loop and loop.level == "card" and self._may_open:
            self._host.press("loop")

    def _fold_loop(self) -> None:
        """Close it when the next run begins: the engineer went on, and wants to see what runs."""
        from coach.tui.dialogs.text_dialog import LoopDialog

        if isinstance(self._host.app.screen, LoopDialog):
            self._host.app.screen.dismiss()

    def _offer_meant_tests(self) -> None:
        """Offer what a mistyped test may have meant, once after a run that did not find it."""
        state = self._host.state
        run = state.last_run
        if run is None or run.report is None or not run.report.ending.meant:
            return
        is_idle = not (state.closed or state.awaited_runs)
        if is_idle and self._may_open and self._offered_after_run < run.number:
            self._offered_after_run = run.number
            self._host.press("retarget")

    def _show_debrief(self) -> None:
        """Open the debrief once the drill is graded; what is measured after that is shown where it is read."""
        found = _debrief(self._host.state)
        if found is None or found == self._shown_debrief:
            return
        is_first = self._shown_debrief is None
        self._shown_debrief = found
        if is_first and self._may_open:
            self._host.press("drill")
        elif not is_first:
            self._renew_debrief()

    def _renew_debrief(self) -> None:
        from coach.tui.dialogs.drill_dialog import DrillDialog
        from coach.tui.views.drill_lines import drill_lines, drill_title

        shown, state = self._host.app.screen, self._host.state
        if isinstance(shown, DrillDialog):
            shown.renew(drill_title(state), drill_lines(state, self._host.view.played))


def _debrief(state: SessionState) -> Debrief | None:
    return state.drill.debrief if state.drill else None
