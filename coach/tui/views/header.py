"""The two lines at the top: is it red or green, what is being debugged, and where in the workflow we are."""

from coach.core.base.formatting import elapsed
from coach.core.runs.report import gist, headline
from coach.core.session.state import SessionState
from coach.core.workflow import gates
from coach.core.workflow.workflow import Step
from coach.tui.views.flow import cells, middle
from coach.tui.views.line import Line, Piece, Role, elastic, line, piece
from coach.tui.views.run_outcome import sign
from coach.tui.views.view_state import ViewState

_LAMPS: dict[str, tuple[str, Role]] = {
    "✘": (" ✘ red        ", "lamp-bad"),
    "✔": (" ✔ green      ", "lamp-good"),
    "◐": (" ◐ unresolved ", "lamp-warn"),
}
_FLAKY: tuple[str, Role] = (" ◐ flaky      ", "lamp-warn")
TOO_SMALL = 24
"""Columns below which nothing useful can be shown."""

_NO_RUN: tuple[str, Role] = (" ○ no run yet ", "lamp-none")


def lamp(state: SessionState) -> Piece:
    """Return the newest complete answer of the target; a run under way does not put it out. A pass of a flaky target is flaky."""
    stopped = {"superseded", "cancelled"}
    runs = state.newest_target_runs()
    newest = next((run for run in runs if run.report and run.report.ending.kind not in stopped), None)
    text, role = _LAMPS[sign(newest)[0]] if newest else _NO_RUN
    if newest and newest.judged and newest.judged.outcome == "PASS" and _is_only_luck(state, newest.number):
        text, role = _FLAKY
    return piece(text, role)


def _is_only_luck(state: SessionState, number: int) -> bool:
    """Whether this pass is one of a measurement in which the target failed too: a green lamp would be read as fixed."""
    found = state.reproduction
    return found is not None and found.failures > 0 and number in found.evidence


def title(state: SessionState) -> str:
    """Return what is being debugged, in the engineer's words when there are some."""
    if state.spec.title.strip():
        return state.spec.shown_title
    failure = state.last_failure
    if failure and failure.failing:
        known = state.reference
        of_reference = (each for each in failure.failing if known and known.names(each.test))
        first = next(of_reference, failure.failing[0])
        return headline(first.exception, gist(first.message))
    return state.workflow.title or state.workflow.name


def header(state: SessionState, view: ViewState, width: int) -> Line:
    """Return the top line: lamp, title, target. The target gives way so that the title keeps its place."""
    if width < TOO_SMALL:
        return line(("too small", "warn"), fit="cut")
    lasted = elapsed(view.now - state.opened_at) if state.opened else ""
    share = width // 4 if view.is_narrow else width * 2 // 5
    label = piece(state.target.label, "dim")
    label = label._replace(text=middle(label.text, max(12, share)))
    parts = [lamp(state), piece("  coach", "strong")]
    if not view.is_narrow:
        parts.append(piece(f" · {state.workflow.name or 'no workflow'}", "dim"))
    parts += [piece(" · ", "dim"), elastic(title(state))]
    return line(*parts, figure=(label, piece(f" · {lasted} " if lasted else " ", "dim")), fit="cut")


def steps(state: SessionState, width: int) -> Line:
    """Return the step bar in the longest form that fits."""
    for form in (_long, _middle, _short):
        bar = form(state)
        if cells(bar.pieces) <= width:
            return bar
    return _short(state)


def step_sign(state: SessionState, step: Step) -> tuple[str, Role]:
    if step.id == state.step_id:
        return "●", "accent"
    visited = any(visit.step == step.id for visit in state.visits)
    if visited and gates.is_met(state, step):
        return "✔", "good"
    if step.id in state.overrides:
        return "⚠", "warn"
    return "○", "dim"


def gate_count(state: SessionState, step: Step) -> tuple[str, Role]:
    asked = gates.evaluate(state, step)
    met = sum(each.passed for each in asked)
    return f"{met}/{len(asked)}", "good" if met == len(asked) else "dim"


def _long(state: SessionState) -> Line:
    return _bar(state, titled=True, counted=True)


def _middle(state: SessionState) -> Line:
    return _bar(state, titled=True, counted=False)


def _short(state: SessionState) -> Line:
    return _bar(state, titled=False, counted=False)


def _bar(state: SessionState, *, titled: bool, counted: bool) -> Line:
    parts: list[Piece] = [piece(" ")]
    for position, step in enumerate(state.workflow.steps, start=1):
        is_here = step.id == state.step_id
        mark, role = step_sign(state, step)
        name = step.title if titled or is_here else str(position)
        parts += [piece(mark, role), piece(f" {name}", "strong" if is_here else "dim")]
        if step.gate and (is_here or (counted and mark != "○")):
            figure, figure_role = gate_count(state, step)
            parts.append(piece(f" {figure}", figure_role))
        parts.append(piece("   " if titled else "  "))
    return line(*parts[:-1], fit="cut")
