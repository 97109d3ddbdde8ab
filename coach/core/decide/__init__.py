"""(state, command | observation) → events and effects, or a refusal.

Pure: the dispatcher appends the events, folds them and hands the effects to the engine. Each family of messages has its
own module; this one only holds the shape of a decision and the dispatch.
"""

from coach.core.decide import (  # noqa: F401 - they register
    attempts,
    call_traces,
    feedback,
    journal,
    logpoint_runs,
    observed,
    past_failures,
    restores,
    run_commands,
    searches,
    suspect_measurement,
    trial_runs,
    verification_runs,
    workflow_steps,
)
from coach.core.decide.decision import Decision, Message, Refusal, decide

__all__ = ["Decision", "Message", "Refusal", "decide"]
