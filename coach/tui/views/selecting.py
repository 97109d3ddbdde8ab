"""Which of several things the engineer looks at: their own choice, else the first that matters."""

from collections.abc import Sequence
from dataclasses import replace

from coach.core.base.test_id import TestId
from coach.core.experiments.hypothesis import Hypothesis
from coach.core.localize.suspect import Suspect
from coach.core.runs.report import gist, headline
from coach.core.session.state import SessionState
from coach.core.workflow.applicable import red_run
from coach.tui.views.line import Line, line
from coach.tui.views.view_state import ViewState


def selected_suspect(state: SessionState, view: ViewState) -> Suspect | None:
    """Return the suspect the engineer chose, else the first that stands."""
    chosen = next((each for each in state.suspects if each.key == view.suspect), None)
    standing = state.standing_suspects
    return chosen or (standing[0] if standing else next(iter(state.suspects), None))


def selected_hypothesis(state: SessionState, view: ViewState) -> Hypothesis | None:
    """Return the hypothesis the engineer chose, else the newest that is open."""
    if chosen := state.hypothesis(view.hypothesis):
        return chosen
    opened = state.open_hypotheses
    return opened[-1] if opened else None


def view_of_line(view: ViewState, line: str) -> ViewState:
    """Return what is looked at once a line of a panel is selected by its key (``kind:id``)."""
    kind, _, key = line.partition(":")
    match kind:
        case "suspect":
            return replace(view, suspect=key)
        case "hypothesis":
            return replace(view, hypothesis=int(key))
        case "run":
            return replace(view, run=int(key))
    return view


def choice_lines(state: SessionState, tests: Sequence[TestId]) -> tuple[Line, ...]:
    """Return the red tests with what they say and how often, to choose from; at last, all of them together."""
    measured = state.reproduction
    rates = {each.test: each.failures for each in measured.others} if measured else {}
    if measured and measured.test:
        rates[measured.test] = measured.failures
    shown = red_run(state)
    said = {each.test: each for each in (shown.failing if shown else ())}
    lines = []
    for number, test in enumerate(tests, start=1):
        rate = f"{rates[test]} of {measured.runs}" if measured and test in rates else ""
        lines.append(
            line((f"{number:>2} ", "key"), "  ", test, figure=(rate, "dim"), hang=5, key=str(number))
        )
        first = said.get(test)
        if first:
            text = gist(headline(first.exception, first.message))
            lines.append(line("     ", (text, "dim"), hang=5, fit="cut", key=str(number)))
    last = len(tests) + 1
    whole = f"all of them: {state.target.label} stays the target"
    return (*lines, line((f"{last:>2} ", "key"), "  ", whole, hang=5, key=str(last)))
