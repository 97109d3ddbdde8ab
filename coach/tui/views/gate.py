"""The panel that answers "what now": the next move first, then the step, its checks and its questions."""

from coach.core.base.formatting import clock
from coach.core.session.state import SessionState
from coach.core.workflow import gates
from coach.core.workflow.advice import advise
from coach.core.workflow.gates import Checked
from coach.tui.keys import advised
from coach.tui.views.key_name import keyed, shown_key
from coach.tui.views.line import BLANK, Line, elastic, heading, line, piece

MAX_RUNS_BEFORE = 6
"""Runs after which what happened before them is old news."""


def advice_line(state: SessionState, read_only: str) -> Line:
    """Return the next move as one line, for where there is no room for the panel."""
    advice = advise(state)
    found = advised(state)
    key = piece(f" {found.shown_key} ", "next") if found and not read_only else piece("")
    sign = piece(" ✔ " if advice.is_good else " → ", "good" if advice.is_good else "accent")
    return line(
        sign,
        elastic(keyed(advice.text), "strong"),
        "  ",
        key,
        (f" {found.label}" if found and not read_only else "", "dim"),
        fit="cut",
    )


def gate(state: SessionState, read_only: str) -> tuple[Line, ...]:
    """Return the whole panel."""
    lines = [*_advice(state, read_only), BLANK]
    step = state.step
    if step is None:
        return (*lines, line(("The session has not begun.", "dim")))
    lines += [heading(step.title), line((step.guidance, "dim")), BLANK]
    lines += [_check(each) for each in gates.evaluate(state, step)]
    if step.id in state.overrides:
        lines += [BLANK, line(("⚠ ", "warn"), "passed without its gate: ", state.overrides[step.id], hang=2)]
    if step.questions:
        lines += [BLANK, heading("Ask yourself")]
        lines += [line(("· ", "dim"), (question, "dim"), hang=2) for question in step.questions]
    return (*lines, *_seen(state), *_before(state), *_notes(state))


def _advice(state: SessionState, read_only: str) -> list[Line]:
    advice = advise(state)
    lines = [
        line(
            ("✔ " if advice.is_good else "→ ", "good" if advice.is_good else "accent"),
            (keyed(advice.text), "strong"),
            hang=2,
        )
    ]
    found = advised(state)
    if found and not read_only:
        lines += [BLANK, line("  ", (f" {found.shown_key} ", "next"), (f" {found.label}", "accent"))]
    return lines


def _check(each: Checked) -> Line:
    box = piece("[✔] ", "good") if each.passed else piece("[ ] ", "dim")
    return line(box, each.title, figure=(keyed(each.figure), "plain" if each.passed else "dim"), hang=4)


def _seen(state: SessionState) -> list[Line]:
    """Past failures like this one: candidates, in two lines each."""
    if not state.past:
        return []
    lines = [BLANK, heading("Seen before", (f" {shown_key('seen')} looks ", "dim"))]
    for each in state.past[:2]:
        lines.append(line(("○ ", "accent"), (each.session, "strong"), f" {each.how}", hang=2))
        lines.append(line("  ", (each.root_cause or each.title, "dim"), hang=2))
    return lines


def _before(state: SessionState) -> list[Line]:
    """The newest traces from before the session, until it has runs of its own."""
    if not state.earlier or len(state.runs) > MAX_RUNS_BEFORE:
        return []
    lines = [BLANK, heading("Before coach")]
    lines += [line((f"{clock(each.at)[:5]} ", "dim"), each.sentence, hang=6) for each in state.earlier[-4:]]
    return lines


def _notes(state: SessionState) -> list[Line]:
    if not state.notes:
        return []
    lines = [BLANK, heading("Notes")]
    return lines + [line(("· ", "dim"), note.text, hang=2) for note in state.notes[-5:]]
