"""A search as lines: what is asked, how far it is, how to stop it, and what was found."""

from collections.abc import Sequence

from coach.core.base.formatting import bar, count, seconds
from coach.core.base.result_lines import Excerpt
from coach.core.base.symbols import OUTCOMES
from coach.core.log.event_words import on_cluster
from coach.core.runs.changes import FileChange
from coach.core.search.kinds import Described, Found, kind_of
from coach.core.search.request import Search, SearchRequest
from coach.core.session.state import SessionState
from coach.tui.views.code import code
from coach.tui.views.diff import file_lines, in_reading_order
from coach.tui.views.key_name import key_of
from coach.tui.views.line import BLANK, Line, Role, elastic, heading, line, piece
from coach.tui.views.link import Open
from coach.tui.views.view_state import ViewState
from coach.tui.views.workers import worker_lines

_HOW: dict[str, tuple[str, Role]] = {
    "found": ("✔ found", "good"),
    "nothing": ("○ nothing found", "dim"),
    "stopped": ("○ stopped", "dim"),
    "failed": ("◐ not carried out", "warn"),
}
_MAX_MARKS = 40
_MAX_PREVIEW = 20


def shown_search(state: SessionState) -> Search | None:
    """Return the search to show with the step's work: the one under way, else the newest, until a step is left."""
    if not state.searches or state.awaited_search:
        return state.awaited_search
    newest = state.searches[-1]
    if newest.by_itself and (
        newest.result is None or newest.result.how == "nothing" or not newest.result.found
    ):
        return None  # nobody asked for it, and the failure needs the room
    entered = state.visits[-1].at if state.visits else 0.0
    return newest if state.step_id == "isolate" or entered <= newest.began else None


def search_lines(search: Search, view: ViewState) -> tuple[Line, ...]:
    """Return the whole section."""
    request, result = search.request, search.result
    mark = _HOW[result.how] if result else ("◌ under way", "accent")
    kind, on = kind_of(request.kind), on_cluster(request.on)
    lines = [heading(kind.title.capitalize(), mark)]
    lines += [
        line("  ", kind.asks(request), hang=2),
        line("  ", ("in ", "dim"), elastic(request.target.label, "dim"), (on, "dim"), fit="cut"),
    ]
    if result is None:
        return (*lines, *_progress(search, view))
    known = f", {result.known} known before" if result.known else ""
    cost = f"{count(result.probes + result.again, 'run')}{known}, {seconds(result.seconds)}"
    lines.append(line("  ", (result.sentence, "strong"), figure=(cost, "dim"), hang=2))
    return (*lines, *_noted(result.notes), *(_described(result.found) if result.found else ()))


def searching(search: Search, now: float) -> Line:
    """Say on one line what is searched, how far it is and how to stop it."""
    said = [kind_of(search.request.kind).title, _tried(search), *_rate(search, now)]
    return line(
        (" ◌ ", "accent"),
        " · ".join(said),
        figure=(key_of("cancel"), piece(" stops it ", "dim")),
        fit="cut",
    )


def _progress(search: Search, view: ViewState) -> list[Line]:
    """Draw a bar where the end is known; else the outcomes as they came: nothing is promised that is not known."""
    total = _total(search.request)
    lines: list[Line] = []
    if total:
        share = min(1.0, len(search.tried) / total)
        left = max(0, total - len(search.tried))
        lines.append(
            line("  ", (bar(share, 30), "accent"), ("▏", "dim"), figure=(f"{left} left", "dim"), fit="cut")
        )
    lines += _noted(search.notes)
    marks = [piece(*OUTCOMES[each.outcome]) for each in search.tried[-_MAX_MARKS:]]
    lines += [line("  ", *marks)] if marks else []
    lines.append(line("  ", (" · ".join([_tried(search), *_rate(search, view.now)]), "dim"), hang=2))
    workers = view.workers if search.request.on else ()
    lines += worker_lines(workers, _a_minute(search, view.now), view)
    if search.doing and not workers:
        lines.append(line("  ", ("trying ", "dim"), elastic(search.doing), fit="cut"))
    return [
        *lines,
        line("  ", key_of("cancel"), (" stops it; what was tried is kept, and it can go on.", "dim"), hang=6),
    ]


def _noted(notes: Sequence[str]) -> list[Line]:
    return [line("  ", ("! ", "warn"), (each, "dim"), hang=4, most=2) for each in notes]


def _total(request: SearchRequest) -> int:
    planned = kind_of(request.kind).planned(request)
    return min(filter(None, (planned, request.most)), default=0)


def _tried(search: Search) -> str:
    outcomes = [each.outcome for each in search.tried]
    if not outcomes:
        return "nothing tried yet"
    unclear = f", {outcomes.count('UNRESOLVED')} unresolved" if "UNRESOLVED" in outcomes else ""
    return f"{len(outcomes)} tried: {outcomes.count('FAIL')} fail, {outcomes.count('PASS')} pass{unclear}"


def _rate(search: Search, now: float) -> list[str]:
    spent = max(0.0, now - search.began)
    rate = [] if search.request.on else [_a_minute(search, now)]  # on a cluster it stands with the workers
    return [*filter(None, rate), f"{spent:.0f} s" if spent < 60 else seconds(spent)]


def _a_minute(search: Search, now: float) -> str:
    """Return how many probes a minute; empty while that is not known."""
    spent = max(0.0, now - search.began)
    a_minute = 60 * len(search.tried) / spent if spent >= 5 else 0.0
    return f"{a_minute:.0f} a minute" if a_minute >= 1 else ""


def _described(found: Found) -> list[Line]:
    parts = found.described()
    files = iter(in_reading_order(part for part in parts if isinstance(part, FileChange)))
    in_order = (next(files) if isinstance(part, FileChange) else part for part in parts)
    return [each for part in in_order for each in _drawn(part)]


def _drawn(part: Described) -> list[Line]:
    if isinstance(part, FileChange):
        return file_lines(part)
    if isinstance(part, Excerpt):
        return [BLANK, *code(part.text, Open("", 1), most=_MAX_PREVIEW)]
    *first, last = (piece(each) if isinstance(each, str) else piece(*each) for each in part.parts)
    share = () if part.share is None else (("│", "dim"), (bar(part.share, 16), "accent"), ("│", "dim"))
    is_one_line = part.is_name or part.share is not None
    last = last._replace(elastic=part.is_name)
    return [
        line(
            "  ",
            *first,
            last,
            *share,
            figure=(part.figure, "dim"),
            hang=4,
            fit="cut" if is_one_line else "wrap",
        )
    ]
