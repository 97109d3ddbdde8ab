"""Actions of experiments. Windows are imported when they are opened."""

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from coach.core.experiments.hypothesis import Hypothesis
from coach.core.experiments.suggestions import drafts
from coach.core.protocol import commands as cmd
from coach.core.session.form_defaults import filled_answer, filled_closing
from coach.core.session.state import SessionState
from coach.errors import CoachError
from coach.tui.actions.handler import Handler
from coach.tui.dialogs.question import Question

if TYPE_CHECKING:
    from coach.tui.screens.session import SessionScreen


def logpoint(screen: "SessionScreen", _key: str) -> None:
    from coach.tui.actions.editing import place
    from coach.tui.dialogs.experiment_forms import LogpointScreen

    state = screen.state
    path, line = place(screen)
    active, newest = state.active_hypothesis, state.logpoints[-1].logpoint if state.logpoints else None
    is_looked_at = newest is not None and active is not None and newest.hypothesis == active.id
    named = "" if is_looked_at else place_named_by(active)
    where = named or (newest.place if newest else "") or (f"{path}:{line}" if path else "")
    screen.app.push_screen(LogpointScreen(where, active), screen.submit_answer)


def place_named_by(active: Hypothesis | None) -> str:
    """Return the ``file.py:line`` that a prediction or its claim speaks of: there it is looked first."""
    said = f"{active.prediction.text} {active.claim}" if active else ""
    found = re.search(r"(?<![\w./-])[\w./-]+\.py:\d+", said)
    return found[0] if found else ""


def allow(screen: "SessionScreen", _key: str) -> None:
    """Show the oldest question of an assistant word by word. Enter allows it, esc leaves it open."""
    from coach.tui.dialogs.confirm import ConfirmScreen
    from coach.tui.views.line import BLANK, line

    asked = screen.state.looks_asked[0]
    logpoint = asked.logpoint

    def answered(agreed: bool | None) -> None:  # noqa: FBT001 - textual's signature
        if not agreed:
            return
        try:
            screen.host.allow(screen.state, logpoint)
        except CoachError as error:
            screen.say(str(error))
            return
        screen.submit(cmd.AskLook(logpoint=logpoint, is_allowed=True))

    words = dict.fromkeys(filter(None, (logpoint.expression, logpoint.condition)))
    lines = (
        line(
            f"{asked.by} asks to evaluate at {logpoint.place}, in the checkout, each time the test comes by:"
        ),
        BLANK,
        *(line("  ", (each, "strong"), hang=4) for each in words),
        BLANK,
        line(
            f"It is asked about since {asked.why}: it could do whatever the tests can. The word holds for this session."
        ),
        line(("To refuse it: coach allow --no", "dim")),
    )
    screen.app.push_screen(
        ConfirmScreen("An assistant asks", "allows these words", lines, "leaves it open"), answered
    )


def try_in_copy(screen: "SessionScreen", _key: str) -> None:
    from coach.tui.dialogs.experiment_forms import TrialScreen

    active = screen.state.active_hypothesis
    screen.app.push_screen(TrialScreen(root_of(screen.state), active), screen.submit_answer)


def root_of(state: SessionState) -> str:
    """Return where the project is; a patch file is named from there."""
    return state.opened.checkout.root if state.opened else ""


def take_draft(screen: "SessionScreen", _key: str) -> None:
    """Choose a draft, then reword it: what is kept is the engineer's own claim."""
    from coach.tui.dialogs.chooser import Chooser
    from coach.tui.dialogs.hypothesis_form import HypothesisScreen
    from coach.tui.views.experiment import draft_lines

    found = drafts(screen.state)

    def chosen(index: int | None) -> None:
        if index is not None:
            screen.app.push_screen(HypothesisScreen(found[index]), screen.submit_answer)

    window = Chooser("Drafts from the evidence", "takes one", draft_lines(found), len(found))
    screen.app.push_screen(window, chosen)


def answer(screen: "SessionScreen", _key: str) -> None:
    """Choose what speaks against the fix, then say why it is fine; the verification is judged anew on the same runs."""
    from coach.tui.actions.dialogs import ask
    from coach.tui.dialogs.chooser import Chooser
    from coach.tui.views.verify import answerable, objection_lines

    assert screen.state.verification is not None, "the registry disables this without one"
    standing = screen.state.verification.standing
    offered = answerable(screen.state.verification)

    def chosen(index: int | None) -> None:
        if index is not None:
            key, named = offered[index]
            one = next((each for each in standing if each.key == key), None)
            known = filled_answer(screen.state, one) if one else ""
            text = f"{named}. Why is it fine? The reason is recorded and exported."
            ask(
                screen,
                Question("Answer", text, value=known),
                lambda reason: cmd.AnswerObjection(objection=key, reason=reason),
            )

    if len(offered) == 1:
        chosen(0)
        return
    window = Chooser("Against the fix", "answers one", objection_lines(offered), len(offered))
    screen.app.push_screen(window, chosen)


def pdb(screen: "SessionScreen", _key: str) -> None:
    """Hand the terminal to pdb at the newest logpoint, and take it back: coach's own command does it, as a second door."""
    from textual.app import SuspendNotSupported

    opened = screen.state.opened
    assert opened is not None, "an open session has its opening"
    argv = [sys.executable, "-m", "coach", "logpoint", "--again", "--pdb", "--session", opened.session]
    try:
        with screen.app.suspend():
            subprocess.run(argv, check=False)
    except SuspendNotSupported:
        screen.say("this terminal cannot be handed over; coach logpoint --again --pdb does it in another")
    except OSError as error:
        screen.say(f"pdb did not start: {error.strerror}")


def budget(screen: "SessionScreen", _key: str) -> None:
    from coach.tui.actions.dialogs import ask

    question = Question(
        "Time budget", "How many seconds may a run of the target take? Longer is red.", label="seconds"
    )
    ask(screen, question, lambda text: cmd.SetBudget(seconds=_seconds(text)))


def _seconds(text: str) -> float:
    """Read a number; anything else is refused by the session itself."""
    try:
        return float(text)
    except ValueError:
        return -1.0


def root_cause(screen: "SessionScreen", _key: str) -> None:
    from coach.tui.dialogs.conclusion_form import ClosingScreen

    screen.app.push_screen(ClosingScreen(filled_closing(screen.state)), screen.submit_answer)


HANDLERS: dict[str, Handler] = {
    "logpoint": logpoint,
    "pdb": pdb,
    "allow": allow,
    "try": try_in_copy,
    "drafts": take_draft,
    "answer": answer,
    "budget": budget,
    "root-cause": root_cause,
}
