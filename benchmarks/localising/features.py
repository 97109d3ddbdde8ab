"""What weights are fitted on: the evidence of every place, as the ranking itself computes it."""

from typing import Any

from coach.core.decide.suspect_measurement import failure_in_view
from coach.core.localize import ranking
from coach.core.localize.leads import evidence_from_searches
from coach.core.session.state import SessionState
from localising.defects import Defect


def candidates_of(state: SessionState, defect: Defect) -> list[dict[str, Any]]:
    """Return each place that ran with its evidence and whether it is right; nothing when nothing has failed."""
    seen = failure_in_view(state)
    if seen is None:
        return []
    run, failure = seen
    spectrum = state.spectrum if state.spectrum and state.spectrum.test == failure.test else None
    found = ranking.candidates(
        (failure,),
        state.changes,
        spectrum,
        state.mutants,
        evidence_from_searches(state),
        touched=state.touched,
        elsewhere=run.report.elsewhere if run.report else (),
    )
    return [
        {
            "key": f"{each.path}:{each.function or each.line}",
            "features": dict(each.evidence),
            "right": defect.is_right(each.path, each.function, each.line),
        }
        for each in found
        if each.ran
    ]
