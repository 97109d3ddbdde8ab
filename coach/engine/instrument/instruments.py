"""The instruments that coach has: the one table of what observes the runs they are asked for."""

from collections.abc import Callable
from typing import Any

from coach.core.experiments.logpoint import Logpoint
from coach.core.experiments.trial_request import Trial
from coach.core.localize.call_trace import CallsRequest
from coach.core.localize.origins import OriginsRequest
from coach.core.protocol.effects import StartRun
from coach.core.runs.instrument import Mutate, MutateFix, Trace
from coach.engine.instrument.mutate import SuspectMutator
from coach.engine.instrument.observer import PLAIN, Observer, ObserverContext
from coach.engine.instrument.place_logpoint import LogpointObserver
from coach.engine.instrument.run_trial import TrialObserver
from coach.engine.instrument.trace_calls import CallTracer
from coach.engine.instrument.trace_lines import LineTracer
from coach.engine.instrument.trace_origins import OriginTracer
from coach.engine.instrument.wrong_fixes import FixMutator

OBSERVERS: dict[type, Callable[[Any, StartRun, ObserverContext], Observer]] = {
    Trace: LineTracer,
    Mutate: SuspectMutator,
    MutateFix: FixMutator,
    Logpoint: LogpointObserver,
    CallsRequest: CallTracer,
    OriginsRequest: OriginTracer,
    Trial: TrialObserver,
}


def observer_of(asked: StartRun, context: ObserverContext) -> Observer:
    """Return what observes one run, made anew for it."""
    instrument = asked.request.instrument
    return OBSERVERS[type(instrument)](instrument, asked, context) if instrument else PLAIN
