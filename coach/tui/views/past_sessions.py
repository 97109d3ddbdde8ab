"""Looking back: past failures like this one, a session in plots, two runs side by side."""

from collections.abc import Sequence

from coach.core.base.formatting import bar, count, day, elapsed, seconds
from coach.core.base.text import safe
from coach.core.history.similar_failure import PastFailure
from coach.core.log.events import Recorded
from coach.core.reports.metrics import Figures, figures_of
from coach.core.reports.model import Point, points_of
from coach.core.runs.run import Run
from coach.core.session.fold import replay
from coach.core.session.state import SessionState
from coach.tui.views.diff import file_lines
from coach.tui.views.line import BLANK, Line, Piece, Role, heading, line, paragraphs, piece
from coach.tui.views.run_outcome import pieces_of

WIDE = 60
"""Columns of a plot."""
_TALL = "▁▂▃▄▅▆▇█"
_SIGNS: dict[str, Role] = {"+": "good", "-": "bad"}


def seen_lines(state: SessionState) -> tuple[Line, ...]:
    """Return each candidate with how it is alike, its cause and its fix."""
    lines = [line(("Candidates, not answers: look whether the same is wrong here.", "dim"))]
    for each in state.past:
        lines += [BLANK, *(one.of_entry(each.session) for one in _candidate(each))]
    return tuple(lines)


def _candidate(each: PastFailure) -> list[Line]:
    cause = piece(each.root_cause or "was not written", "plain" if each.root_cause else "dim")
    figure = piece(f"{day(each.at)} {each.ending}", "dim")
    lines = [
        line((f"{each.session} ", "strong"), each.how, figure=(figure,), fit="cut"),
        line("  ", each.title, hang=2),
        line("  cause ", cause, hang=8),
    ]
    lines += [line("  ", (each.green_words, "dim"), hang=2)] if each.green else []
    fix = safe(each.fix).split("\n") if each.fix else ()
    return lines + [
        Line((Piece(safe(f"  {text}"), _SIGNS.get(text[:1], "dim")),), fit="long") for text in fix
    ]


def figures_lines(records: Sequence[Recorded]) -> tuple[Line, ...]:
    """Plot a log up to here: what failed run by run, where the time went, trying against thinking."""
    state, found = replay(records), figures_of(records)
    points = points_of(state)
    return (*_failing(points), BLANK, *_steps(found), BLANK, *_effort(points), BLANK, *_milestones(found))


def compare_lines(state: SessionState, first: int, second: int) -> tuple[Line, ...]:
    """Put two finished runs side by side: outcomes, failures, durations, and what was edited between them."""
    one, other = state.run(first), state.run(second)
    assert one is not None, "the caller asks for finished runs"
    assert other is not None, "the caller asks for finished runs"
    lines = [_run_line(state, one), _run_line(state, other), BLANK]
    lines += _signatures(one, other)
    between = [each for each in state.attempts if first < each.run <= second]
    lines += [BLANK, heading("Edited between them", (count(len(between), "attempt"), "dim"))]
    for attempt in between:
        for file in attempt.changes.files:
            lines += file_lines(file)
    if not between:
        same = one.report and other.report and one.report.tree and one.report.tree == other.report.tree
        lines.append(line(("  nothing: the same files" if same else "  nothing that was read", "dim")))
    return tuple(lines)


def _run_line(state: SessionState, run: Run) -> Line:
    report = run.report
    figure = (
        f"{seconds(report.duration)}  {report.counts.passed} passed, {report.counts.failed} failed"
        if report
        else ""
    )
    return line(
        (f"#{run.number} ".rjust(5), "strong"), *pieces_of(state, run), figure=(figure, "dim"), fit="cut"
    )


def _signatures(one: Run, other: Run) -> list[Line]:
    before = {each.strict: each for each in one.failing}
    after = {each.strict: each for each in other.failing}
    groups: tuple[tuple[str, Role, set[str]], ...] = (
        (f"Only in #{one.number}", "good", before.keys() - after.keys()),
        (f"Only in #{other.number}", "bad", after.keys() - before.keys()),
        ("In both", "dim", before.keys() & after.keys()),
    )
    lines = []
    for title, role, keys in groups:
        found = sorted((after.get(key) or before[key] for key in keys), key=lambda each: each.test)
        if found:
            lines.append(heading(title, (count(len(found), "failure"), "dim")))
        lines += [
            line(("  ✘ ", role), (f"{each.test} ", "strong"), f"{each.exception}: {each.message}", hang=4)
            for each in found
        ]
    return lines or [line(("Nothing failed in either.", "dim"))]


def _failing(points: Sequence[Point]) -> list[Line]:
    shown = points[-WIDE:]
    most = max((each.failing for each in shown), default=0)
    lines = [
        heading(
            "Tests failing", (f"#{shown[0].run} to #{shown[-1].run}, at most {most}" if shown else "", "dim")
        )
    ]
    marks = [_mark(each, most) for each in shown]
    return [*lines, line("  ", *marks) if marks else line(("  no run of the target yet", "dim"))]


def _mark(each: Point, most: int) -> Piece:
    if each.outcome == "FAIL":
        return piece(
            _TALL[max(1, round((len(_TALL) - 1) * each.failing / most))] if most else _TALL[1], "bad"
        )
    return piece("▁", "good") if each.outcome == "PASS" else piece("·", "warn")


def _steps(found: Figures) -> list[Line]:
    most = max((spent for _, spent in found.steps), default=0.0)
    lines = [heading("Time at work", (elapsed(found.seconds), "dim"))]
    for title, spent in found.steps:
        share = spent / most if most else 0.0
        words = seconds(spent) if spent < 60 else elapsed(spent)
        lines.append(line(f"  {title:<14} ", (bar(share, 30), "accent"), (f" {words}", "dim"), fit="cut"))
    return lines


def _effort(points: Sequence[Point]) -> list[Line]:
    """Two rows over the same runs: where attempts rise and hypotheses do not, edits are guesses."""
    shown = points[-WIDE:]
    most = max((max(each.attempts, each.hypotheses) for each in shown), default=0)
    if not most:
        return [heading("Attempts against hypotheses"), line(("  neither yet", "dim"))]
    lines = [
        heading("Attempts against hypotheses", (f"{shown[-1].attempts} and {shown[-1].hypotheses}", "dim"))
    ]
    for name in ("attempts", "hypotheses"):
        marks = "".join(_TALL[round((len(_TALL) - 1) * getattr(each, name) / most)] for each in shown)
        lines.append(line(f"  {name:<11} ", (marks, "accent" if name == "attempts" else "good"), fit="cut"))
    return lines


def _milestones(found: Figures) -> list[Line]:
    spans = (
        ("reproduced", found.reproduced),
        ("failing test", found.test),
        ("cause", found.cause),
        ("proven", found.fixed),
    )
    parts = [
        f"{name} after {seconds(at) if at < 60 else elapsed(at)}" for name, at in spans if at is not None
    ]
    if found.changed:
        parts.append(f"{found.reworked} of {found.changed} written lines taken back")
    return list(paragraphs("\n".join(parts), "dim")) if parts else []
