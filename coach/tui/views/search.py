"""A search as lines: what is asked, how far it is, how to stop it, and what was found."""

from collections.abc import Callable, Sequence

from coach.core.base.symbols import OUTCOMES
from coach.core.runs.changes import FileChange
from coach.core.search.flake_axes import CONDITIONS, ROUNDS, Measured
from coach.core.search.request import (
    KIND_WORDS,
    AxisFound,
    CommitFound,
    EditsFound,
    Found,
    InputReduced,
    NotARegression,
    PollutersFound,
    Search,
    SearchKind,
    SearchRequest,
)
from coach.core.session.state import SessionState
from coach.tui.views.code import code
from coach.tui.views.diff import file_lines
from coach.tui.views.key_name import key_of
from coach.tui.views.line import BLANK, Line, Role, elastic, heading, line, piece
from coach.tui.views.numbers import bar, count, day, seconds

_HOW: dict[str, tuple[str, Role]] = {
    "found": ("✔ found", "good"),
    "nothing": ("○ nothing found", "dim"),
    "stopped": ("○ stopped", "dim"),
    "failed": ("◐ not carried out", "warn"),
}
_MOST_MARKS = 40
_MOST_PREVIEW = 20

_ASKED: dict[SearchKind, Callable[[SearchRequest], str]] = {
    "edits": lambda asked: f"Which hunks make it fail? Since {asked.base_label or asked.base[:9]}.",
    "commits": lambda asked: (
        "Which commit brought the failure?" + (f" {asked.base[:10]} is good." if asked.base else "")
    ),
    "order": lambda _: "Which tests before it make it fail?",
    "flake": lambda _: "What does the failure depend on?",
    "input": lambda asked: f"How little of {asked.input} still makes it fail?",
}


def shown_search(state: SessionState) -> Search | None:
    """Return the search to show with the step's work: the one under way, else the newest, until a step is left."""
    if not state.searches or state.search:
        return state.search
    newest = state.searches[-1]
    entered = state.visits[-1].at if state.visits else 0.0
    return newest if state.step_id == "isolate" or entered <= newest.began else None


def search_lines(search: Search, now: float) -> tuple[Line, ...]:
    """Return the whole section."""
    request, result = search.request, search.result
    mark = _HOW[result.how] if result else ("◌ under way", "accent")
    words = KIND_WORDS[request.kind]
    lines = [heading(words[:1].upper() + words[1:], mark)]
    lines += [
        line("  ", _ASKED[request.kind](request), hang=2),
        line("  ", ("in ", "dim"), elastic(request.target.label, "dim"), fit="cut"),
    ]
    if result is None:
        return (*lines, *_progress(search, now))
    cost = f"{count(result.probes + result.again, 'run')}, {result.known} known, {seconds(result.seconds)}"
    lines.append(line("  ", (result.sentence, "strong"), figure=(cost, "dim"), hang=2))
    return (*lines, *_noted(result.notes), *(_found(result.found) if result.found else ()))


def searching(search: Search, now: float) -> Line:
    """Say on one line what is searched, how far it is and how to stop it."""
    said = [KIND_WORDS[search.request.kind], _tried(search), *_rate(search, now)]
    return line(
        (" ◌ ", "accent"),
        " · ".join(said),
        figure=(key_of("cancel"), piece(" stops it ", "dim")),
        fit="cut",
    )


def _progress(search: Search, now: float) -> list[Line]:
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
    marks = [piece(*OUTCOMES[each.outcome]) for each in search.tried[-_MOST_MARKS:]]
    lines += [line("  ", *marks)] if marks else []
    lines.append(line("  ", (" · ".join([_tried(search), *_rate(search, now)]), "dim"), hang=2))
    if search.doing:
        lines.append(line("  ", ("trying ", "dim"), elastic(search.doing), fit="cut"))
    return [
        *lines,
        line("  ", key_of("cancel"), (" stops it; what was tried is kept, and it can go on.", "dim"), hang=6),
    ]


def _noted(notes: Sequence[str]) -> list[Line]:
    return [line("  ", ("! ", "warn"), (each, "dim"), hang=4) for each in notes]


