"""What a step shows: code, and evidence beside it or, on a narrow screen, around it.

A step that this version has no view for shows the failure.
Views are imported when their step is first seen. A search stands above the code of any step while it is under way.
"""

from collections.abc import Callable
from typing import NamedTuple

from coach.core.session.state import SessionState
from coach.tui.views.line import BLANK, Line
from coach.tui.views.step_lines import StepLines
from coach.tui.views.view_state import ViewState

StepView = Callable[[SessionState, ViewState], StepLines]


class Columns(NamedTuple):
    """What stands at the left, code and differences, and at the right: what is known, and what the step still asks for.

    On a narrow screen everything stands at the left.
    """

    code: tuple[Line, ...]
    evidence: tuple[Line, ...]


def columns(state: SessionState, view: ViewState) -> Columns:
    """Return the lines of the step and of the search under way, for the width of the screen."""
    searched = _searched(state, view)
    shown = _view_of(state.step_id)(state, view)
    if view.is_narrow:
        return Columns(_parted(searched, *shown), ())
    from coach.tui.views.gate import checks, remembered

    evidence = _parted(shown.first, shown.evidence, checks(state), remembered(state))
    return Columns(_parted(searched, shown.code), evidence)


def _parted(*parts: tuple[Line, ...]) -> tuple[Line, ...]:
    """Put a blank line between parts that have lines."""
    found: list[Line] = []
    for part in filter(None, parts):
        if found and found[-1] != BLANK and part[0] != BLANK:
            found.append(BLANK)
        found += part
    return tuple(found)


def _searched(state: SessionState, view: ViewState) -> tuple[Line, ...]:
    if not state.searches:
        return ()
    from coach.tui.views.search import search_lines, shown_search

    search = shown_search(state)
    return search_lines(search, view) if search else ()


def _view_of(step: str) -> StepView:
    if step == "isolate":
        from coach.tui.views.suspects import isolate

        return isolate
    if step in {"hypothesize", "verify"}:
        from coach.tui.views import verify

        return verify.hypothesize if step == "hypothesize" else verify.verify
    from coach.tui.views.steps import failing_test, reproduce

    return failing_test if step == "failing-test" else reproduce
