"""Turn the lines of a traced run into the spectrum of one failing test, and keep the lines themselves as an artefact."""

from collections.abc import Callable
from pathlib import Path

from coach.core.localize.spectrum import Coverage, Spectrum
from coach.core.localize.spectrum_measurement import Traced, measure
from coach.core.protocol.observations import Observation, SpectrumSeen
from coach.core.runs.instrument import Trace
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.channel.coverage import read_coverage
from coach.engine.instrument.kept_coverage import coverage_text
from coach.engine.instrument.observer import STOPPED, ProbeObserver
from coach.engine.process.run_files import RunFiles
from coach.engine.source.excerpts import read_sources, read_test
from coach.engine.source.project_paths import Places


def spectrum_of(
    request: RunRequest, report: RunReport, coverage: Coverage, root: Path, keep: Callable[[str], str]
) -> Spectrum:
    """Measure the spectrum of the test a traced run was made for."""
    test = request.focus
    scope = request.instrument.scope if isinstance(request.instrument, Trace) else "file"
    failed = {each.test for each in report.failures}
    without = (failed | set(report.skipped)) - {test}
    paths = {path for lines in coverage.tests.values() for path in lines}
    paths |= {path for lines in coverage.imports.values() for path in lines}
    traced = Traced(coverage, read_sources(root, sorted(paths)), read_test(root, test).source, without)
    measured = measure(test, traced, scope)
    return measured.model_copy(
        update={
            "tree": report.tree,
            "run": request.number,
            "has_failed": test in failed,
            "coverage": keep(coverage_text(coverage, report.tree)),
        }
    )


class LineTracer(ProbeObserver[Trace]):
    """Records the lines of own code that each test runs. What was stopped half way shows nothing."""

    coverage = Coverage({})

    def collect(self, files: RunFiles, places: Places) -> None:
        self.coverage = read_coverage(files.trace, files.nonce, places.root)

    def seen(self, request: RunRequest, report: RunReport) -> list[Observation]:
        if report.ending.kind in STOPPED:
            return []
        context, runs = self.context, self.context.runs
        context.coverage, context.tree = self.coverage, report.tree
        return [SpectrumSeen(spectrum=spectrum_of(request, report, self.coverage, runs.root, runs.keep))]
