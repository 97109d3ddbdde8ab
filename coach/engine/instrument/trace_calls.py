"""Runs that trace calls: which tests are compared, what the probe is told, and how each of them ended."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from coach.core.base.test_id import TestId
from coach.core.localize.call_trace import CallsRequest, CallTrace
from coach.core.localize.spectrum import Coverage, Lines
from coach.core.protocol.observations import CallsSeen, Observation
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.channel.calls import traces_in
from coach.engine.instrument.observer import ProbeObserver
from coach.engine.process.run_files import RunFiles
from coach.engine.source.project_paths import Places

MAX_NEIGHBOURS = 3


def nearest_tests(known: Coverage, test: TestId) -> tuple[TestId, ...]:
    """Return the tests of the same file that share the largest part of their lines with a test, nearest first."""
    own = _lines(known.tests.get(test, {}))
    file = test.file
    shares = [
        (-len(own & other) / len(own | other), name)
        for name, lines in known.tests.items()
        if name != test and TestId(name).file == file and (other := _lines(lines)) and own
    ]
    return tuple(TestId(name) for _, name in sorted(shares)[:MAX_NEIGHBOURS])


def _lines(files: Lines) -> set[tuple[str, int]]:
    return {(path, line) for path, lines in files.items() for line in lines}


def outcomes(
    traces: Mapping[str, CallTrace], request: RunRequest, report: RunReport
) -> tuple[CallTrace, ...]:
    """Return the traces of tests that passed or failed, the asked-for one first."""
    failed = {each.test for each in report.failures}
    known = (each for name, each in traces.items() if name not in report.skipped or name in failed)
    told = [each.model_copy(update={"run": request.number, "failed": each.test in failed}) for each in known]
    return tuple(sorted(told, key=lambda each: each.test != request.focus))


class CallTracer(ProbeObserver[CallsRequest]):
    """Records who called whom in the failing test, and in tests that run most of the same lines."""

    setting = "calls"
    traces: Mapping[str, CallTrace] = MappingProxyType({})

    def prepare(self, request: RunRequest, _root: Path, _recorded: int = 0, /) -> RunRequest:
        """Add the tests that run most of the same lines; nothing is known of them: then all of the file is traced."""
        wants_others = not (request.in_copy or self.instrument.against)
        known = self.context.known_coverage(self.asked.coverage)
        near = nearest_tests(known, request.focus) if wants_others else ()
        is_of_file = wants_others and not known.tests
        tests = () if is_of_file else (request.focus, *near)
        self.plan = json.dumps({"tests": tests, "logs": self.instrument.logs})
        words = tests or (request.focus.file,)
        return request.model_copy(update={"target": request.target.only(*words)})

    def collect(self, files: RunFiles, places: Places) -> None:
        self.traces = traces_in(files.traced(), files.nonce, places)

    def seen(self, request: RunRequest, report: RunReport) -> list[Observation]:
        traces = outcomes(self.traces, request, report)
        return [CallsSeen(run=request.number, traces=traces, why=report.ending.sentence)]
