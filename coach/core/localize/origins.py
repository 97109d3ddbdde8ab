"""Where a value came from: the places that made it, nearest first, and what is asked for.

The answer is a dynamic backward slice: of one run of the failing test, the assignments, arguments, returns, attributes
and items of own code that the value depends on. Conditions that decided whether those ran are told apart; their own
values are not followed.
"""

from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import FilePath, Name, Prose
from coach.core.base.value import Value

MAX_ORIGINS = 60
"""Places that are kept of one value; a screen shows fewer."""
MAX_LINES = 20
"""Places that are shown of one answer."""
CHAIN = 4
"""Functions named in the one-line answer."""

How = Literal[
    "assigned",
    "returned",
    "argument",
    "default",
    "attribute set",
    "item set",
    "iterated",
    "caught",
    "module constant",
    "class attribute",
    "read from outside",
    "unknown",
]


class OriginsRequest(Value):
    """Which value is asked about: an expression without calls, and the line where it is read.

    Without an expression: what the line that fails compares, or uses. Without a line: where the test failed.
    """

    expression: Prose = ""
    path: FilePath = ""
    line: int = 0
    compared: Prose = ""
    """What the failing assertion compares, as written there; found for who asks."""
    beside: Prose = ""
    """What it is compared with: asked about instead, where no code outside of tests made the first."""
    part: Prose = ""
    """Where the two sides first differ, as ``items[2].price``."""


class Origin(Value):
    """One place that made a value, or a part of it."""

    path: FilePath
    line: int
    function: Name
    name: Prose
    """What got the value: ``total``, ``self.rates``, ``prices['pen']``; a function for what it returned."""
    how: How
    value: Prose = ""
    """The value that was made, shortened; empty: not known without running the test's own code."""
    distance: int = 1
    """How many places lie between the value and this one, with this one."""
    is_sure: bool = True
    """Whether it was followed step by step; else something between was matched by name or seen as a whole."""


class Condition(Value):
    """A condition that decided that a place of the slice ran."""

    path: FilePath
    line: int
    function: Name
    text: Prose = ""


class Origins(Value):
    """The answer for one value of one run."""

    test: TestId
    run: int = 0
    expression: Prose = ""
    value: Prose = ""
    path: FilePath = ""
    line: int = 0
    function: Name = ""
    is_of_failure: bool = False
    """Whether it is what the failure itself found wrong, and not a value that somebody asked about."""
    failed: bool = True
    """Whether the test failed in the run that was looked at."""
    origins: tuple[Origin, ...] = ()
    conditions: tuple[Condition, ...] = ()
    opaque: tuple[Name, ...] = ()
    """Functions of foreign code on the way: their arguments are followed, what they did is not seen."""
    left_out: tuple[Prose, ...] = ()
    """What was not looked at, in sentences."""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


def asked(words: str) -> tuple[str, str, int]:
    """Take a question apart, as ``NAME at FILE:LINE``: name, file and line; empty and 0 where it says nothing.

    Raises:
        ValueError: what follows ``at`` names no line.

    """
    name, found, place = f" {words.strip()} ".partition(" at ")
    path, _, line = place.strip().rpartition(":")
    if found and not (path and line.isdecimal()):
        raise ValueError(f"{place.strip() or 'at'!r} names no line: say NAME at FILE:LINE")
    return name.strip(), path, int(line) if found else 0


def chain(found: Origins) -> str:
    """Return the answer in one line: the functions that made the value, nearest first."""
    named: dict[tuple[str, str], str] = {}
    for each in found.origins:
        short = each.path.rpartition("/")[2]
        named.setdefault((each.path, each.function), f"{each.function} {short}:{each.line}")
    head = f"{found.expression} = {found.value}" if found.value else found.expression
    shown = list(named.values())
    more = [f"{len(shown) - CHAIN} more"] if len(shown) > CHAIN else []
    return " ← ".join([head, *shown[:CHAIN], *more])


def described(found: Origins) -> tuple[str, ...]:
    """Return the answer as lines: the chain, each place with how the value was made there, and what is not known."""
    lines = [
        f"{chain(found)}"
        if found.origins
        else f"{found.expression or found.place}: no place of own code made it"
    ]
    lines += [f"  {place_line(each)}" for each in found.origins[:MAX_LINES]]
    if len(found.origins) > MAX_LINES:
        lines.append(f"  … {len(found.origins) - MAX_LINES} more places")
    if found.conditions:
        lines.append("steered by, not followed further:")
        lines += [f"  {each.path}:{each.line} {each.function}: {each.text}" for each in found.conditions]
    if found.opaque:
        lines.append(f"not seen into, arguments followed: {', '.join(found.opaque)}")
    if not found.failed:
        lines.append("the test passed in this run")
    return (*lines, *found.left_out)


def place_line(origin: Origin) -> str:
    """Return one origin as a line: where, in which function, what was made and how."""
    made = f"{origin.name} = {origin.value}" if origin.value else origin.name
    unsure = ", likely" if not origin.is_sure else ""
    return f"{origin.path}:{origin.line} {origin.function}: {made} ({origin.how}{unsure})"