def _total(request: SearchRequest) -> int:
    planned = (request.rounds or ROUNDS) * len(CONDITIONS) if request.kind == "flake" else 0
    return min(filter(None, (planned, request.most)), default=0)


def _tried(search: Search) -> str:
    outcomes = [each.outcome for each in search.tried]
    if not outcomes:
        return "nothing tried yet"
    unclear = f", {outcomes.count('UNRESOLVED')} unresolved" if "UNRESOLVED" in outcomes else ""
    return f"{len(outcomes)} tried: {outcomes.count('FAIL')} fail, {outcomes.count('PASS')} pass{unclear}"


def _rate(search: Search, now: float) -> list[str]:
    spent = max(0.0, now - search.began)
    a_minute = 60 * len(search.tried) / spent if spent >= 5 else 0.0
    rate = [f"{a_minute:.0f} a minute"] if a_minute >= 1 else []
    return [*rate, f"{spent:.0f} s" if spent < 60 else seconds(spent)]


def _found(found: Found) -> list[Line]:
    match found:
        case EditsFound():
            return _files(found.files)
        case CommitFound():
            return _commits(found)
        case NotARegression():
            return []  # its sentence says all
        case PollutersFound():
            return _polluters(found)
        case AxisFound():
            return [_condition(row) for row in found.table.rows]
        case InputReduced():
            return _input(found)


def _commits(found: CommitFound) -> list[Line]:
    lines = [
        line(
            "  ",
            ("✘ ", "bad"),
            (f"{each.id[:10]} ", "strong"),
            each.subject,
            figure=(day(each.at), "dim"),
            hang=4,
        )
        for each in found.commits[:10]
    ]
    lines.append(line("  ", ("✔ ", "good"), (f"{found.good.id[:10]} {found.good.subject}", "dim"), hang=4))
    if found.belief < 1:
        lines.append(
            line("  ", (f"{found.belief:.0%} sure: the failure shows only sometimes", "dim"), hang=2)
        )
    if len(found.commits) > 1:
        lines.append(line("  ", ("one of these: those between could not be judged", "dim"), hang=2))
    if found.left_out:
        return [*lines, *_files(found.files), line((f"  … {count(found.left_out, 'more file')}", "dim"))]
    return lines + _files(found.files)


def _files(files: tuple[FileChange, ...]) -> list[Line]:
    return [each for file in files for each in file_lines(file)]


def _polluters(found: PollutersFound) -> list[Line]:
    lines = [line("  ", ("✘ ", "bad"), elastic(each, "strong"), fit="cut") for each in found.polluters]
    lines.append(
        line(
            "  ",
            ("spoils ", "dim"),
            elastic(found.victim),
            figure=(f"{len(found.polluters)} of {found.of}", "dim"),
            fit="cut",
        )
    )
    if found.leaked:
        lines.append(line("  ", ("it leaves behind ", "dim"), " · ".join(found.leaked[:8]), hang=4))
    return lines


def _condition(row: Measured) -> Line:
    share = row.failures / row.runs if row.runs else 0.0
    unclear = f", {row.unresolved} unresolved" if row.unresolved else ""
    figure = f"{row.failures} of {row.runs} fail{unclear}  {row.low:.0%} to {row.high:.0%}"
    return line(
        "  ",
        row.condition.ljust(12),
        ("│", "dim"),
        (bar(share, 16), "accent"),
        ("│", "dim"),
        figure=(figure, "dim"),
        fit="cut",
    )


def _input(found: InputReduced) -> list[Line]:
    minimal = "no character can be left out" if found.is_minimal else "it may get smaller still"
    size = f"{found.bytes_before:,} → {found.bytes_after:,} bytes, {count(found.lines_after, 'line')}"
    lines = [
        line("  ", size, (f"  {minimal}", "dim"), hang=2),
        line("  ", ("kept as ", "dim"), elastic(found.reduced), fit="cut"),
    ]
    return [*lines, BLANK, *code(found.preview, 1, most=_MOST_PREVIEW)] if found.preview else lines
