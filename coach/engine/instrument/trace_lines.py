"""Turn the lines of a traced run into the spectrum of one failing test, and keep the lines themselves as an artefact."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.core.base.test_id import TestId
from coach.core.localize.lacking import lacking_of
from coach.core.localize.same_cause import of_same_cause
from coach.core.localize.spectrum import Coverage, Outcome, Spectrum
from coach.core.localize.spectrum_measurement import Traced, measure
from coach.core.protocol.observations import Observation, SpectrumSeen
from coach.core.runs.instrument import Trace
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.channel.coverage import read_coverage
from coach.engine.instrument.kept_coverage import coverage_text
from coach.engine.instrument.observer import STOPPED, ProbeObserver
from coach.engine.instrument.trace_calls import nearest_tests
from coach.engine.process.run_files import RunFiles
from coach.engine.source.excerpts import read_sources, read_test
from coach.engine.source.project_paths import Places


def spectrum_of(
    request: RunRequest, report: RunReport, coverage: Coverage, root: Path, keep: Callable[[str], str]
) -> Spectrum:
    """Measure the spectrum of the test a traced run was made for; ``root`` is where the code that ran is."""
    return spectrum_from(request, report, coverage, _texts(request, coverage, root), keep)


@dataclass(frozen=True, slots=True)
class Texts:
    """What ran, as text: by path, and the source of the failing test."""

    sources: Mapping[str, str]
    test: str


def _texts(request: RunRequest, coverage: Coverage, root: Path) -> Texts:
    paths = {path for lines in coverage.tests.values() for path in lines}
    paths |= {path for lines in coverage.imports.values() for path in lines}
    return Texts(read_sources(root, sorted(paths)), read_test(root, request.focus).source)


def spectrum_from(
    request: RunRequest, report: RunReport, coverage: Coverage, texts: Texts, keep: Callable[[str], str]
) -> Spectrum:
    """Measure the spectrum of the test a traced run was made for, from texts that were read already."""
    test, sources = request.focus, texts.sources
    scope = request.instrument.scope if isinstance(request.instrument, Trace) else "file"
    failed = {each.test for each in report.failures}
    without = (failed | set(report.skipped)) - {test}
    red = _same_cause(test, report, coverage, without)
    measured = measure(test, Traced(coverage, sources, texts.test, without, red), scope)
    asked = next((each for each in report.failures if each.test == test), None)
    return measured.model_copy(
        update={
            "tree": report.tree,
            "run": request.number,
            "has_failed": test in failed,
            "outcome": _outcome(test, report, coverage),
            "lacking": lacking_of(asked, sources) if asked else None,
            "neighbours_left_out": coverage.left_out,
            "nearest_passing": tuple(each for each in nearest_tests(coverage, test) if each not in without),
            "coverage": keep(coverage_text(coverage, report.tree)),
        }
    )


def _same_cause(
    test: TestId, report: RunReport, coverage: Coverage, without: Collection[str]
) -> tuple[TestId, ...]:
    asked = next((each for each in report.failures if each.test == test), None)
    if asked is None:
        return ()
    passing = [lines for name, lines in coverage.tests.items() if name != test and name not in without]
    return of_same_cause(asked, report.failures, coverage.tests, passing)


def _outcome(test: TestId, report: RunReport, coverage: Coverage) -> Outcome:
    """Say how the failing test went in the traced run."""
    if any(each.test == test for each in report.failures):
        return "failed"
    if test in report.passed:
        return "passed"
    return "unfinished" if coverage.tests.get(test) else "not run"


class LineTracer(ProbeObserver[Trace]):
    """Records the lines of own code that each test runs. What was stopped half way shows nothing."""

    coverage = Coverage({})
    texts: Texts | None = None
    """Of a run in a copy, read while that is there: its code may be another one than that of the checkout."""

    def prepare(self, request: RunRequest, _root: Path, _recorded: int = 0, /) -> RunRequest:
        """Ask how the failing test itself goes."""
        return request.model_copy(update={"about": (request.focus,)}) if request.focus else request

    def settings(self, files: RunFiles, /) -> dict[str, Any]:
        wanted = self.instrument
        box = {"box": wanted.seconds_each, "own": wanted.seconds_own, "all": wanted.seconds_of_all}
        first = wanted.scope == "suite" and wanted.seconds > 0
        plan = {"focus": self.asked.request.focus, "first": first, **box}
        return {**super().settings(files), "traced": plan}

    def hears_reads(self, _request: RunRequest, /) -> bool:
        """What only the failing test opens is a trace, too."""
        return True

    def options(self, _files: RunFiles, /) -> list[str]:
        """Go on whatever fails before: a file that cannot be collected, or another test under ``-x`` in addopts."""
        return ["--continue-on-collection-errors", "--maxfail=0"]

    def collect(self, files: RunFiles, places: Places) -> None:
        self.coverage = read_coverage(files.trace, files.nonce, places.root)
        request = self.asked.request
        if request.in_copy and request.focus:
            self.texts = _texts(request, self.coverage, places.root)

    def seen(self, request: RunRequest, report: RunReport) -> list[Observation]:
        if report.ending.kind in STOPPED:
            return []
        context, runs = self.context, self.context.runs
        context.coverage, context.tree = self.coverage, report.tree
        texts = self.texts or _texts(request, self.coverage, runs.root)
        return [SpectrumSeen(spectrum=spectrum_from(request, report, self.coverage, texts, runs.keep))]
