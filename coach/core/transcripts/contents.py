"""What is known of a file's content at one moment of a transcript: its text, that it is absent, or that nobody can tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from coach.core.transcripts.model import Step


@dataclass(frozen=True, slots=True)
class Unknown:
    """A content that the transcript does not tell. Two of them are the same content only when they are equal."""

    number: int
    why: str


Content = str | None | Unknown
"""The text of a file, None where there is no such file, or ``Unknown``."""

Base = Callable[[str], Content]
"""The content of a path, relative to the root, at the commit the session began at."""

Cause = Literal["", "edit", "git"]
"""What changed files: nothing did, somebody's edit, or git that put recorded contents there (checkout, stash, reset)."""

NOT_SHOWN = Unknown(0, "the file was never shown")
"""Of a file that was not touched yet: it is what it was at the base, whatever that is."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The files right after one pipeline of a step, after a typed edit, or after a file was shown.

    ``python fix.py && pytest -q`` has two moments: what the tests saw is ``files`` of the second.
    """

    index: int
    """Which step of the transcript, from 0."""
    step: Step
    command: str
    """The pipeline as text; empty for what is no command."""
    cwd: str
    """Absolute, or "" where the transcript names no folder."""
    files: Mapping[str, Content]
    """What differs from the base; where there is no base, what was changed. A path is relative to the root, or absolute
    when it lies outside."""
    changed: tuple[str, ...] = ()
    cause: Cause = ""
    is_sure: bool = True
    """The command ran: False where the transcript leaves open whether the shell came to it."""
