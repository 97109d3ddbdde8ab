"""Actions that ask the engineer first. Dialogs are imported when they are opened: they cost 30 ms of the first paint."""

from typing import TYPE_CHECKING

from coach.core.decide.workflow_steps import unmet_before
from coach.core.protocol import commands as cmd
from coach.core.session.form_defaults import filled_hypothesis, filled_spec, filled_verdict, is_guessed
from coach.core.session.state import SessionState
from coach.core.verify.acceptance import runnable
from coach.core.workflow.advice import next_move
from coach.core.workflow.applicable import choices
from coach.core.workflow.gates import following
from coach.core.workflow.workflow import Step
from coach.errors import CoachError
from coach.tui.actions.context import ActionContext, Handler, ask
from coach.tui.dialogs.question import Question
from coach.tui.views.line import BLANK, line
from coach.tui.views.selecting import choice_lines, selected_hypothesis, selected_suspect

_MAX_CHOICES = 20

if TYPE_CHECKING:
    from coach.core.spec.spec import Spec


def spec(context: ActionContext, _key: str) -> None:
    from coach.tui.dialogs.spec_form import SpecForm

    known = context.state.spec

    def written(spec: "Spec | None") -> None:
        if spec:
            _approve(context, tuple(each for each in spec.acceptance if each not in known.acceptance))
            context.submit(cmd.WriteSpec(spec=spec))

    offered = filled_spec(context.state)
    context.app.push_screen(SpecForm(offered, _said_of(context.state, offered)), written)


def _said_of(state: SessionState, offered: "Spec") -> str:
    """Say that a form is filled, and what in it is a guess."""
    if offered == state.spec:
        return ""
    guess = " Which value was wanted is a guess: look." if is_guessed(state) else ""
    return f"Filled with what the failure says; kept only when you keep it.{guess}"


def hypothesis(context: ActionContext, _key: str) -> None:
    from coach.tui.dialogs.hypothesis_forms import HypothesisForm

    context.app.push_screen(HypothesisForm(filled_hypothesis(context.state)), context.submit_answer)


def judge(context: ActionContext, _key: str) -> None:
    from coach.tui.dialogs.hypothesis_forms import JudgeForm

    chosen = selected_hypothesis(context.state, context.view)
    if chosen is None:
        context.show_message(
            "every hypothesis has its verdict; select one to judge it again, or ‹hypothesis› writes a new one"
        )
    else:
        verdict, seen = filled_verdict(context.state, chosen)
        context.app.push_screen(JudgeForm(chosen, verdict, seen), context.submit_answer)


def rule_out(context: ActionContext, _key: str) -> None:
    suspect = selected_suspect(context.state, context.view)
    assert suspect is not None, "the registry disables this without suspects"
    if suspect.key in context.state.ruled_out:
        context.submit(cmd.RestoreSuspect(suspect=suspect.key))
        return
    key = suspect.key
    text = f"{suspect.place} {suspect.function}: what did you see that clears it?"
    ask(context, Question("Rule out", text), lambda reason: cmd.RuleOutSuspect(suspect=key, reason=reason))


def _approve(context: ActionContext, commands: tuple[str, ...]) -> None:
    try:
        context.host.approve(context.state, commands)
    except CoachError as error:
        context.show_message(str(error))


def verify(context: ActionContext, _key: str) -> None:
    """Ask first about acceptance commands that were not written here; the rest is proven in any case."""
    from coach.tui.dialogs.text_dialog import ConfirmDialog

    state = context.state
    known = context.host.approved(state)
    new = tuple(each for each in runnable(state) if each not in known)
    if not new or state.plan:
        context.submit(cmd.Verify(acceptance=known))
        return

    def answered(agreed: bool | None) -> None:  # noqa: FBT001 - textual's signature
        if agreed:
            _approve(context, new)
        context.submit(cmd.Verify(acceptance=(*known, *new) if agreed else known))

    lines = (
        line("These say what done means, and were not written here. They run in a copy of the work tree."),
        BLANK,
        *(line("  ", (each, "strong"), hang=4) for each in new),
    )
    context.app.push_screen(
        ConfirmDialog("Acceptance commands", "runs them", lines, "verifies without"), answered
    )


