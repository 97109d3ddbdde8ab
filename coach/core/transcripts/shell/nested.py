"""A text for a shell inside another one: ``bash -lc "…"``, ``docker exec web sh -c "…"``, a here-document for ``bash``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from posixpath import basename

from coach.core.runs.command_line.wrappers import without_wrappers
from coach.core.transcripts.shell.parser import parse_shell
from coach.core.transcripts.shell.syntax import Command, Pipeline

MOST_NESTED = 4
"""Shells inside shells that are followed."""
SHELLS = frozenset({"bash", "sh", "zsh", "dash"})

_TAKE = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})
_ELSEWHERE = frozenset({"docker", "podman", "docker-compose"})


@dataclass(frozen=True, slots=True)
class Inner:
    """What one command of a pipeline gives to a shell."""

    row: int
    """Which command of the pipeline."""
    text: str
    is_followed: bool
    """The files it names are those of the checkout, and it is the text that the shell gets: the outer one puts nothing in it."""


def inner_shell(pipeline: Pipeline) -> Inner | None:
    """Return the text that a pipeline gives to another shell, behind ``-c`` or in a here-document; None where it has none."""
    for row, command in enumerate(pipeline.commands):
        words = [word.text for word in command.words]
        bare = without_wrappers(words)
        if not bare or basename(bare[0]) not in SHELLS:
            continue
        first = len(words) - len(bare)
        is_here = not any(basename(word) in _ELSEWHERE for word in words[:first])
        at = _place_of_text(bare)
        if at is not None:
            word = command.words[first + at]
            return Inner(row, word.text, is_here and word.is_sure)
        if command.here is not None and all(word.startswith("-") for word in bare[1:]):
            return Inner(row, command.here.text, is_here and command.here.is_sure)
    return None


def _place_of_text(words: Sequence[str]) -> int | None:
    """Return which word of ``bash -lc TEXT`` is the text."""
    at, has_text = 1, False
    while at < len(words) and words[at][:1] in {"-", "+"} and words[at] not in {"-", "--"}:
        has_text = has_text or (words[at][0] == "-" and words[at][1:2] != "-" and "c" in words[at])
        at += 2 if words[at] in _TAKE else 1
    return at if has_text and at < len(words) else None


def code_of(
    pipelines: Sequence[Pipeline], index: int, row: int, code: int | None, *, is_any: bool = False
) -> int | None:
    """Return the exit code of a command, as far as that of the whole text tells it; None where that may be another's.

    Args:
        pipelines: the whole text.
        index: which pipeline.
        row: which of its commands.
        code: what the whole text ended with.
        is_any: a pipeline ends with the code of whichever of its commands failed (``pipefail``).

    """
    line, rest = pipelines[index], pipelines[index + 1 :]
    is_last = row == len(line.commands) - 1 and not any(each.words for each in line.behind)
    if not (is_last or is_any) or line.is_background:
        return None
    if not rest:
        return code
    return 0 if code == 0 and all(each.joint == "&&" for each in rest) else None


def flat_pipelines(text: str, nested: int = 0) -> list[Pipeline]:
    """Return the pipelines of a text in the order in which they run; those of an inner shell in place of the one that starts it."""
    flat: list[Pipeline] = []
    for pipeline in parse_shell(text):
        inner = inner_shell(pipeline) if nested < MOST_NESTED else None
        parts = flat_pipelines(inner.text, nested + 1) if inner is not None else []
        if inner is None or not parts:
            flat.append(pipeline)
            continue
        # Where the shell's own output goes, it is as if a command without words stood behind each of its pipelines.
        outlet = Command([], pipeline.commands[inner.row].redirects)
        behind = [outlet, *pipeline.commands[inner.row + 1 :], *pipeline.behind]
        parts = [
            replace(
                each,
                behind=[*each.behind, *behind],
                is_conditional=each.is_conditional or pipeline.is_conditional,
            )
            for each in parts
        ]
        parts[0] = replace(parts[0], joint=pipeline.joint)
        parts[-1] = replace(parts[-1], is_background=parts[-1].is_background or pipeline.is_background)
        flat += parts
    return flat
