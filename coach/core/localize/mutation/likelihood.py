"""Which mutants of a line come first: those that real one-line fixes are made of, and that rarely only dodge the check."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

LIKELY: dict[str, float] = {
    "name": 1.0,
    "comparison": 0.95,
    "boundary": 0.95,
    "constant": 0.9,
    "operator": 0.9,
    "truth": 0.85,
    "function": 0.8,
    "attribute": 0.8,
    "receiver": 0.8,
    "missing assignment": 0.8,
    "negation": 0.8,
    "condition": 0.75,
    "operand": 0.7,
    "local name": 0.7,
    "keyword": 0.65,
    "sign": 0.65,
    "guard": 0.6,
    "missing call": 0.6,
    "missing return": 0.6,
    "assignment": 0.6,
    "arguments": 0.6,
    "off by one": 0.6,
    "slice": 0.6,
    "text": 0.6,
    "pattern": 0.7,
    "jump": 0.55,
    "type": 0.55,
    "rounding": 0.5,
    "operands": 0.5,
    "default": 0.45,
    "bounded": 0.45,
    "exception": 0.4,
    "branches": 0.4,
    "literal": 0.4,
    "missing operand": 0.35,
    "yield": 0.35,
    "deleted statement": 0.3,
    "returned value": 0.25,
}
"""By kind, set by hand: how common it is among small fixes of Python projects (Kamienski et al., MSR 2021; wrong names,
numbers, operators and functions first), less where it mostly takes a check or its consequence away."""
_UNKNOWN = 0.5
_FORCED = 0.35
"""A condition that is only forced says which branch matters, rarely which edit mends it."""
_NEXT = 0.8
"""What the next change of the same kind and the same expression is worth beside the one before it: the nearest comes first."""
_ANOTHER = 0.88
"""The same for another expression of the line: of every kind some before all of one."""


class _Kinded(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def after(self) -> str: ...


def is_forced(mutant: _Kinded) -> bool:
    """Whether a condition always holds with it, or never."""
    return mutant.kind == "condition" and mutant.after in {"True", "False"}


def prior(mutant: _Kinded) -> float:
    """How likely a change of its kind is the fix, beside the likeliest kind."""
    return _FORCED if is_forced(mutant) else LIKELY.get(mutant.kind, _UNKNOWN)


def weights(streams: Sequence[Sequence[_Kinded]]) -> list[list[float]]:
    """Return for the mutants of a line, by expression, how likely each is beside the others."""
    of_line: Counter[str] = Counter()
    found = []
    for stream in streams:
        of_stream: Counter[str] = Counter()
        row = []
        for each in stream:
            row.append(prior(each) * _NEXT ** of_stream[each.kind] * _ANOTHER ** of_line[each.kind])
            of_stream[each.kind] += 1
        of_line.update(of_stream.keys())
        found.append(row)
    return found