def pin(context: ActionContext, _key: str) -> None:
    """Pin the red test; of several, ask which: the one that is chosen is the target from there on."""
    from coach.tui.dialogs.text_dialog import Chooser

    tests = choices(context.state)[:_MAX_CHOICES]
    if not tests:
        context.submit(cmd.PinTest())
        return

    def chosen(index: int | None) -> None:
        if index is not None and index < len(tests):
            context.submit(cmd.Retarget(target=context.state.target.only(tests[index])))
        if index is not None:
            context.submit(cmd.PinTest(test=tests[index] if index < len(tests) else tests[0]))

    lines = choice_lines(context.state, tests)
    context.app.push_screen(Chooser("Which failing test?", "takes one", lines, len(tests) + 1), chosen)


def unpin(context: ActionContext, _key: str) -> None:
    text = "The pinned test is the goal. Why does it change? The reason is recorded and exported."
    ask(context, Question("Unpin", text), lambda reason: cmd.UnpinTest(reason=reason))


def note(context: ActionContext, _key: str) -> None:
    ask(context, Question("Note", label="note"), lambda text: cmd.WriteNote(text=text))


def close(context: ActionContext, _key: str) -> None:
    """Close what is verified at once, for it can be taken up again; of anything else, ask."""
    advice = next_move(context.state)
    if advice.action == "close" and advice.is_good:
        context.submit(cmd.Close())
        return
    drill = context.state.drill
    text = (
        "The drill ends here, and what is there is graded."
        if drill and not drill.scored
        else "The session ends here; its ending is computed from the evidence. It can be taken up again."
    )
    question = Question("Close", text, label="a last note, if any", may_be_empty=True)
    ask(context, question, lambda answer: cmd.Close(note=answer))


def keep_elsewhere(context: ActionContext, _key: str) -> None:
    if not context.port.unsaved:
        context.show_message("everything is saved where it is")
        return
    text = f"{context.port.unsaved}. Until it can be saved the session is in memory only."
    question = Question("Keep elsewhere", text, label="a folder outside the project, by its whole path")
    ask(context, question, lambda place: cmd.KeepElsewhere(place=place))


def next_step(context: ActionContext, _key: str) -> None:
    goal = following(context.state)
    if goal:
        _go(context, goal)


def go_to_step(context: ActionContext, key: str) -> None:
    steps = context.state.workflow.steps
    number = int(key) if key.isdigit() else _named_by_loop(context.state)
    if not 1 <= number <= len(steps):
        context.show_message(f"this workflow has {len(steps)} steps")
    elif steps[number - 1].id == context.state.step_id:
        context.show_message(f"{steps[number - 1].title} is the step you are in")
    else:
        _go(context, steps[number - 1])


def _named_by_loop(state: SessionState) -> int:
    """Return the number of the step that a notice asks to go back to; 0 without one."""
    loop = state.standing_loop
    return state.workflow.position(loop.step) + 1 if loop and state.workflow.step(loop.step) else 0


def _go(context: ActionContext, step: Step) -> None:
    """Enter a step; past a gate that is not met only with a reason."""
    unmet = unmet_before(context.state, step)
    if not unmet:
        context.submit(cmd.GoToStep(step=step.id))
        return
    checks = [each for _, missing in unmet for each in missing]
    shown = ", ".join(each.title for each in checks)
    text = f"Not shown yet: {shown}. Going on to {step.title} needs a reason; it is recorded and exported."
    weak = checks[0].figure if all(each.name == "isolated" for each in checks) else ""
    question = Question("Go on without the gate", text, value=weak)  # weak is an answer, and a reason
    ask(context, question, lambda reason: cmd.GoToStep(step=step.id, reason=reason))


HANDLERS: dict[str, Handler] = {
    "spec": spec,
    "hypothesis": hypothesis,
    "judge": judge,
    "rule-out": rule_out,
    "pin": pin,
    "unpin": unpin,
    "verify": verify,
    "note": note,
    "close": close,
    "keep-elsewhere": keep_elsewhere,
    "next-step": next_step,
    "go-to-step": go_to_step,
}
