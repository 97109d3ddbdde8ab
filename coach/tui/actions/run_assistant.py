"""Give the prompt to an assistant: the terminal is its own until it ends."""

from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from coach.errors import CoachError
from coach.tui.dialogs.assistant_choice import AssistantScreen

if TYPE_CHECKING:
    from coach.tui.screens.session import SessionScreen


def give(screen: "SessionScreen", prompt: str) -> None:
    """Ask which one, showing what would run, and run it."""
    try:
        named = screen.host.assistants(screen.state)
    except CoachError as error:
        screen.say(str(error))
        return
    if screen.port.read_only:
        screen.say(screen.port.read_only)
    elif not named:
        screen.say('no assistant is named: [tool.coach.assistants] claude = "claude -p" in pyproject.toml')
    else:
        screen.app.push_screen(
            AssistantScreen(named), lambda chosen: _run(screen, chosen.name, prompt) if chosen else None
        )


def _run(screen: "SessionScreen", name: str, prompt: str) -> None:
    try:
        with screen.app.suspend():
            said = screen.host.run(screen.port, name, prompt)
    except SuspendNotSupported:
        screen.say(f"this terminal cannot be handed over; in another one: coach assist {name}")
    except CoachError as error:
        screen.say(str(error))
    else:
        screen.say(said)
