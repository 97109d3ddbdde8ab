"""(state, command | observation) → events and effects, or a refusal.

Pure: the dispatcher appends the events, folds them and hands the effects to the engine. Each family of messages has its
own module; here each decision is followed by what it means for the investigation.
"""

from coach.core.decide import (  # noqa: F401 - they register
    attempts,
    call_traces,
    decision,
    feedback,
    investigation,
    journal,
    logpoint_runs,
    observed,
    origin_traces,
    past_failures,
    past_passes,
    restores,
    run_commands,
    searches,
    suspect_measurement,
    trial_runs,
    verification_runs,
    workflow_steps,
)
from coach.core.decide.decision import Decision, Message, Refusal
from coach.core.session.state import SessionState

__all__ = ["Decision", "Message", "Refusal", "decide"]


def decide(message: Message, state: SessionState) -> Decision | Refusal:
    """Decide what follows from a message, for the investigation too. Raises TypeError for a message nobody registered."""
    return investigation.follow(message, state, decision.decide(message, state))
