"""A run that is asked for on a cluster: one run of a tree, or a round of mutations that all workers share."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait

from coach.core.localize.mutation.merged import dealt, merged
from coach.core.localize.mutation.results import Mutations
from coach.core.localize.spectrum import Coverage
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import FlipSeen, MutantsSeen, Observation
from coach.core.runs.instrument import Mutate
from coach.core.runs.report import Ending, RunReport
from coach.engine.cluster.cluster import Cluster
from coach.engine.cluster.work_elsewhere import Ran, ran_elsewhere
from coach.engine.ports import Trees
from coach.errors import CoachError

_TICK = 0.05
_CANCELLED = RunReport(ending=Ending(kind="cancelled", sentence="stopped on request"))


def run_elsewhere(  # noqa: PLR0913, PLR0917 - a run, where, and who hears of it
    asked: StartRun,
    cluster: Cluster,
    trees: Trees,
    coverage: Coverage | None,
    cancel: threading.Event,
    tell: Callable[[Observation], None],
) -> Ran:
    """Carry out a run on the workers; returns its report and what was seen besides.

    What is cancelled ends on every worker. Raises CoachError where nothing of it could be carried out.
    """
    request = asked.request
    other = trees.without(request.without, request.focus) if request.without else request.tree
    tree = other or trees.record()
    parts = _parts(asked, cluster.width)
    futures = [ran_elsewhere(cluster, each, tree, coverage) for each in parts]
    try:
        _await(futures, cancel, tell if len(parts) > 1 else lambda _: None, request.number)
    finally:
        for each in futures:
            each.cancel()
    ran, lost = _collected(futures)
    if not ran:
        if cancel.is_set():
            return _CANCELLED, ()
        raise CoachError(
            "nothing of it could be carried out on the cluster", why="; ".join(dict.fromkeys(lost))
        )
    return _together(ran, lost) if len(parts) > 1 else ran[0]


def _parts(asked: StartRun, workers: int) -> tuple[StartRun, ...]:
    """Deal a round of mutations out; any other run is one."""
    if not isinstance(asked.request.instrument, Mutate):
        return (asked,)
    shares = dealt(asked.places, workers)
    return tuple(asked.model_copy(update={"places": each}) for each in shares) or (asked,)


def _await(
    futures: Sequence["Future[Ran]"],
    cancel: threading.Event,
    tell: Callable[[Observation], None],
    number: int,
) -> None:
    """Wait until all are over, it is cancelled, or one of them settles what the round is about."""
    waiting = set(futures)
    while waiting and not cancel.is_set():
        done, waiting = wait(waiting, timeout=_TICK, return_when=FIRST_COMPLETED)
        for each in done:
            if (found := _mutations_of(each)) is None:
                continue
            for flip in found.flips:
                tell(FlipSeen(run=number, flip=flip))
            if found.is_settled:
                return


def _mutations_of(done: "Future[Ran]") -> Mutations | None:
    with contextlib.suppress(CoachError, CancelledError):
        return next((each.mutations for each in done.result()[1] if isinstance(each, MutantsSeen)), None)
    return None


def _collected(futures: Sequence["Future[Ran]"]) -> tuple[list[Ran], list[str]]:
    """Return what came back, and why the rest did not; what was ended because the round is settled is no loss."""
    ran, lost = [], []
    for each in futures:
        if each.cancelled():
            continue
        try:
            ran.append(each.result(timeout=0))
        except CoachError as error:
            lost.append(str(error))
        except TimeoutError:
            continue
    return ran, lost


def _together(ran: Sequence[Ran], lost: Sequence[str]) -> Ran:
    """Make one run of the parts: the report of the longest, the round of all."""
    report = max((each for each, _ in ran), key=lambda each: each.duration)
    rounds = [each.mutations for _, seen in ran for each in seen if isinstance(each, MutantsSeen)]
    return report, ((MutantsSeen(mutations=merged(rounds, lost)),) if rounds else ())
