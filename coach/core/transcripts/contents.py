"""What is known of a file's content at one moment of a transcript: its text, that it is absent, or that nobody can tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Moment:
    """The files right after one simple command of a step, or after a typed edit.

    ``python fix.py && pytest -q`` has two moments: what the tests saw is ``files`` of the second.
    """

    index: int
    """Which step of the transcript, from 0."""
    step: Step
    command: str
    """The simple command (of a pipeline: the whole of it) as text; empty for a typed edit."""
    cwd: str
    """Absolute, or relative to the root where the transcript names none."""
    files: Mapping[str, Content]
    """What differs from the base, or where there is no base what was touched: path relative to the root → content."""
    changed: tuple[str, ...] = field(default=())
    cause: Cause = ""
