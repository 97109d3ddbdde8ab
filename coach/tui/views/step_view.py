"""The step's own view: step id → lines. A step of a workflow this version has no view for shows the failure.

Views are imported when their step is first seen; a search stands above the view of any step while it is under way.
"""

from collections.abc import Callable

from coach.core.session.state import SessionState
from coach.tui.views.line import BLANK, Line
from coach.tui.views.view_state import ViewState

StepView = Callable[[SessionState, ViewState], tuple[Line, ...]]


def step_lines(state: SessionState, view: ViewState) -> tuple[Line, ...]:
    """Return the lines of the step the session is in, below those of a search that is under way or just ended."""
    lines = _view_of(state.step_id)(state, view)
    if not state.searches:
        return lines
    from coach.tui.views.search import search_lines, shown_search

    search = shown_search(state)
    return (*search_lines(search, view.now), BLANK, *lines) if search else lines


def _view_of(step: str) -> StepView:
    if step == "isolate":
        from coach.tui.views.suspects import isolate

        return isolate
    if step in {"hypothesize", "verify"}:
        from coach.tui.views import verify

        return verify.hypothesize if step == "hypothesize" else verify.verify
    from coach.tui.views.steps import failing_test, reproduce

    return failing_test if step == "failing-test" else reproduce
