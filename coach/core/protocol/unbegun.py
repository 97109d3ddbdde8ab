"""What is seen of an effect that could not be begun."""

from coach.core.protocol.effects import (
    Effect,
    EffectFailed,
    Observation,
    PutBack,
    RestoreFailed,
    RunSearch,
    SearchOver,
    StartRun,
)
from coach.core.search.request import SearchResult


def not_begun(effect: Effect, message: str) -> Observation:
    """Return what is seen of an effect that could not be begun: the end of its run or search, else a word."""
    if isinstance(effect, RunSearch):
        result = SearchResult(how="failed", sentence=message)
        return SearchOver(number=effect.request.number, result=result)
    if isinstance(effect, PutBack):
        return RestoreFailed(tree=effect.tree, message=message)
    number = effect.request.number if isinstance(effect, StartRun) else 0
    return EffectFailed(effect=type(effect).__name__, message=message, run=number)
