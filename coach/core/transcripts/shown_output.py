"""What a pipeline shows of the output of one of its commands."""

from posixpath import basename

from coach.core.transcripts.shell.syntax import Command, Pipeline

_WHOLE = frozenset(
    {"cat", "tee", "less", "more", "ts", "strings", "nl", "sed", "stdbuf", "unbuffer", "column"}
)
"""Programs behind a pipe that show all they are given; ``sed -n`` does not."""
_NOTHING = frozenset({"wc", "true", ":"})
_TERMINAL = frozenset({"/dev/stdout", "/dev/stderr", "/dev/tty"})


def is_hidden(line: Pipeline, index: int) -> bool:
    """Whether nothing of what a command of a pipeline prints is seen."""
    later = [*line.commands[index:], *line.behind]
    is_counted = any(basename(each.name) in _NOTHING for each in later[1:])
    return is_counted or any(_goes_into_file(each) for each in later)


def is_shown_whole(line: Pipeline, index: int) -> bool:
    """Whether all that a command of a pipeline prints is seen at the end."""
    return not is_hidden(line, index) and all(
        _shows_all(each) for each in [*line.commands[index + 1 :], *line.behind]
    )


def _goes_into_file(command: Command) -> bool:
    places = [each.target.text for each in command.redirects if each.operator in {">", ">>"}]
    return bool(places) and not set(places) <= _TERMINAL


def _shows_all(command: Command) -> bool:
    name = basename(command.name)
    shows_a_part = name == "sed" and any(each.startswith("-n") for each in command.arguments)
    return not name or (name in _WHOLE and not shows_a_part)
