"""Carry one run out on this machine: in the checkout, in a copy, or the one that was made ready for it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from coach.core.runs.report import RunReport
from coach.engine.ahead import Placed, RunAhead, execution_of, place_of
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.observer import Observer, ObserverContext
from coach.engine.ports import Trees
from coach.engine.process.output import LiveOutput
from coach.engine.process.waiting import Waiting
from coach.engine.run_queue import Job
from coach.engine.runners.take_in import take_in
from coach.engine.trees.branch_switch import Switches
from coach.engine.trees.checkout import CheckoutRuns
from coach.engine.watch.saves import SaveNotices


class RunsHere:
    """The runs of a session that this machine carries out; of a verification the next one is made ready meanwhile."""

    def __init__(
        self, context: ObserverContext, trees: Trees | None, switches: Switches, saves: SaveNotices
    ) -> None:
        self._context, self._trees, self._saves = context, trees, saves
        self._checkout = CheckoutRuns(context.runs, trees, switches)
        self.ahead = RunAhead(trees, context)

    def run(self, job: Job) -> tuple[RunReport, Observer]:
        """Return the report of a run, and what observed it. Raises CoachError where it cannot be made."""
        if job.runs_beside:
            observer = observer_of(job.asked, self._context)
            beside = replace(self._context.runs, live=LiveOutput())
            with place_of(job.asked, beside, job.cancel, self._trees, observer) as run:
                return run.report(job.cancel), observer
        ready = self.ahead.take(job.asked)
        observer = ready.observer if ready else observer_of(job.asked, self._context)
        if job.asked.made:
            request = observer.prepare(job.asked.request, self._context.runs.root)
            made = partial(take_in, request, job.asked.made, self._context.runs)
            return self._of_checkout(job, made), observer
        if ready:
            with ready.kept:
                return self._carried_out(job, ready.run, ready.waiting), observer
        with place_of(job.asked, self._context.runs, job.cancel, self._trees, observer) as run:
            return self._carried_out(job, run), observer

    def _carried_out(self, job: Job, run: Placed, waiting: Waiting | None = None) -> RunReport:
        """Make a run that is laid out, once the next one is laid out too: no test writes to the checkout before that."""

        def carry() -> RunReport:
            self._context.runs.live.begin(job.asked.request.number)
            self.ahead.begin(job.asked, execution_of(run), waiting, job.cancel)
            try:
                return run.report(job.cancel)
            finally:
                self.ahead.end_unwanted()

        return carry() if job.is_in_copy else self._of_checkout(job, carry)

    def _of_checkout(self, job: Job, carry: Callable[[], RunReport]) -> RunReport:
        asked = job.asked
        here = partial(self._checkout.run, asked.request, job.cancel, carry, asked.made)
        return self._saves.around(asked.request.number, here)
