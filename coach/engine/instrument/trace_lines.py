"""Turn the lines of a traced run into the spectrum of one failing test, and keep the lines themselves as an artefact."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from coach.core.localize.spectrum import Coverage, Lines, Spectrum, Traced, measure
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.source.excerpts import read_sources, read_test


def spectrum_of(
    request: RunRequest, report: RunReport, coverage: Coverage, root: Path, keep: Callable[[str], str]
) -> Spectrum:
    """Measure the spectrum of the test a traced run was made for."""
    test = request.focus
    failed = {each.test for each in report.failures}
    without = (failed | set(report.skipped)) - {test}
    paths = {path for lines in coverage.tests.values() for path in lines}
    paths |= {path for lines in coverage.imports.values() for path in lines}
    traced = Traced(coverage, read_sources(root, sorted(paths)), read_test(root, test).source, without)
    measured = measure(test, traced, request.scope)
    return measured.model_copy(
        update={
            "tree": report.tree,
            "run": request.number,
            "has_failed": test in failed,
            "coverage": keep(_as_text(coverage, report.tree)),
        }
    )


def _as_text(coverage: Coverage, tree: str) -> str:
    """Per-test lines as JSON, for those who ask which tests run a line: ``{"tests": {id: {path: "1-3,7"}}}``."""
    kept = {
        "tree": tree,
        "way": coverage.way,
        "tests": _table(coverage.tests),
        "imports": _table(coverage.imports),
    }
    return json.dumps(kept, separators=(",", ":"))


def _table(contexts: Mapping[str, Lines]) -> dict[str, dict[str, str]]:
    return {
        name: {path: ranges(sorted(lines)) for path, lines in files.items()}
        for name, files in contexts.items()
    }


def coverage_from(text: str) -> Coverage:
    """Read what ``_as_text`` wrote; anything else is no coverage."""
    try:
        kept = json.loads(text)
        return Coverage(_untable(kept["tests"]), _untable(kept["imports"]), str(kept["way"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Coverage({})


def _untable(contexts: dict[str, dict[str, str]]) -> dict[str, Lines]:
    return {name: {path: lines_of(text) for path, text in files.items()} for name, files in contexts.items()}


def lines_of(text: str) -> frozenset[int]:
    """Read ``3-5,9``, as ``ranges`` writes it."""
    bounds = (part.partition("-") for part in text.split(",") if part)
    return frozenset(line for first, _, last in bounds for line in range(int(first), int(last or first) + 1))


def ranges(lines: list[int]) -> str:
    """Write sorted line numbers as ``3-5,9``."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)
