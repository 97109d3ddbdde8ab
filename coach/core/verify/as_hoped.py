"""What a verification would be like, did the runs under way come out as is hoped for: what to make ready meanwhile.

Nothing is judged by it; a run that comes out otherwise is followed by what it calls for.
"""

from coach.core.log import events as ev
from coach.core.runs.oracle import Judged
from coach.core.runs.report import Ending, RunReport
from coach.core.session.fold import ahead
from coach.core.session.state import SessionState

_HOPED_RED = frozenset({"reverted", "baseline", "again-before"})


def as_hoped(state: SessionState) -> SessionState:
    """Return the state once the verification's runs under way have passed; those without the fix fail as it did."""
    under_way = (run for run in state.under_way if run.number >= state.plan_start)
    tree = state.changes.tree if state.changes else ""
    report = RunReport(ending=Ending(exit_code=0), tree=tree)
    for run in under_way:
        is_red = run.request.purpose in _HOPED_RED and state.reference is not None
        failing = state.reference.failing if is_red and state.reference else ()
        judged = Judged(outcome="FAIL" if is_red else "PASS")
        over = ev.RunFinished(number=run.number, report=report, failing=failing, judged=judged)
        state = ahead(state, over)
    return state
