"""Measure the spectrum of a failing test from the lines that each test of a run ran.

Places are functions, which passing tests ran or not, and what ran at import (``import_reads``): class bodies, assigned
names and heads of functions, which the lines of passing tests read or not.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from coach.core.base.test_id import TestId
from coach.core.localize.import_places import ImportPlace
from coach.core.localize.import_reads import ImportReads, Reached
from coach.core.localize.kept_lines import excerpts
from coach.core.localize.line_prior import line_order, priors
from coach.core.localize.outline import Outline, Outlined, names_in, words_of
from coach.core.localize.spectrum import Coverage, FunctionCount, LineCount, Lines, Scope, Spectrum, ochiai
from coach.core.loops.analysis.syntax import MODULE

MAX_FUNCTIONS = 200
MAX_LINES = 300
MAX_NOT_RUN = 10
MAX_OPENED = 10
_WITH_CODE = 60
_MARKED = 12
"""Lines of a place around which its code is kept."""
_READ_ITSELF = 3.0
"""What the prior of a line gains when the failing test reads the very attribute that the line assigns."""


Sides = tuple[Sequence[Lines], Sequence[Lines]]
"""The lines of each passing test, and of each other red one of the same cause."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A traced run as ``measure`` takes it."""

    coverage: Coverage
    sources: Mapping[str, str]
    test_source: str
    without: Collection[str]
    """Tests on neither side: other failures, skipped ones."""
    red: Sequence[TestId] = ()
    """Those of them that fail for the same cause."""


def measure(test: TestId, traced: Traced, scope: Scope = "file") -> Spectrum:
    """Count for every function the failing test ran. A collection failure is measured by what its file ran at import."""
    coverage = traced.coverage
    failing = coverage.tests.get(test) or coverage.imported_by(test)
    others = [lines for name, lines in coverage.tests.items() if name != test and name not in traced.without]
    red = [coverage.tests[each] for each in traced.red if each != test and each in coverage.tests]
    outlines = {path: Outline(source) for path, source in traced.sources.items()}
    counted: list[FunctionCount] = []
    for path, lines in failing.items():
        if path in outlines:
            rows = _functions_of(path, lines, (others, red), outlines[path], priors(traced.sources[path]))
            counted += rows if test in coverage.tests else [_as_import(each, outlines[path]) for each in rows]
    counted = _with_imports(counted, _reached(test, traced, (others, red), outlines), traced.sources)
    counted = [_in_order(each, coverage) for each in counted]
    counted.sort(key=_first_look, reverse=True)
    kept = [_with_code(each, traced.sources) for each in counted[:_WITH_CODE]] + counted[
        _WITH_CODE:MAX_FUNCTIONS
    ]
    mentioned = names_in(traced.test_source)
    return Spectrum(
        test=test,
        scope=scope,
        has_failed=test not in traced.without and test in coverage.tests,
        passing=len(others),
        red_tests=tuple(traced.red) or (test,),
        lines_seen=sum(len(lines) for lines in failing.values()),
        functions=tuple(kept),
        left_out=max(len(counted) - MAX_FUNCTIONS, 0),
        not_run=() if test in coverage.taken else _not_run(test, mentioned, failing, outlines),
        taken_by=coverage.taken.get(test),
        opened=_opened(test, coverage, traced.without),
        mentioned=tuple(sorted(mentioned))[:300],
    )


def _functions_of(
    path: str, lines: frozenset[int], sides: Sides, outline: Outline, prior: Mapping[int, float]
) -> list[FunctionCount]:
    line_counts, function_counts = _counts(path, lines, sides[0], outline)
    red_lines, red_functions = _counts(path, lines, sides[1], outline)
    grouped: dict[str, list[int]] = {}
    places: dict[str, Outlined] = {}
    for line in sorted(lines):
        found = _place_at(outline, line)
        grouped.setdefault(found.name, []).append(line)
        places[found.name] = found
    return [
        FunctionCount(
            path=path,
            function=name,
            first=min(places[name].first, numbers[0]) if name != MODULE else numbers[0],
            last=places[name].last if name != MODULE else numbers[-1],
            size=places[name].size,
            passing=function_counts[name],
            failing=1 + red_functions[name],
            lines=tuple(
                LineCount(
                    line=line,
                    passing=line_counts[line],
                    failing=1 + red_lines[line],
                    prior=round(prior.get(line, 0.0), 2),
                )
                for line in numbers[:MAX_LINES]
            ),
        )
        for name, numbers in grouped.items()
    ]


def _counts(
    path: str, lines: frozenset[int], others: Sequence[Lines], outline: Outline
) -> tuple[Counter[int], Counter[str]]:
    """Count how many tests ran each of the lines of a file, and each of its places."""
    by_line: Counter[int] = Counter()
    by_place: Counter[str] = Counter()
    for other in others:
        theirs = other.get(path)
        if theirs:
            by_line.update(lines & theirs)
            by_place.update({_place_at(outline, line).name for line in theirs})
    return by_line, by_place


def _place_at(outline: Outline, line: int) -> Outlined:
    """Return the function that holds a line, else what of the import does: its first and last line are those of its text."""
    found = outline.at(line)
    if found:
        return found
    place = outline.imported_at(line)
    return _outlined(place) if place else Outlined(MODULE, 1, 1, 1)


