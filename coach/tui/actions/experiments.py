"""Actions of experiments. Dialogs are imported when they are opened."""

import re
import subprocess
import sys

from coach.core.experiments.hypothesis import Hypothesis
from coach.core.experiments.suggestions import drafts
from coach.core.protocol import commands as cmd
from coach.core.session.form_defaults import filled_answer, filled_closing
from coach.core.session.state import SessionState
from coach.errors import CoachError
from coach.tui.actions.context import ActionContext, Handler, ask
from coach.tui.dialogs.question import Question


def logpoint(context: ActionContext, _key: str) -> None:
    from coach.tui.actions.editing import place
    from coach.tui.dialogs.experiment_forms import LogpointForm

    state = context.state
    path, line = place(context)
    active, newest = state.active_hypothesis, state.logpoints[-1].logpoint if state.logpoints else None
    is_looked_at = newest is not None and active is not None and newest.hypothesis == active.id
    named = "" if is_looked_at else place_named_by(active)
    where = named or (newest.place if newest else "") or (f"{path}:{line}" if path else "")
    context.app.push_screen(LogpointForm(where, active), context.submit_answer)


def place_named_by(active: Hypothesis | None) -> str:
    """Return the ``file.py:line`` that a hypothesis names in its prediction or claim; empty when it names none."""
    said = f"{active.prediction.text} {active.claim}" if active else ""
    found = re.search(r"(?<![\w./-])[\w./-]+\.py:\d+", said)
    return found[0] if found else ""


def allow(context: ActionContext, _key: str) -> None:
    """Show the oldest question of an assistant word by word. Enter allows it, esc leaves it open."""
    from coach.tui.dialogs.text_dialog import ConfirmDialog
    from coach.tui.views.line import BLANK, line

    asked = context.state.looks_asked[0]
    logpoint = asked.logpoint

    def answered(agreed: bool | None) -> None:  # noqa: FBT001 - textual's signature
        if not agreed:
            return
        try:
            context.host.allow(context.state, logpoint)
        except CoachError as error:
            context.show_message(str(error))
            return
        context.submit(cmd.AskLook(logpoint=logpoint, is_allowed=True))

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
    context.app.push_screen(
        ConfirmDialog("An assistant asks", "allows these words", lines, "leaves it open"), answered
    )


def try_in_copy(context: ActionContext, _key: str) -> None:
    from coach.tui.dialogs.experiment_forms import TrialForm

    active = context.state.active_hypothesis
    context.app.push_screen(TrialForm(root_of(context.state), active), context.submit_answer)


def root_of(state: SessionState) -> str:
    """Return where the project is; a patch file is named from there."""
    return state.opened.checkout.root if state.opened else ""


def take_draft(context: ActionContext, _key: str) -> None:
    """Choose a draft, then reword it: what is kept is the engineer's own claim."""
    from coach.tui.dialogs.hypothesis_forms import HypothesisForm
    from coach.tui.dialogs.text_dialog import Chooser
    from coach.tui.views.experiment import draft_lines

    found = drafts(context.state)

    def chosen(index: int | None) -> None:
        if index is not None:
            context.app.push_screen(HypothesisForm(found[index]), context.submit_answer)

    window = Chooser("Drafts from the evidence", "takes one", draft_lines(found), len(found))
    context.app.push_screen(window, chosen)


def answer(context: ActionContext, _key: str) -> None:
    """Choose what speaks against the fix, then say why it is fine; the verification is judged anew on the same runs."""
    from coach.tui.dialogs.text_dialog import Chooser
    from coach.tui.views.verify import answerable, objection_lines

    assert context.state.verification is not None, "the registry disables this without one"
    standing = context.state.verification.standing
    offered = answerable(context.state.verification)

    def chosen(index: int | None) -> None:
        if index is not None:
            key, named = offered[index]
            one = next((each for each in standing if each.key == key), None)
            known = filled_answer(context.state, one) if one else ""
            text = f"{named}. Why is it fine? The reason is recorded and exported."
            ask(
                context,
                Question("Answer", text, value=known),
                lambda reason: cmd.AnswerObjection(objection=key, reason=reason),
            )

    if len(offered) == 1:
        chosen(0)
        return
    window = Chooser("Against the fix", "answers one", objection_lines(offered), len(offered))
    context.app.push_screen(window, chosen)


def pdb(context: ActionContext, _key: str) -> None:
    """Hand the terminal to pdb at the newest logpoint, and take it back: coach's own command does it, as a second process on the session."""
    from textual.app import SuspendNotSupported

    opened = context.state.opened
    assert opened is not None, "an open session has its opening"
    argv = [sys.executable, "-m", "coach", "logpoint", "--again", "--pdb", "--session", opened.session]
    try:
        with context.app.suspend():
            subprocess.run(argv, check=False)
    except SuspendNotSupported:
        context.show_message(
            "this terminal cannot be handed over; coach logpoint --again --pdb does it in another"
        )
    except OSError as error:
        context.show_message(f"pdb did not start: {error.strerror}")


def budget(context: ActionContext, _key: str) -> None:
    question = Question(
        "Time budget", "How many seconds may a run of the target take? Longer is red.", label="seconds"
    )
    ask(context, question, lambda text: cmd.SetBudget(seconds=_seconds(text)))


def _seconds(text: str) -> float:
    """Read a number; anything else is refused by the session itself."""
    try:
        return float(text)
    except ValueError:
        return -1.0


def root_cause(context: ActionContext, _key: str) -> None:
    from coach.tui.dialogs.conclusion_form import ConclusionForm

    context.app.push_screen(ConclusionForm(filled_closing(context.state)), context.submit_answer)


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
