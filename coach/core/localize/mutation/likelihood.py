"""Which mutants of a line come first: those that real one-line fixes are made of, and that rarely only dodge the check."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

LIKELY: dict[str, float] = {
    "comparison": 1.0,
    "appended": 0.95,
    "operator": 0.95,
    "grouping": 0.9,
    "constant": 0.9,
    "truth": 0.9,
    "operator method": 0.9,
    "name": 0.85,
    "local name": 0.85,
    "parameter default": 0.85,
    "boundary": 0.8,
    "identity": 0.8,
    "receiver": 0.8,
    "type": 0.8,
    "function": 0.75,
    "argument added": 0.75,
    "keyword": 0.75,
    "exception": 0.75,
    "missing assignment": 0.7,
    "negation": 0.7,
    "attribute": 0.7,
    "operand": 0.7,
    "owner": 0.7,
    "arguments": 0.65,
    "condition": 0.65,
    "spread": 0.6,
    "missing attribute": 0.6,
    "missing default": 0.6,
    "branches": 0.6,
    "pattern": 0.6,
    "not none": 0.6,
    "narrowed type": 0.6,
    "predicate": 0.6,
    "literal": 0.6,
    "wrapped": 0.55,
    "guard": 0.55,
    "made type": 0.55,
    "sibling term": 0.55,
    "text": 0.55,
    "jump": 0.55,
    "assignment": 0.55,
    "missing return": 0.55,
    "borrowed condition": 0.5,
    "slice": 0.5,
    "rounding": 0.5,
    "operands": 0.5,
    "off by one": 0.45,
    "sign": 0.45,
    "missing call": 0.45,
    "bounded": 0.4,
    "default": 0.4,
    "yield": 0.35,
    "missing operand": 0.3,
    "deleted statement": 0.3,
    "returned value": 0.25,
}
"""By kind: how often one undoes a real one-line fix, of those tried, in the fitted half of ``benchmarks/undoing.py``, rounded and
drawn towards what studies count (Kamienski et al., MSR 2021) where few were tried; less where it mostly takes a check or its
consequence away."""
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
