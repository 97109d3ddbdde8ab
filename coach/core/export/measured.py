"""What measurements say of the cause: searches, where the wrong value came from, where calls part, values at logpoints."""

from collections.abc import Iterator

from coach.core.base.result_lines import Fact
from coach.core.experiments.logpoint import LogpointRun, TestHits
from coach.core.export.blocks import Block, Drop
from coach.core.export.differences import diff_of
from coach.core.export.quoting import Cleaner
from coach.core.localize.call_trace import sentence
from coach.core.localize.origins import place_line
from coach.core.runs.changes import FileChange
from coach.core.search.kinds import kind_of
from coach.core.search.request import Search
from coach.core.session.state import SessionState

MAX_FACTS = 6
"""Lines of what one search found."""
MAX_ORIGINS = 4
MAX_LOGPOINTS = 6
MAX_VALUES = 4
MAX_DIFF = 4_000
"""Characters of a culprit's difference."""


def measured_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Return what was measured, the strongest first: an experiment, then values, then calls."""
    newest = {each.request.kind: each for each in state.searches if each.result}
    return (
        *(block for each in newest.values() for block in _search(each, clean)),
        _lines(_origins(state, clean), "where the wrong value came from"),
        _lines(_calls(state, clean), "where the calls part"),
        _lines(_logpoints(state, clean), "values at logpoints"),
        _lines(_mutations(state), "how many mutations were tried"),
    )


def _lines(lines: Iterator[str], what: str) -> Block:
    return Block("\n".join(lines), drop=Drop.THE_REST, what=what)


def _search(search: Search, clean: Cleaner) -> Iterator[Block]:
    result = search.result
    if result is None or result.how not in {"found", "nothing"}:
        return
    title = clean.line(kind_of(search.request.kind).title, 60)
    lines = [f"- Search, {title}: {clean.code(result.sentence)}"]
    described = result.found.described() if result.found else ()
    facts = [each for each in described if isinstance(each, Fact)]
    lines += [f"  - {clean.code(f'{each.text} {each.figure}'.strip(), 160)}" for each in facts[:MAX_FACTS]]
    yield Block("\n".join(lines), drop=Drop.THE_REST, what="what searches found")
    files = [each for each in described if isinstance(each, FileChange)]
    diff = clean.text("\n".join(diff_of(each) for each in files))
    yield Block(
        diff[:MAX_DIFF], f"search, {title}", "repository", Drop.CODE, "the culprit's difference", "diff"
    )


def _origins(state: SessionState, clean: Cleaner) -> Iterator[str]:
    found = state.wrong_value or state.origins
    if found is None or not found.failed or not found.origins:
        return
    # The test's own lines stand above, and how it made the value is no news.
    places = [each for each in found.origins if each.path != found.test.file]
    if places:
        head = f"{found.expression} = {found.value}" if found.value else found.expression
        yield f"- Where {clean.code(head, 160)} came from, nearest first:"
    yield from (f"  - {clean.code(place_line(each), 200)}" for each in places[:MAX_ORIGINS])


def _calls(state: SessionState, clean: Cleaner) -> Iterator[str]:
    traced = state.calls
    parted = traced.divergence if traced else None
    if traced and parted and 0 <= parted.at < len(traced.trace.calls):
        call = traced.trace.calls[parted.at]
        yield f"- Calls part at {clean.code(f'{call.path}:{call.line} {call.function}', 160)}: {clean.code(sentence(parted), 400)}"


def _logpoints(state: SessionState, clean: Cleaner) -> Iterator[str]:
    for each in state.logpoints[-MAX_LOGPOINTS:]:
        asked = each.logpoint.expression or each.logpoint.condition or f"changes of {each.logpoint.watch}"
        verdict = f"; {each.verdict.lower()}: {clean.code(each.reason, 200)}" if each.verdict else ""
        yield f"- Run #{each.run}, {clean.code(asked, 120)} at {clean.code(each.logpoint.place, 120)}{verdict}"
        yield from (f"  - {_values(hits, clean)}" for hits in _told(each))


def _told(run: LogpointRun) -> list[TestHits]:
    """Return the failing test, and one that passes to compare it with."""
    hits = [each for each in run.observed.tests if each.rows]
    failing = [each for each in hits if each.outcome == "failing"]
    return [*failing[:1], *[each for each in hits if each.outcome == "passing"][:1]]


def _values(hits: TestHits, clean: Cleaner) -> str:
    shown = ", ".join(clean.code(row.value, 100) for row in hits.rows[:MAX_VALUES])
    more = f" … {hits.hits} hits" if hits.hits > MAX_VALUES else ""
    who = "failing test" if hits.outcome == "failing" else f"passing {clean.code(hits.test, 100)}"
    return f"{who}: {shown}{more}"


def _mutations(state: SessionState) -> Iterator[str]:
    tried = state.mutants
    if tried and tried.tried and not tried.flips:
        yield f"- {tried.tried} small mutations of the likeliest places: none makes the failing test pass"
