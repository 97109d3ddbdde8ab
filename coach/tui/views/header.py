"""The two lines at the top: is it red or green, which test and failure it is about, where in the workflow we are, and the runs."""

import re
from collections.abc import Mapping
from itertools import islice

from rich.cells import cell_len

from coach.core.base.formatting import count, elapsed
from coach.core.base.test_id import TestId
from coach.core.base.text import safe_line
from coach.core.runs.failure import raised_in_doctest
from coach.core.runs.failure_causes import difference_line, got_not_wanted, place_of, sides
from coach.core.runs.report import Difference, gist, headline
from coach.core.session.state import SessionState
from coach.core.workflow import gates
from coach.core.workflow.gates import Checked
from coach.core.workflow.workflow import Step
from coach.tui.views.drill_lines import drill_clock
from coach.tui.views.failure_lines import current_failure
from coach.tui.views.flow import cells, middle, tail
from coach.tui.views.key_name import key_of
from coach.tui.views.line import Line, Piece, Role, line, linked, piece
from coach.tui.views.link import Open, Press, Show
from coach.tui.views.places import failing_test
from coach.tui.views.run_outcome import sign
from coach.tui.views.runs import trend_bars
from coach.tui.views.transcript import read_in_short
from coach.tui.views.view_state import VAST_FROM, WIDE_FROM, ViewState

_LAMPS: dict[str, tuple[str, Role]] = {
    "✘": (" ✘ red ", "lamp-bad"),
    "✔": (" ✔ green ", "lamp-good"),
    "◐": (" ◐ unresolved ", "lamp-warn"),
}
_FLAKY: tuple[str, Role] = (" ◐ flaky ", "lamp-warn")
TOO_SMALL = 24
"""Columns below which nothing useful can be shown."""

_LINE = re.compile(r"line \d+")
"""Where in a text two values part: seeing that place says more."""
_ENOUGH = 36
"""Columns that say enough of what is wrong."""
_SHARE_OF_NAME = 60
"""Share of the room, in percent, that the name of the test has at least."""
_ENOUGH_OF_GATE = 10
"""Columns that say enough of what a gate asks: with fewer the steps are numbers, and these must not come and go."""
_SIGNS = 8
"""Runs in the strip."""
_Answers = Mapping[str, tuple[Checked, ...]]
"""Step → what its gate's checks answer, of the steps that were visited."""
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
    """Return the top line: lamp, test, what is wrong, counts, age. What is wrong gives way, the name of the test last."""
    if width < TOO_SMALL:
        return line(("too small", "warn"), fit="cut")
    figure = (*_ages(state, view), piece(" "))
    sign_of_state = lamp(state)
    room = width - cells((sign_of_state, *figure)) - 5
    name = piece(_target(state, room, what_is_wrong(state)), "strong", link=_link_to_test(state))
    wrong = what_is_wrong(state, room - cells((name,)))
    return line(sign_of_state, " ", name, ("  ", "dim"), wrong, figure=figure, fit="cut")


def _ages(state: SessionState, view: ViewState) -> tuple[Piece, ...]:
    """Return the counts and how long it has lasted; of a drill its clock, which is clicked for what is asked."""
    known = counted(state)
    if state.drill:
        clock = piece(drill_clock(state, view.played), "strong", link=Press("drill"))
        return (piece(f"{known} · ", "dim"), clock) if known else (clock,)
    lasted = elapsed(view.now - state.opened_at) if state.opened else ""
    return (piece(" · ".join(filter(None, (known, lasted))), "dim"),)


def _link_to_test(state: SessionState) -> Open | None:
    place = failing_test(state)
    return Open(place.path, place.mark or place.start) if place else None


def _target(state: SessionState, room: int, wrong: str) -> str:
    """Return what is debugged, whole where enough is left to say what is ``wrong``.

    Else its start is cut off: the function, which comes last, says most. A command begins with its name.
    """
    label = safe_line(state.target.label)
    least = room * _SHARE_OF_NAME // 100
    if state.target.is_one_test:
        least = min(least, 1 + cell_len(TestId(label).name))
    if len(label) > max(least, room - _ENOUGH):  # it is cut anyway: then what is wrong can be whole
        room = max(least, room - cell_len(wrong))
    return tail(label, room) if state.target.is_one_test else middle(label, room)


def what_is_wrong(state: SessionState, room: int = 0) -> str:
    """Return the first difference between what was expected and what came, else what was raised, else the title.

    Beside a green lamp it says that this was so. A difference wider than ``room`` is shown around the place where both values
    part; 0: as a whole.
    """
    found = current_failure(state)
    if found is None:
        return title(state)
    failure = found[1]
    raised = failure.causes[0] if raised_in_doctest(failure) else failure
    was = "was: " if lamp(state).role == "lamp-good" else ""
    if failure.difference:
        return was + _difference_in(failure.difference[0], room - len(was))
    return was + headline(raised.exception, gist(raised.message)).removeprefix("AssertionError: ")