def _outlined(place: ImportPlace) -> Outlined:
    return Outlined(place.name, place.first, place.first, max(place.last, place.first))


def _opened(test: TestId, coverage: Coverage, without: Collection[str]) -> tuple[str, ...]:
    """Return the files that the failing test opened and no passing one did."""
    passing = [files for name, files in coverage.opened.items() if name != test and name not in without]
    return tuple(sorted(coverage.opened.get(test, frozenset()).difference(*passing)))[:MAX_OPENED]


def _in_order(each: FunctionCount, coverage: Coverage) -> FunctionCount:
    order = coverage.sequence.get(each.path, {}).get(each.first, 0)
    if each.is_import or not order:
        return each
    return each.model_copy(update={"order": max(order, 0), "after_raise": order < 0})


def _as_import(each: FunctionCount, outline: Outline) -> FunctionCount:
    is_function = any(outline.at(line.line) for line in each.lines)
    return each if is_function else each.model_copy(update={"is_import": True})


def _reached(test: TestId, traced: Traced, sides: Sides, outlines: Mapping[str, Outline]) -> list[Reached]:
    """Return what ran at import and the failing test depends on, of the files that were read."""
    coverage = traced.coverage
    imported: dict[str, frozenset[int]] = {}
    for files in coverage.imports.values():
        for path, lines in files.items():
            imported[path] = imported.get(path, frozenset()) | lines
    trees = {path: outline.tree for path, outline in outlines.items() if outline.tree}
    failing = coverage.tests.get(test)
    return ImportReads(trees, imported, test).reached(failing, *sides) if failing else []


def _with_imports(
    counted: Sequence[FunctionCount], reached: Sequence[Reached], sources: Mapping[str, str]
) -> list[FunctionCount]:
    """Add what ran at import; the head of a function that the test ran joins that function."""
    found = {(each.path, each.function): each for each in counted}
    known: dict[str, Mapping[int, float]] = {}
    for each in reached:
        prior = known[each.path] = known.get(each.path) or priors(sources[each.path])
        key = (each.path, each.place.name)
        there = found.get(key)
        if there is None:
            found[key] = _import_count(each, prior)
            continue
        passing = each.passing if there.is_import else there.passing
        lines = {line.line: line for line in (*_lines_of(each, passing, prior), *there.lines)}
        found[key] = there.model_copy(
            update={"lines": tuple(lines[line] for line in sorted(lines))[:MAX_LINES]}
        )
    return list(found.values())


def _import_count(each: Reached, prior: Mapping[int, float]) -> FunctionCount:
    place = _outlined(each.place)
    return FunctionCount(
        path=each.path,
        function=place.name,
        first=place.first,
        last=place.last,
        size=len(each.place.lines),
        passing=each.passing,
        failing=1 + each.red,
        lines=_lines_of(each, each.passing, prior),
        is_import=True,
        steps=each.steps,
        is_value_read=each.is_value_read,
    )


def _lines_of(each: Reached, passing: int, prior: Mapping[int, float]) -> tuple[LineCount, ...]:
    own = each.passing_by_line
    return tuple(
        LineCount(
            line=line,
            passing=own.get(line, passing),
            failing=1 + each.red,
            prior=round(prior.get(line, 0.0) + (_READ_ITSELF if line in own else 0.0), 2),
        )
        for line in sorted(each.lines)[:MAX_LINES]
    )


def _first_look(each: FunctionCount) -> tuple[float, float]:
    best = max((ochiai(line.failing, line.failing, line.passing) for line in each.lines), default=0.0)
    return best * each.failing / (1 + each.steps), ochiai(each.failing, each.failing, each.passing)


def _with_code(each: FunctionCount, sources: Mapping[str, str]) -> FunctionCount:
    worth = {line.line: ochiai(line.failing, line.failing, line.passing) for line in each.lines}
    wanted = line_order(worth, {line.line: line.prior for line in each.lines})[:_MARKED]
    main, beside = excerpts(sources.get(each.path, "").split("\n"), each.first, each.last, wanted)
    return each.model_copy(update={"code": main.text, "code_start": main.start, "beside": beside})


def _not_run(
    test: TestId, mentioned: frozenset[str], failing: Lines, outlines: Mapping[str, Outline]
) -> tuple[FunctionCount, ...]:
    """Functions that the test names, in its id or its body, and never ran."""
    wanted = words_of(test.function.name)
    found: list[tuple[int, FunctionCount]] = []
    for path, outline in outlines.items():
        ran = failing.get(path, frozenset())
        for each in outline.functions:
            short = each.name.rpartition(".")[2]
            words = words_of(short)
            is_named = short in mentioned or (bool(words) and words <= wanted)
            if short.startswith("__") or not is_named or any(each.body <= line <= each.last for line in ran):
                continue
            count = FunctionCount(
                path=path, function=each.name, first=each.first, last=each.last, size=each.size, ran=False
            )
            found.append((len(words & wanted) + (short in mentioned), count))
    found.sort(key=lambda pair: (-pair[0], pair[1].path, pair[1].first))
    return tuple(count for _, count in found[:MAX_NOT_RUN])
