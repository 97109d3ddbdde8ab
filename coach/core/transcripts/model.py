"""What a transcript tells, whatever its format: commands that ran, files that were edited or shown, and little else.

Everything in it is foreign text: it is data to judge, is never run, and is shown through ``safe`` only.
"""

from typing import Literal

from coach.core.base.text import FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.log.imported_event import Lack

By = Literal["assistant", "subagent", "person"]
"""Who acted: the assistant of the transcript, one that it started (a side chain), or the person beside it."""

EditKind = Literal["write", "append", "replace", "lines", "patch", "delete", "undo"]
"""What a typed edit does: gives the whole file, adds to its end, replaces a text, replaces lines by number, applies hunks,
removes the file, takes the last edit of this file back."""


class Hunk(Value):
    """One place of a patch: the lines that were there and those that came, context included in both, each line with its end."""

    old: Prose
    new: Prose
    line: int | None = None
    """Where the old lines began, from 1; None where the format does not say."""
    after: Prose = ""
    """Lines that stand somewhere before the place, in this order, where the format gives them instead of a number."""


class Ran(Value):
    """A shell command, and what it printed: both streams, in the order the transcript keeps them."""

    command: Prose
    cwd: FilePath = ""
    """Absolute, where the command started; empty where the transcript does not say."""
    output: Prose = ""
    exit_code: int | None = None
    is_cut: bool = False
    """The transcript holds only a part of the output."""
    is_ended_early: bool = False
    """It was interrupted or went over its time; what it did is not known."""
    seconds: float | None = None


class Edited(Value):
    """An edit made by a tool for edits."""

    path: FilePath
    """As the transcript names it, absolute or relative to its root."""
    kind: EditKind
    old: Prose = ""
    new: Prose = ""
    everywhere: bool = False
    first: int | None = None
    last: int | None = None
    """Of ``lines``: these lines, from 1 and inclusive, become ``new``; ``last`` = ``first`` - 1 inserts."""
    hunks: tuple[Hunk, ...] = ()
    moved_to: FilePath | None = None
    original: Prose | None = None
    """The whole file before the edit, where the transcript holds it."""
    failed: bool = False
    """The tool refused it: nothing changed."""


class Looked(Value):
    """A file that was shown; its text tells what later edits start from."""

    path: FilePath
    text: Prose
    is_whole: bool = False


class Said(Value):
    """Talk between steps. Readers keep the first characters of it, to know where a turn begins."""

    text: Prose


Action = Ran | Edited | Looked | Said


class Step(Value):
    """One action of a transcript."""

    action: Action
    at: float | None = None
    """Seconds since the epoch, UTC."""
    by: By = "assistant"


class Transcript(Value):
    """A whole transcript, in the order in which things happened."""

    format: Name
    """Of which tool it is the record: a name of ``FORMATS``."""
    assistant: Name = ""
    """The model, as the transcript names it."""
    title: Prose = ""
    root: FilePath = ""
    """The absolute folder the assistant worked in; empty where the transcript does not say."""
    began: float | None = None
    base_commit: TreeId = ""
    steps: tuple[Step, ...] = ()
    lacks: tuple[Lack, ...] = ()
    submission: Prose = ""
    """The difference that the session itself gave as its result, where the format keeps one."""
