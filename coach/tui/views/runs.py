"""The runs, newest first, what was edited before each, and the trend of failing tests."""

from collections.abc import Sequence
from itertools import islice

from coach.core.base.formatting import count, seconds
from coach.core.loops.attempt import attempt_words
from coach.core.runs.failure_causes import remark_on
from coach.core.runs.report import Counts
from coach.core.runs.run import PURPOSE_WORDS, Run
from coach.core.runs.run_scope import Scope
from coach.core.session.state import SessionState
from coach.core.workflow.way_words import measure_of
from coach.tui.views.key_name import key_of
from coach.tui.views.line import BLANK, Line, Piece, line, piece
from coach.tui.views.run_outcome import has_looked, pieces_of, reason, same_tree_before

_STEPS = "▂▃▄▅▆▇█"
_COVERS: dict[Scope, str] = {
    "failures": "failing tests only",
    "target": "",
    "related": "tests of what changed",
    "all": "all tests",
}
"""What a run on save was about, when it was not the target."""
MAX_SHOWN = 80
"""Runs listed at once; older ones are in the timeline."""


def runs(state: SessionState, progress: str = "") -> tuple[Line, ...]:
    """Return the whole panel; ``progress`` says how far the run under way has come."""
    if not state.runs:
        return (line(("No run yet. ", "dim"), key_of("run"), (" runs the target.", "dim")),)
    lines: list[Line] = [] if len(state.runs) < 2 else [trend(state), BLANK]
    for run in state.runs[: -MAX_SHOWN - 1 : -1]:
        lines += _run(state, run, progress)
    left_out = len(state.runs) - MAX_SHOWN
    if left_out > 0:
        lines.append(line((f"… {count(left_out, 'earlier run')} in the timeline", "dim")))
    return tuple(lines)


def trend(state: SessionState, width: int = 20) -> Line:
    """Draw the number of failing tests of the target's runs, oldest first; a run without an answer is a dot."""
    shown = tuple(islice(state.newest_target_runs(), width))[::-1]
    now = next((len(run.failing) for run in reversed(shown) if _is_clear(run)), None)
    figure = "" if now is None else f"{now} failing"
    return line(("trend ", "dim"), *_bars(shown), figure=(figure, "dim"), fit="cut")


def trend_bars(shown: Sequence[Run]) -> tuple[Piece, ...]:
    """Draw how many tests failed in these runs; nothing where it was never more than one: signs say that better."""
    return _bars(shown) if max((len(run.failing) for run in shown), default=0) > 1 else ()


def _bars(shown: Sequence[Run]) -> tuple[Piece, ...]:
    most = max((len(run.failing) for run in shown), default=0)
    return tuple(_bar(run, most) for run in shown)


def _bar(run: Run, most: int) -> Piece:
    if not _is_clear(run):
        return piece("·", "dim")
    if not run.failing:
        return piece("▁", "good")
    height = (
        len(run.failing) - 1 if most <= len(_STEPS) else round((len(_STEPS) - 1) * len(run.failing) / most)
    )
    return piece(_STEPS[height], "bad")


def _is_clear(run: Run) -> bool:
    return bool(run.failing) or (run.judged is not None and run.judged.outcome == "PASS")


def _time_of(run: Run, duration: float) -> tuple[Piece, ...]:
    """Return how long a run took, and whether warm or cold; of one in a transcript neither, or the first, is known."""
    if run.request.purpose == "imported":
        return (piece(seconds(duration)),) if duration else ()
    warmth = " warm" if run.is_warm else " cold"
    return piece(seconds(duration)), piece("" if has_looked(run) else warmth, "dim")


def _run(state: SessionState, run: Run, progress: str) -> list[Line]:
    name = piece(f"#{run.number} ".rjust(4), "dim")
    key = f"run:{run.number}"
    if run.report is None:
        mark, said = pieces_of(state, run)
        is_newest = run in state.under_way[-1:]
        return [line(name, mark, piece(progress) if progress and is_newest else said, fit="cut", key=key)]
    lines = [
        line(name, *pieces_of(state, run), figure=_time_of(run, run.report.duration), fit="cut", key=key)
    ]
    if detail := _detail(state, run):
        lines.append(line("      ", (detail, "dim"), hang=6, key=key))
    if remark := remark_on(run):
        lines.append(line("      ", (remark, "dim"), hang=6, key=key, most=1))
    if run.is_stale:
        lines.append(
            line("      ", ("◐ stale: ", "warn"), ("files changed while it ran", "dim"), hang=6, key=key)
        )
    return lines + _loops(state, run, key)


def _loops(state: SessionState, run: Run, key: str) -> list[Line]:
    """Return what was noticed at a run: a loud notice by its name, a quiet one with its sentence."""
    found = [each.loop for each in state.notices if each.loop.run == run.number]
    lines = [
        line("      ", ("· ", "dim"), (loop.sentence, "dim"), hang=8, key=key)
        if loop.level == "note"
        else line("      ", ("⚠ ", "warn"), loop.pattern.replace("-", " "), hang=8, key=key)
        for loop in found
    ]
    way = measure_of(found[0].ways) if found and run is state.last_target_run else None
    return [*lines, line("      ", ("→ ", "dim"), (way.sentence, "dim"), hang=8, key=key)] if way else lines


def _detail(state: SessionState, run: Run) -> str:
    """Say why a run has no answer, what was edited before it, which tree it repeats."""
    said = [reason(run)] if reason(run) and not run.request.only_looks else []
    if run.request.is_whole and run.report and run.report.counts.reported:
        said.append(_counts(run.report.counts))
    is_usual = run.request.is_whole or run.request.purpose in {"reproduce", "feedback", "imported"}
    if not is_usual and not run.request.only_looks:
        said.append(PURPOSE_WORDS[run.request.purpose])
    if run.request.purpose == "imported" and run.request.target != state.target:
        said.append(f"of {run.request.target.label}")
    said += [_COVERS[run.request.covers]] if _COVERS[run.request.covers] else []
    edited = _edited_before(state, run)
    if edited:
        said.append(edited)
        twin = same_tree_before(state, run)
        if twin:
            said.append(f"files as in #{twin.number}")
    return " · ".join(said)


def _edited_before(state: SessionState, run: Run) -> str:
    """Return the attempt in words, or the saves while it is not read yet."""
    attempt = state.attempt(run.number)
    if attempt:
        return attempt_words(attempt)
    edits = [edit for edit in state.edits if edit.after_run == run.number - 1]
    paths = {path for edit in edits for path in edit.paths}
    by = next((f" · by {edit.by}" for edit in edits if edit.by), "")
    return f"+{count(len(paths), 'file')}{by}" if paths else ""


def _counts(counts: Counts) -> str:
    failed = counts.failed + counts.errors
    return f"{counts.passed:,} passed" + (f", {failed:,} failed" if failed else "")
