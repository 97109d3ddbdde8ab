"""A comparison of drills as a page that a team can discuss. It tells no answer: the drills may be played again."""

from collections.abc import Callable, Sequence

from coach.core.base.formatting import count
from coach.core.base.symbols import Role
from coach.core.drill.comparison import Comparison, Pair, SectionCost, Side, fixed_in, fixes_lost
from coach.core.drill.comparison_words import LIMITS, chance_words, rate_words, sentences, verdict
from coach.core.drill.drill import Drill, DrillSet
from coach.core.drill.score import POINTS, DrillResult, Effort, LineName
from coach.core.reports.parts import Cell, Page, Part, Table
from coach.core.reports.plots import ShownRate
from coach.core.reports.statistics import Spread, spread
from coach.core.runs.reproduction import wilson

_FIXED: dict[bool | None, Cell] = {
    True: Cell("✔ fixed", "good"),
    False: Cell("✘ not fixed", "bad"),
    None: Cell("○ not judged", "dim"),
}
_EFFORT: tuple[tuple[str, Callable[[Effort], float | None]], ...] = (
    ("runs", lambda each: each.runs),
    ("attempts", lambda each: each.attempts),
    ("files touched", lambda each: each.files),
    ("minutes", lambda each: each.minutes),
    ("tokens", lambda each: each.tokens),
    ("hints", lambda each: len(each.hints)),
)


def comparison_page(found: Comparison, costs: Sequence[SectionCost], drill_set: DrillSet, coach: str) -> Page:
    """Return the page. ``coach`` is the version that writes it."""
    tells = bool(found.pairs) and found.fixed.tells
    return Page(
        kind="comparison of drills",
        title=f"{found.second.label} against {found.first.label}",
        verdict=Cell(verdict(found), "good" if tells else "warn"),
        about=_about(found, drill_set),
        parts=(
            Part("result", "What came out", sentences(found), rates=_rates(found, costs)),
            Part("pairs", "Drill by drill", tables=(_pairs(found, drill_set),)),
            Part("lines", "Line by line of the score", (_LINES_SAID,), tables=(_lines(found),)),
            Part(
                "sessions",
                "What was not met",
                ("`coach review SESSION` shows how it came to that.",),
                tables=(_unmet(found),),
            ),
            Part("effort", "Effort", (_EFFORT_SAID,), tables=(_efforts(found),)),
            Part("sections", "What each section is worth", _sections_said(costs), tables=(_sections(costs),)),
            Part("fair", "Who read the answer", _fair_said(found), items=_fair(found)),
            Part("left", "Drills that say nothing", items=_not_paired(found)),
            Part("method", "How this was measured", items=_method(found, drill_set)),
            Part("limits", "What this does not say", items=LIMITS),
        ),
        foot=f"Made by coach {coach} from the set {drill_set.name}. Every line is computed from recorded runs.",
    )


def _about(found: Comparison, drill_set: DrillSet) -> tuple[str, ...]:
    name = drill_set.root.rstrip("/").rpartition("/")[2]
    players = dict.fromkeys(each.player or "a person" for each in (found.first, found.second))
    made = drill_set.made[:10]
    return (
        f"played by {' and '.join(players)}",
        f"set {drill_set.name} of {count(len(drill_set.drills), 'drill')} from {name}, seed {drill_set.seed}",
        *((f"made {made}",) if made else ()),
        count(len(found.pairs), "pair"),
    )


def _rates(found: Comparison, costs: Sequence[SectionCost]) -> tuple[ShownRate, ...]:
    sides = [(found.first.label, found.rates[0]), (found.second.label, found.rates[1])]
    sides += [(f"without {each.section}", each.comparison.rates[0]) for each in costs]
    return tuple(
        ShownRate(name, rate.fixed / rate.of, rate.low, rate.high, rate_words(rate))
        for name, rate in sides
        if rate.of
    )


def _pairs(found: Comparison, drill_set: DrillSet) -> Table:
    first, second = found.first.label, found.second.label
    known = {each.number: each for each in drill_set.drills}
    heads = ("No.", "Bug", "Calls away", "Files", "Lines", "Tests red", first, "%", second, "%", "Better")
    return Table(heads, tuple(_pair(each, known.get(each.number), first, second) for each in found.pairs))


def _pair(pair: Pair, drill: Drill | None, first: str, second: str) -> tuple[Cell, ...]:
    of_first, of_second = pair.points
    known = drill.difficulty if drill else None
    figures = (known.distance, known.files, known.lines, known.tests) if known else ("", "", "", "")
    by_points = (of_second > of_first) - (of_second < of_first)
    better = {1: second, -1: first, 0: "–"}[pair.fixed or by_points]
    return (
        _figure(pair.number),
        Cell(drill.source if drill else ""),
        *(_figure(each) for each in figures),
        _FIXED[fixed_in(pair.first.score)],
        _figure(of_first),
        _FIXED[fixed_in(pair.second.score)],
        _figure(of_second),
        Cell(better),
    )


_LINES_SAID = "Of the pairs in which a line was judged on both sides: how often it was met, with Wilson's interval (95 %)."


def _lines(found: Comparison) -> Table:
    heads = ("Line", "Points", "Judged", found.first.label, found.second.label)
    return Table(heads, tuple(filter(None, (_line(found.pairs, name) for name in POINTS))))


def _line(pairs: Sequence[Pair], name: LineName) -> tuple[Cell, ...]:
    judged = [
        (first, second)
        for first, second in ((_met(each.first, name), _met(each.second, name)) for each in pairs)
        if first is not None and second is not None
    ]
    if not judged:
        return ()
    met = [sum(each[at] for each in judged) for at in (0, 1)]
    return (
        Cell(name),
        _figure(POINTS[name]),
        _figure(len(judged)),
        *(Cell(_met_words(each, len(judged)), is_figure=True) for each in met),
    )


