"""The step's own view: step id → lines. A step of a workflow this version has no view for shows the failure.

Views are imported when their step is first seen; a search stands above the view of any step while it is under way.
"""

from collections.abc import Callable

from coach.core.session.state import SessionState
from coach.ui.present.line import BLANK, Line
from coach.ui.present.looking import Looking

View = Callable[[SessionState, Looking], tuple[Line, ...]]


def work(state: SessionState, looking: Looking) -> tuple[Line, ...]:
    view = _view(state.step_id)(state, looking)
    if not state.searches:
        return view
    from coach.ui.present.probing import search_lines, shown_search

    search = shown_search(state)
    return (*search_lines(search, looking.now), BLANK, *view) if search else view


def _view(step: str) -> View:
    if step == "isolate":
        from coach.ui.present.isolating import isolate

        return isolate
    if step in {"hypothesize", "verify"}:
        from coach.ui.present import proof

        return proof.hypothesize if step == "hypothesize" else proof.verify
    from coach.ui.present.steps import failing_test, reproduce

    return failing_test if step == "failing-test" else reproduce
