"""What a step asks for: its checks, and what is remembered beside them. On a narrow screen they have a tab of their own."""

from coach.core.base.formatting import clock
from coach.core.session.state import SessionState
from coach.core.workflow import gates
from coach.core.workflow.gates import Checked
from coach.tui.views.key_name import key_in, keyed
from coach.tui.views.line import BLANK, Line, heading, line, piece
from coach.tui.views.transcript import about_transcript

MAX_RUNS_BEFORE = 6
"""Runs after which what happened before them is old news."""


def gate(state: SessionState) -> tuple[Line, ...]:
    """Return the whole tab."""
    return (*checks(state), *remembered(state))


def checks(state: SessionState) -> tuple[Line, ...]:
    """Return the checks of the step's gate, below the step's own sentence."""
    if state.imported:
        return about_transcript(state.imported)
    step = state.step
    if step is None:
        return (line(("The session has not begun.", "dim")),)
    lines = [heading(f"To leave {step.title}"), line((step.guidance, "dim"))]
    lines += [_check(each) for each in gates.evaluate(state, step)]
    if step.id in state.overrides:
        lines += [BLANK, line(("⚠ ", "warn"), "passed without its gate: ", state.overrides[step.id], hang=2)]
    return tuple(lines)


def remembered(state: SessionState) -> tuple[Line, ...]:
    """Return past failures like this one, what happened before the session, and notes."""
    return (*_seen(state), *_before(state), *_notes(state))


def _check(each: Checked) -> Line:
    box = piece("[✔] ", "good") if each.passed else piece("[ ] ", "dim")
    return line(box, each.title, figure=(keyed(each.figure), "plain" if each.passed else "dim"), hang=4)


def _seen(state: SessionState) -> list[Line]:
    """Past failures like this one: candidates, in two lines each."""
    if not state.past:
        return []
    lines = [BLANK, heading("Seen before", key_in(" {} looks ", "seen"))]
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
