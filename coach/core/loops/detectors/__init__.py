"""One detector a file: each looks at the history of attempts and says what it sees. This table registers them."""

from coach.core.loops.detector import Detector, EndedBy
from coach.core.loops.detectors import (
    back_and_forth,
    blind_edits,
    idle_rerun,
    no_effect,
    no_prediction,
    oscillation,
    revert,
    scope_creep,
    symptom_patch,
    test_tampering,
)

DETECTORS: dict[str, Detector] = {
    each.name: each
    for each in (
        test_tampering.DETECTOR,
        revert.DETECTOR,
        oscillation.DETECTOR,
        symptom_patch.DETECTOR,
        scope_creep.DETECTOR,
        no_effect.DETECTOR,
        blind_edits.DETECTOR,
        back_and_forth.DETECTOR,
        idle_rerun.DETECTOR,
        no_prediction.DETECTOR,
    )
}
"""Pattern → its detector, the more specific first: of several seen after one run, that one is shown."""


def ended_by(what: EndedBy) -> frozenset[str]:
    """Return the patterns that something the engineer does brings to an end."""
    return frozenset(each.name for each in DETECTORS.values() if what in each.ended_by)
