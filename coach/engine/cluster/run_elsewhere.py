"""One run in a copy, carried out by the workers of a cluster: a round of mutations in parts, any other run whole.

The negative control stays whole as well: its number of wrong fixes is limited over all lines of the fix, and a part that is lost
would leave lines of which nobody asked, with nothing to tell it from lines without a survivor.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from coach.core.localize.mutation.parts import merged
from coach.core.localize.mutation.results import Flip, Mutations, best_first
from coach.core.localize.spectrum import Coverage
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import FlipSeen, MutantsSeen, Observation
from coach.core.runs.instrument import Mutate
from coach.core.runs.report import Ending, RunReport
from coach.engine.cluster.cluster import Cluster
from coach.engine.cluster.work_elsewhere import Ran, ran_elsewhere
from coach.engine.copies.changed_code import tree_for
from coach.engine.instrument.mutate import MAX_TOLD
from coach.engine.ports import Trees

Seen = tuple[Observation, ...]
_LOOK = 0.1
"""Seconds between two looks whether the run is still wanted."""
_CANCELLED = RunReport(ending=Ending(kind="cancelled", sentence="stopped on request"))


def run_elsewhere(  # noqa: PLR0913 - what a run needs here, by name
    asked: StartRun,
    cluster: Cluster,
    *,
    trees: Trees,
    coverage: Coverage | None,
    cancel: threading.Event,
    tell: Callable[[Observation], None],
    keep: Callable[[str], str],
) -> tuple[RunReport, Seen | None]:
    """Have a run carried out, and return what it showed; None: nothing came back, since it was ended.

    Args:
        asked: the run.
        cluster: who carries it out.
        trees: what its copy is made from; the workers are sent what they lack of it.
        coverage: says which tests notice a change.
        cancel: set by another thread to end the run, on every worker.
        tell: takes what is seen while it goes on; called by threads of the cluster's.
        keep: stores its output, without secrets, and returns by what it is known.

    Raises:
        CoachError: nobody could carry it out, or its tree is not whole.

    """
    if cancel.is_set():  # perhaps before any worker was there to be asked
        return _CANCELLED, None
    tree = tree_for(asked.request, trees)
    if isinstance(asked.request.instrument, Mutate):
        round_ = _Round(asked, tree, tell)
        ran, seen = round_.carried_out(cluster, coverage, cancel)
    else:
        ran = awaited(ran_elsewhere(cluster, asked, tree), cancel)
        seen = None if ran is None else ran.seen
    if ran is None:
        return _CANCELLED.model_copy(update={"tree": tree}), seen
    kept = keep(ran.output) if ran.output else ""
    output = ran.report.output.model_copy(update={"artefact": kept})
    return ran.report.model_copy(update={"tree": tree, "output": output}), seen


def awaited(future: "Future[Ran]", cancel: threading.Event) -> Ran | None:
    """Wait for an answer; None where nobody wanted it any more. Raises CoachError."""
    _wait([future], cancel, lambda _: False)
    return future.result() if future.done() and not future.cancelled() else None


def _wait(
    futures: Sequence["Future[Ran]"], cancel: threading.Event, is_enough: Callable[["Future[Ran]"], bool]
) -> None:
    """Wait until all answered, one of them is enough, or nobody wants to know; those that are not over are ended."""
    pending = set(futures)
    while pending and not cancel.is_set():
        done, pending = wait(pending, _LOOK, FIRST_COMPLETED)
        if any(map(is_enough, done)):
            break
    for each in pending:
        each.cancel()


@dataclass(slots=True)
class _Part:
    """Some of the lines of a round, on one worker."""

    asked: StartRun
    name: str
    future: "Future[Ran]" = field(default_factory=Future)
    flips: dict[str, Flip] = field(default_factory=dict)
    """What it told of before its answer: all that is known of one that is ended."""

    @property
    def ran(self) -> Ran | None:
        """Its answer, if it has one."""
        is_answered = self.future.done() and not self.future.cancelled() and not self.future.exception()
        return self.future.result() if is_answered else None

    @property
    def error(self) -> BaseException | None:
        """Why it could not be carried out; None where it was, or was ended."""
        return self.future.exception() if self.future.done() and not self.future.cancelled() else None


class _Round:
    """A round of mutations. A clean flip that settles one part ends the others: they were at lines as promising as its own."""

    def __init__(self, asked: StartRun, tree: str, tell: Callable[[Observation], None]) -> None:
        self._asked, self._tree, self._tell = asked, tree, tell
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def carried_out(
        self, cluster: Cluster, coverage: Coverage | None, cancel: threading.Event
    ) -> tuple[Ran | None, Seen | None]:
        """Have every part tried. Raises CoachError where none could be."""
        parts = self._parts(cluster.width)
        try:
            for each in parts:
                hear = self._hearing(each)
                each.future = ran_elsewhere(cluster, each.asked, self._tree, coverage, hear, each.name)
            _wait([each.future for each in parts], cancel, _settles)
        finally:
            for each in parts:
                each.future.cancel()  # those sent before one that could not be
        answers = [each.ran for each in parts if each.ran is not None]
        errors = [each.error for each in parts if each.error is not None]
        if len(errors) == len(parts):
            raise errors[0]
        results = [self._result(each) for each in parts]
        is_known = any(results[number].tried for number in range(len(parts))) or not cancel.is_set()
        found = merged(results)
        ran = _together(answers, errors)
        if ran is not None and cancel.is_set() and not found.is_settled and any(map(_is_ended, parts)):
            # What is over counts, but the round as a whole was stopped, as it would have been here.
            ran = replace(ran, report=ran.report.model_copy(update={"ending": _CANCELLED.ending}))
        return ran, (MutantsSeen(mutations=found),) if is_known else None

    def _parts(self, width: int) -> list[_Part]:
        """Deal the round to so many workers; no part without a line."""
        count = max(min(width, sum(len(each.lines) for each in self._asked.places)), 1)
        if count == 1:
            return [_Part(self._asked, "")]
        return [
            _Part(self._asked.model_copy(update={"part": (number, count)}), f"{number} of {count}")
            for number in range(1, count + 1)
        ]

    def _hearing(self, part: _Part) -> Callable[[str], None]:
        """Return what takes the flips that a part finds: each is told at once, and kept should its answer never come."""

        def hear(said: str) -> None:
            try:
                flip = FlipSeen.model_validate_json(said).flip
            except ValidationError:  # only a worker of another coach says what this one does not know
                return
            with self._lock:
                part.flips[flip.sentence] = flip
                is_new = flip.sentence not in self._told and len(self._told) < MAX_TOLD
                self._told |= {flip.sentence} if is_new else set()
            if is_new:
                self._tell(FlipSeen(run=self._asked.request.number, flip=flip))

        return hear

    def _result(self, part: _Part) -> Mutations:
        """Return what came of a part; of one that was ended, what it told; of one that was lost, why."""
        found = _mutations(part.ran) if part.ran else None
        if found is not None:
            return found.model_copy(update={"tree": self._tree})
        own = Mutations(test=self._asked.request.focus, tree=self._tree)
        if part.error is not None:
            return own.model_copy(update={"ended": "stopped", "why": str(part.error)})
        with self._lock:
            flips = best_first(tuple(part.flips.values()))
        known = {"tried": len(flips), "planned": len(flips), "flips": flips, "ended": "stopped"}
        return own.model_copy(update=known)


def _is_ended(part: _Part) -> bool:
    return part.future.cancelled()


def _mutations(ran: Ran) -> Mutations | None:
    return next((each.mutations for each in ran.seen if isinstance(each, MutantsSeen)), None)


def _settles(future: "Future[Ran]") -> bool:
    if future.cancelled() or future.exception() is not None:
        return False
    found = _mutations(future.result())
    return found is not None and found.is_settled


def _together(answers: Sequence[Ran], errors: Sequence[BaseException]) -> Ran | None:
    """Return the run that a round was: how it ended is how its worst part did, and its output that part's."""
    if not answers:
        return None
    worst = next((each for each in answers if not each.report.ending.is_complete), answers[0])
    reports = [each.report for each in answers]
    said = {
        "duration": max(each.duration for each in reports),
        "refused": tuple(dict.fromkeys(act for each in reports for act in each.refused)),
        "probe_notes": tuple(
            dict.fromkeys([*(note for each in reports for note in each.probe_notes), *map(str, errors)])
        ),
    }
    return Ran(worst.report.model_copy(update=said), (), worst.output)