def _difference_in(found: Difference, room: int) -> str:
    """Return both values around where they part, in ``room`` columns; the whole line where it fits, or where too little would be seen."""
    whole = difference_line(found)
    if cell_len(whole) <= room:
        return whole
    place = place_of(found)
    where = f"{place}: " if place and not _LINE.fullmatch(place) else ""
    wanted, got = sides(found)
    short = where + got_not_wanted(got, wanted, room - cell_len(where))
    return short if cell_len(short) <= room else whole


def counted(state: SessionState) -> str:
    """Return how many tests of the target's newest answer were red; nothing of a single one: the lamp says it."""
    run = next((run for run in state.newest_target_runs() if run.report and run.report.counts.selected), None)
    if run is None or run.report is None or run.report.counts.selected == 1:
        return ""
    counts = run.report.counts
    return f"{counts.failed + counts.errors:,} of {count(counts.selected, 'test')} red"


def steps(state: SessionState, width: int) -> Line:
    """Return the steps, what the gate still asks for, and the newest runs; steps by their names where there is room."""
    strip = run_strip(state)
    if state.imported:
        return line(*read_in_short(state.imported), figure=strip, fit="cut")
    answers = _answers(state)
    asked = linked(Show("gate" if width < WIDE_FROM else "work"), _open_gate(state, answers))
    if strip and width >= VAST_FROM:
        strip = (piece("runs ", "dim"), *strip)
    room = width - cells(strip) - min(cells(asked), _ENOUGH_OF_GATE) - 4
    bar = _bar(state, answers, titled=True)
    if cells(bar) > room:
        bar = _bar(state, answers, titled=False)
    return line(*bar, "   ", *asked, figure=strip, fit="cut")


def run_strip(state: SessionState) -> tuple[Piece, ...]:
    """Return the newest runs of the target as signs, how many tests failed where that changed, and the key of the list."""
    runs = tuple(islice(state.newest_target_runs(), _SIGNS))[::-1]
    if not state.runs:
        return ()
    noted = [each.loop.pattern for each in state.notices if each.loop.level == "note"]
    is_new = bool(noted) and state.notices[-1].loop.run >= (runs[-1].number if runs else 0)
    note = (piece(f"{noted[-1].replace('-', ' ')} ", "dim"),) if is_new else ()
    bars = trend_bars(runs)
    signs = bars or tuple(piece(*sign(run)) for run in runs)
    newest = piece(f" #{state.last_number} ", "dim")
    return (*linked(Press("runs"), (*note, *signs, newest)), key_of("runs"), piece(" "))


def _answers(state: SessionState) -> _Answers:
    """Ask every gate of a step that was visited once: some questions go back through all runs."""
    visited = {visit.step for visit in state.visits}
    return {step.id: gates.evaluate(state, step) for step in state.workflow.steps if step.id in visited}


def _open_gate(state: SessionState, answers: _Answers) -> tuple[Piece, ...]:
    if state.step is None or state.closed:
        return ()
    asked = [each for each in answers[state.step.id] if not each.passed]
    if not asked:
        return (piece("gate met", "good"),)
    more = f" and {len(asked) - 1} more" if len(asked) > 1 else ""
    return piece("open: ", "dim"), piece(f"{asked[0].title}{more}")


def _step_sign(state: SessionState, step: Step, answers: _Answers) -> tuple[str, Role]:
    if step.id == state.step_id:
        return "●", "accent"
    if step.id in answers and all(each.passed for each in answers[step.id]):
        return "✔", "good"
    if step.id in state.overrides:
        return "⚠", "warn"
    return "○", "dim"


def _gate_count(asked: tuple[Checked, ...]) -> tuple[str, Role]:
    met = sum(each.passed for each in asked)
    return f"{met}/{len(asked)}", "good" if met == len(asked) else "dim"


def _bar(state: SessionState, answers: _Answers, *, titled: bool) -> tuple[Piece, ...]:
    parts: list[Piece] = []
    for position, step in enumerate(state.workflow.steps, start=1):
        is_here = step.id == state.step_id
        mark, role = _step_sign(state, step, answers)
        name = f" {step.title}" if titled else f"{position} {step.title}" if is_here else str(position)
        shown = [piece(f" {mark}", role), piece(name, "strong" if is_here else "dim")]
        if step.gate and is_here:
            figure, figure_role = _gate_count(answers[step.id])
            shown.append(piece(f" {figure}", figure_role))
        link = Show("work") if is_here else Press("go-to-step", str(position))
        parts += [*linked(link, tuple(shown)), piece(" " if titled else "")]
    return tuple(parts)
