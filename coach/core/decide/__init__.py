"""(state, command | observation) → events and effects, or a refusal.

Pure: the dispatcher appends the events, folds them and hands the effects to the engine. Each family of messages has its
own module; this one only holds the shape of a decision and the dispatch.
"""

from coach.core.decide import (  # noqa: F401 - they register
    call_traces,
    feedback,
    logpoints,
    loops,
    notes,
    observations,
    restores,
    runs,
    searches,
    similar_failures,
    steps,
    suspects,
    trials,
    verification_runs,
)
from coach.core.decide.decision import Decision, Message, Refusal, decide

__all__ = ["Decision", "Message", "Refusal", "decide"]
