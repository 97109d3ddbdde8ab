"""Give the prompt to an assistant: the terminal is its own until it ends."""

from textual.app import SuspendNotSupported

from coach.errors import CoachError
from coach.tui.actions.context import ActionContext
from coach.tui.dialogs.assistant_choice import AssistantForm


def give(context: ActionContext, prompt: str) -> None:
    """Ask which one, showing what would run, and run it."""
    try:
        named = context.host.assistants(context.state)
    except CoachError as error:
        context.show_message(str(error))
        return
    if context.port.read_only:
        context.show_message(context.port.read_only)
    elif not named:
        context.show_message(
            'no assistant is named: [tool.coach.assistants] claude = "claude -p" in pyproject.toml'
        )
    else:
        context.app.push_screen(
            AssistantForm(named), lambda chosen: _run(context, chosen.name, prompt) if chosen else None
        )


def _run(context: ActionContext, name: str, prompt: str) -> None:
    try:
        with context.app.suspend():
            said = context.host.run(context.port, name, prompt)
    except SuspendNotSupported:
        context.show_message(f"this terminal cannot be handed over; in another one: coach assist {name}")
    except CoachError as error:
        context.show_message(str(error))
    else:
        context.show_message(said)
