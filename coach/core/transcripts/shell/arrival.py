"""Whether the shell came to a pipeline, as far as the exit code of the whole command tells."""

from typing import Literal

from coach.core.transcripts.shell.syntax import Pipeline

Arrival = Literal["yes", "no", "maybe"]

_STEADY = frozenset(
    [
        "cat",
        "cd",
        "cp",
        "echo",
        "export",
        "mkdir",
        "mv",
        "printf",
        "pushd",
        "pwd",
        "rm",
        "sed",
        "set",
        "sleep",
        "source",
        ".",
        "tee",
        "touch",
        "true",
        ":",
        "head",
        "tail",
        "wc",
        "ls",
        "unset",
    ]
)
"""Commands that seldom fail where an assistant uses them."""
_STEADY_GIT = frozenset({"add", "checkout", "stash", "status", "diff", "restore", "log", "show", "reset"})


def is_steady(pipeline: Pipeline) -> bool:
    """Say whether a pipeline seldom fails where an assistant uses it."""
    command = pipeline.commands[-1]
    if command.name == "git":
        return bool(command.words[1:]) and command.words[1].text in _STEADY_GIT
    return command.name in _STEADY


def arrivals(pipelines: list[Pipeline], code: int | None, *, early: bool) -> list[Arrival]:
    """Say of each pipeline whether it ran.

    With exit code 0, all of the last chain of ``&&`` did. With another one, or none, what stands behind the first command
    that may well have failed is not certain; and behind a steady one in the last chain, it was that command.
    """
    last = len(pipelines) - 1
    while last > 0 and pipelines[last].joint == "&&":
        last -= 1
    found: list[Arrival] = []
    doubt = False
    for index, pipeline in enumerate(pipelines):
        if pipeline.joint not in {"&&", "||"}:
            # A new chain runs whatever was before, unless the whole was ended early.
            doubt = early and index > 0 and (doubt or not is_steady(pipelines[index - 1]))
        elif not (index > last and code == 0 and pipeline.joint == "&&"):
            doubt = doubt or not is_steady(pipelines[index - 1])
        if pipeline.joint == "||" and not doubt:
            found.append("no")
            continue
        found.append("maybe" if doubt else "yes")
    if code not in {0, None} and found and not early:
        _mark_failed(pipelines, found, last)
    return found


def _mark_failed(pipelines: list[Pipeline], found: list[Arrival], last: int) -> None:
    """The last chain failed. Where only steady commands stand before its last one, it was that one."""
    if all(map(is_steady, pipelines[last:-1])) and _fails_whole(pipelines[-1]):
        found[-1] = "no"


def _fails_whole(pipeline: Pipeline) -> bool:
    """Say whether a command changes nothing when it fails."""
    command = pipeline.commands[-1]
    if command.name == "git":
        return bool(command.words[1:]) and command.words[1].text in {
            "apply",
            "checkout",
            "restore",
            "stash",
            "switch",
        }
    return command.name in {"apply_patch", "sed", "cp", "mv"}
