"""(state, command | observation) → events and effects, or a refusal.

Pure: the dispatcher appends the events, folds them and hands the effects to the engine. Each family of messages has its
own module; this one only holds the shape of a decision and the dispatch.
"""

from coach.core.decide import evidence, feedback, isolating, loops, notebook, observed, searches, steps  # noqa: F401 - they register
from coach.core.decide.shape import Decision, Message, Refusal, decide

__all__ = ["Decision", "Message", "Refusal", "decide"]
