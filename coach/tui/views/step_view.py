"""The step's own view: step id → lines. A step of a workflow this version has no view for shows the failure.

Views are imported when their step is first seen; a search stands above the view of any step while it is under way.
"""

from collections.abc import Callable

from coach.core.session.state import SessionState
from coach.tui.views.line import BLANK, Line
from coach.tui.views.view_state import Looking

View = Callable[[SessionState, Looking], tuple[Line, ...]]


def work(state: SessionState, looking: Looking) -> tuple[Line, ...]:
    view = _view(state.step_id)(state, looking)
    if not state.searches:
        return view
    from coach.tui.views.search import search_lines, shown_search

    search = shown_search(state)
    return (*search_lines(search, looking.now), BLANK, *view) if search else view


def _view(step: str) -> View:
    if step == "isolate":
        from coach.tui.views.suspects import isolate

        return isolate
    if step in {"hypothesize", "verify"}:
        from coach.tui.views import verify

        return verify.hypothesize if step == "hypothesize" else verify.verify
    from coach.tui.views.steps import failing_test, reproduce

    return failing_test if step == "failing-test" else reproduce
