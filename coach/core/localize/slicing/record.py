"""What was recorded of one run of a test: lines, calls and returns of own functions, in order, with values of names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coach.core.localize.slicing.def_use import Position


@dataclass(frozen=True, slots=True)
class Token:
    """A value as it was seen: which object, of which type, shortened."""

    identity: int
    """Of an object that holds others; 0: of a number or a text."""
    kind: str
    text: str
    size: int | None = None
    """How many items a list or tuple has."""


Names = Sequence[tuple[str, Token]]
"""Names whose value is another one than when the frame was last seen."""


@dataclass(frozen=True, slots=True)
class Code:
    """One function: its file, its name and the first line of its code."""

    path: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Called:
    """A function began, or a generator went on."""

    frame: int
    code: int
    caller: int
    """The own function that runs, or that called the foreign one that did; -1: none."""
    position: Position | None
    is_direct: bool
    names: Names


@dataclass(frozen=True, slots=True)
class Reached:
    """A line is about to run."""

    frame: int
    code: int
    line: int
    names: Names


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception was raised in a function or came out of what it called."""

    frame: int


@dataclass(frozen=True, slots=True)
class Left:
    """A function ended or, when it yields, stopped."""

    frame: int
    value: Token | None
    """None: it ended by an exception."""
    is_yield: bool
    names: Names


Step = Called | Reached | Raised | Left


@dataclass(frozen=True, slots=True)
class Record:
    """All that was recorded of one test."""

    codes: Mapping[int, Code]
    steps: Sequence[Step]
    left_out: tuple[str, ...] = ()
    """What was not recorded, in sentences."""
