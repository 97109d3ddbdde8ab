"""A way out in the words of a front end: one sentence and what goes it."""

from collections.abc import Sequence

from coach.core.loops.way import Way
from coach.core.workflow.action_ids import COMMANDS, TOOLS


def command_of(way: Way) -> str:
    """Return the command line that goes a way."""
    if way.action == "restore" and way.run:
        return f"coach restore {way.run}"
    command = COMMANDS.get(way.named, COMMANDS.get(way.action, ""))
    return command.replace("FILE:LINE", way.place) if way.place else command


def tool_of(way: Way) -> str:
    """Return the tool of an assistant that goes a way; else the command to ask the engineer for."""
    return TOOLS.get(way.action, f"the engineer's `{command_of(way)}`")


def in_words(way: Way) -> str:
    """Return a way for a command line: its sentence, then the command."""
    command = command_of(way)
    return f"{way.sentence} (`{command}`)" if command else way.sentence


def measure_of(ways: Sequence[Way]) -> Way | None:
    """Return the measurement among ways out; None where none was possible."""
    return next((each for each in ways if each.kind == "measure"), None)
