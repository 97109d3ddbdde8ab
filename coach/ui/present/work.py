"""The step's own view: step id → lines. A step of a workflow this version has no view for shows the failure."""

from collections.abc import Callable

from coach.core.session import SessionState
from coach.ui.present.line import Line
from coach.ui.present.looking import Looking
from coach.ui.present.proof import hypothesize, verify
from coach.ui.present.steps import failing_test, isolate, reproduce

View = Callable[[SessionState, Looking], tuple[Line, ...]]

VIEWS: dict[str, View] = {
    "reproduce": reproduce,
    "failing-test": failing_test,
    "isolate": isolate,
    "hypothesize": hypothesize,
    "verify": verify,
}


def work(state: SessionState, looking: Looking) -> tuple[Line, ...]:
    return VIEWS.get(state.step_id, reproduce)(state, looking)
