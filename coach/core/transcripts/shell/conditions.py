"""Conditions in a chain of commands that known files decide: ``grep -q old a.py && sed -i …``, ``test -f b.py || touch b.py``."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from coach.core.transcripts.contents import Content, Unknown
from coach.core.transcripts.shell.arrival import Arrival, is_steady
from coach.core.transcripts.shell.syntax import Pipeline

Read = Callable[[str], Content]
"""The content of a file as a command names it."""

_PLAIN = re.compile(r"[\w \-=:,'\"/<>@%!#&;]+")
"""What every kind of pattern takes for itself."""
_QUIET = re.compile(r"-[qsFE]{1,4}")


@dataclass
class Chain:
    """Whether the commands of a chain succeeded so far; None where that is not known."""

    status: bool | None = None
    depth: int = 0

    def arrival(self, pipeline: Pipeline, told: Arrival) -> Arrival:
        """Say whether the shell comes to a pipeline, where what is ``told`` by exit codes leaves it open."""
        if pipeline.joint not in {"&&", "||"} or pipeline.depth != self.depth or pipeline.is_conditional:
            self.status, self.depth = None, pipeline.depth
        if told != "maybe" or self.status is None:
            return told
        return "yes" if self.status == (pipeline.joint == "&&") else "no"

    def ran(self, pipeline: Pipeline, arrival: Arrival, read: Read) -> None:
        """Take in how a pipeline that the shell came to ended."""
        known = _condition(pipeline, read)
        if arrival != "yes" or pipeline.is_conditional:
            self.status = None
        elif known is not None:
            self.status = known
        elif not (self.status and is_steady(pipeline)):
            self.status = None


def _condition(pipeline: Pipeline, read: Read) -> bool | None:
    """Return whether a condition holds; None for another command, and where a content is not known."""
    command = pipeline.commands[0]
    if len(pipeline.commands) > 1 or not all(
        word.is_sure or word.text in {"[", "]"} for word in command.words
    ):
        return None
    words = command.arguments
    if command.name == "[" and words[-1:] == ["]"]:
        return _test(words[:-1], read)
    if command.name == "test":
        return _test(words, read)
    if command.name in {"grep", "fgrep"} and len(words) == 3 and _QUIET.fullmatch(words[0]):
        content = read(words[2])
        if "q" in words[0] and isinstance(content, str) and _PLAIN.fullmatch(words[1]):
            return words[1] in content
    return None


def _test(words: list[str], read: Read) -> bool | None:
    if words[:1] == ["!"]:
        opposite = _test(words[1:], read)
        return None if opposite is None else not opposite
    if len(words) != 2 or words[0] not in {"-f", "-s"}:
        return None
    content = read(words[1])
    return None if isinstance(content, Unknown) else bool(content) or (content == "" and words[0] == "-f")