def _met(result: DrillResult, name: LineName) -> bool | None:
    if name == "fixed":
        return fixed_in(result.score)
    line = next((each for each in result.score.lines if each.name == name), None)
    return None if line is None or line.judged == "not judged" else line.judged == "met"


def _met_words(met: int, of: int) -> str:
    low, high = wilson(met, of)
    return f"{met} ({100 * low:.0f} to {100 * high:.0f} %)"


def _unmet(found: Comparison) -> Table:
    """Say of each session which lines were not met, and why. Lines that were met may tell the answer."""
    rows = [
        (_figure(pair.number), Cell(side.label), Cell(result.session), Cell(_unmet_words(result)))
        for pair in found.pairs
        for side, result in ((found.first, pair.first), (found.second, pair.second))
    ]
    return Table(("No.", "", "Session", "Not met"), tuple(rows))


def _unmet_words(result: DrillResult) -> str:
    lines = [each for each in result.score.lines if each.judged == "not met"]
    return "; ".join(f"{each.name}: {each.said}" if each.said else each.name for each in lines) or "–"


_EFFORT_SAID = (
    "Medians in the pairs, with the quarters below and above them in brackets; of how many sessions it is known. "
    "An effort says nothing by itself: who gives up at once takes no time."
)


def _efforts(found: Comparison) -> Table:
    sides = ([each.first for each in found.pairs], [each.second for each in found.pairs])
    rows = []
    for name, measure in _EFFORT:
        spreads = [spread([measure(each.score.effort) for each in side]) for side in sides]
        if any(each.count for each in spreads) and (name != "hints" or any(each.high for each in spreads)):
            rows.append((Cell(name), *(Cell(_spread(each), is_figure=True) for each in spreads)))
    return Table(("", found.first.label, found.second.label), tuple(rows))


def _spread(each: Spread) -> str:
    if not each.count:
        return "nothing tells"
    return f"{_short(each.middle)} ({_short(each.low)} to {_short(each.high)}) of {each.count}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _sections_said(costs: Sequence[SectionCost]) -> tuple[str, ...]:
    if not costs:
        return ()
    whole = costs[0].comparison.second.label
    told = [each.section for each in costs if each.tells]
    which = f"{', '.join(told)}." if told else "none. That does not say that they are worth nothing."
    return (
        f"The same drills were played with “{whole}” without one of its sections at a time.",
        f"Sections whose loss is told apart from chance: {which}",
    )


def _sections(costs: Sequence[SectionCost]) -> Table:
    heads = ("Left out", "Fixed without", "Fixed with", "Fixes lost", "Chance", "")
    return Table(heads, tuple(_section(each) for each in costs))


def _section(cost: SectionCost) -> tuple[Cell, ...]:
    without, whole = cost.comparison.rates
    role: Role | None = "warn" if cost.tells else None
    return (
        Cell(cost.section),
        Cell(rate_words(without), is_figure=True),
        Cell(rate_words(whole), is_figure=True),
        _figure(fixes_lost(cost)),
        Cell(chance_words(cost.p), is_figure=True),
        Cell("told apart" if cost.tells else "not told apart", role),
    )


def _fair_said(found: Comparison) -> tuple[str, ...]:
    results = [each for pair in found.pairs for each in (pair.first, pair.second)]
    unfair = sum(not each.score.is_fair for each in results)
    watched = sum(_met(each, "fair") is not None for each in results)
    return (
        f"{count(watched, 'session')} of {len(results)} could be watched for reads of the answer; {unfair} read it.",
    )


def _fair(found: Comparison) -> tuple[str, ...]:
    said: dict[str, list[str]] = {}
    for pair in found.pairs:
        for side, result in ((found.first, pair.first), (found.second, pair.second)):
            line = next((each for each in result.score.lines if each.name == "fair"), None)
            if line and line.judged != "met":
                read = "read the answer" if line.judged == "not met" else "not watched"
                said.setdefault(f"{side.quoted}: {read}: {line.said}", []).append(str(pair.number))
    return tuple(f"Drill {', '.join(numbers)}, {each}" for each, numbers in said.items())


def _not_paired(found: Comparison) -> tuple[str, ...]:
    return tuple(f"Drill {each.number}: {each.why}" for each in found.not_paired)


def _method(found: Comparison, drill_set: DrillSet) -> tuple[str, ...]:
    sources: dict[str, int] = {}
    for each in drill_set.drills:
        sources[each.source] = sources.get(each.source, 0) + 1
    kinds = ", ".join(f"{number} {source}" for source, number in sources.items())
    return (
        (
            f"The bugs of the set: {kinds}. 1 to 10 tests notice each of them; before anybody played, the bug itself was graded"
            " “not fixed” and the true fix got the full score."
        ),
        "Each drill is played in a fresh copy of the project as one commit, without history, caches and installed copies.",
        (
            "Fixed: the whole suite, with the original and the hidden tests, passes in a fresh process on what was left, but for"
            f" {count(len(drill_set.red), 'test')} that fail without any bug."
        ),
        f"{_given(found.first)}; {_given(found.second)}.",
        (
            "Both sides play the same drills, so each drill is a pair. Pairs that came out alike say nothing; of the others the exact"
            " two-sided sign test says how often chance alone is as unequal. The test of fixes is McNemar's."
        ),
        (
            "Scores are compared on the lines that were judged on both sides; their difference is a median with the interval of the"
            " sign test."
        ),
    )


def _given(side: Side) -> str:
    known = f" (content {side.guidance})" if side.guidance else ""
    return f"{side.quoted}{known} was played by {side.player or 'a person'}"


def _figure(value: float | str) -> Cell:
    return Cell(f"{value}", is_figure=True)
