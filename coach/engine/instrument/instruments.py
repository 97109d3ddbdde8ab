"""Runs that only look: traced ones, which give a spectrum, and mutating ones, which try small changes in a copy."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coach.core.localize.mutation.mutants import Mutant
from coach.core.localize.spectrum import Coverage
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import (
    CallsSeen,
    ControlSeen,
    LogpointRead,
    MutantsSeen,
    Observation,
    SpectrumSeen,
    TrialRead,
)
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.instrument.mutate import mutations_of, neighbours_of, plan_text, planned, strangers
from coach.engine.instrument.place_logpoint import located, look_text, observed_in
from coach.engine.instrument.run_trial import matched
from coach.engine.instrument.trace_calls import calls_plan, nearest_tests, outcomes
from coach.engine.instrument.trace_lines import coverage_from, spectrum_of
from coach.engine.instrument.wrong_fixes import control_of, with_reach, wrong_fixes
from coach.engine.process.run_context import RunContext

_STOPPED = {"cancelled", "superseded", "interrupted"}


@dataclass(slots=True)
class Looking:
    """Prepares runs that look, and says what they saw. Remembers the newest coverage: it knows who notices a change."""

    around: RunContext
    recall: Callable[[str], str]
    """Returns a kept text by its hash; empty when it is gone."""
    _coverage: Coverage | None = None
    _tree: str = ""
    _chosen: tuple[Mutant, ...] = ()

    @property
    def newest(self) -> tuple[Coverage, str] | None:
        """The newest coverage and the tree it belongs to."""
        return (self._coverage, self._tree) if self._coverage and self._tree else None

    def prepare(self, effect: StartRun) -> RunRequest:
        """Return the request as it is to be executed. What changes code is planned later, from the copy it runs in."""
        request = effect.request
        if request.logpoint:
            placed = located(request.logpoint, self.around.root)
            self.around.mutated[request.number] = look_text(placed, self.around.root)
            return request.model_copy(update={"logpoint": placed})
        if request.calls:
            return self._with_neighbours(request, effect.coverage)
        return request

    def plan_changes(self, effect: StartRun, root: Path, recorded: int) -> RunRequest:
        """Plan the mutants of the files below ``root``, a copy of the tree recorded then; returns the request.

        It also collects tests that notice the changes.
        """
        request, focus = effect.request, effect.request.focus
        if request.control:
            self._chosen = with_reach(wrong_fixes(effect.places, root))
            self.around.mutated[request.number] = plan_text(request, self._chosen, root, None, recorded)
            return request
        self._chosen = planned(effect.places, root, focus)
        known = self._coverage or coverage_from(self.recall(effect.coverage) if effect.coverage else "")
        near = neighbours_of(known, self._chosen, focus) if focus in known.tests else None
        self.around.mutated[request.number] = plan_text(request, self._chosen, root, near, recorded)
        words = (*request.target.words, *strangers(near or {}, focus))
        return request.model_copy(update={"target": request.target.only(*words)})

    def _with_neighbours(self, request: RunRequest, kept: str) -> RunRequest:
        """Add the tests that run most of the same lines; nothing is known of them: then all of the file is traced."""
        assert request.calls is not None
        known = self._coverage or coverage_from(self.recall(kept) if kept else "")
        wants_others = not (request.in_copy or request.calls.against)
        near = nearest_tests(known, request.focus) if wants_others else ()
        asks_file = wants_others and not known.tests
        self.around.mutated[request.number] = calls_plan(request, near, all_tests=asks_file)
        words = (request.focus.file,) if asks_file else (request.focus, *near)
        calls = request.calls.model_copy(update={"neighbours": near})
        return request.model_copy(update={"target": request.target.only(*words), "calls": calls})

    def seen(self, request: RunRequest, report: RunReport) -> list[Observation]:
        """Read what a run saw. A trace that was stopped half way says nothing; mutations that came half way do."""
        coverage = self.around.traced.pop(request.number, None)
        if request.calls:
            traces = self.around.called.pop(request.number, {})
            return [
                CallsSeen(
                    run=request.number, traces=outcomes(traces, request, report), why=report.ending.sentence
                )
            ]
        said = self.around.mutated.pop(request.number, "")
        if request.trial or request.logpoint or request.control:
            return [self._answer(request, report, said)]
        if request.mutate:
            found = mutations_of(request, report, self._chosen, said)
            if not found.tried and report.ending.kind in _STOPPED:
                return []
            if not found.tried and not found.why and not found.refused:
                found = found.model_copy(
                    update={"why": report.ending.sentence or "the mutator gave no answer"}
                )
            return [MutantsSeen(mutations=found)]
        if coverage is None or report.ending.kind in _STOPPED:
            return []
        self._coverage, self._tree = coverage, report.tree
        return [
            SpectrumSeen(spectrum=spectrum_of(request, report, coverage, self.around.root, self.around.keep))
        ]

    def _answer(self, request: RunRequest, report: RunReport, said: str) -> Observation:
        """Read what an experiment showed: each of these is answered whatever happened."""
        if request.trial:
            output = self.around.live.captured.text()
            return TrialRead(run=request.number, matched=matched(request.trial, output))
        if request.logpoint:
            return LogpointRead(run=request.number, observed=observed_in(request, report, said))
        return ControlSeen(control=control_of(request.number, self._chosen, said, report))
