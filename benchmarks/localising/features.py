"""What weights are fitted on: the evidence of every place, as the ranking itself computes it."""

from typing import Any

from coach.core.decide.suspect_measurement import known_candidates
from coach.core.session.state import SessionState
from localising.defects import Defect


def candidates_of(state: SessionState, defect: Defect) -> list[dict[str, Any]]:
    """Return each place that ran with its evidence and whether it is right; nothing when nothing has failed."""
    return [
        {
            "key": f"{each.path}:{each.function or each.line}",
            "features": dict(each.evidence),
            "right": defect.is_right(each.path, each.function, each.line),
        }
        for each in known_candidates(state)
        if each.ran
    ]
