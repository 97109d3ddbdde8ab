"""How likely each place holds the defect: one probability from all evidence, by one small model.

A conditional logit: the evidence of a place adds up to its log-odds, and the places of one failure share what is left of 1
by the cause being none of them. Ranks follow the probability; equal ones are ties. ``benchmarks/fit_standing.py`` fits the
weights on planted and historical defects of the tuning half, never on what is reported; what no such data holds (edits,
searches, history) is set by hand and says so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp


@dataclass(frozen=True, slots=True)
class Weight:
    value: float
    """What one unit of the evidence adds to the log-odds of a place."""
    source: str


_FITTED = (
    "about halfway from a first guess to what benchmarks/fit_standing.py gives for some 85 defects of the tuning set, "
    "a third of them historical; set by hand"
)

EVIDENCE: dict[str, Weight] = {
    "line": Weight(3.0, _FITTED),
    "function": Weight(1.1, _FITTED),
    "alone": Weight(0.2, _FITTED),
    "test id": Weight(0.9, _FITTED),
    "mentioned": Weight(0.2, _FITTED),
    "raised": Weight(1.0, _FITTED),
    "raised on purpose": Weight(-1.4, _FITTED),
    "on the traceback": Weight(2.8, _FITTED),
    "size": Weight(2.2, _FITTED),
    "worth": Weight(1.5, _FITTED),
    "special": Weight(-0.8, _FITTED),
    "shown": Weight(-1.5, "not fitted: pytest asks for an object's text when an assertion fails"),
    "raised for its call": Weight(-0.5, "not fitted: arguments did not fit: who gave them came before"),
    "of an exception": Weight(-1.4, "not fitted: code of an exception class tells of a failure"),
    "flip": Weight(
        7.5,
        "not fitted: three in four of those that break no neighbour are right; the tuning set has thirteen",
    ),
    "flip alone": Weight(1.7, "a flip on a line that no passing test runs: nothing checks it; " + _FITTED),
    "flip unchecked": Weight(1.8, "not fitted: a flip while no passing test was compared"),
    "flip silences": Weight(0.6, "not fitted: a flip that only takes a check or a call away"),
    "other flips": Weight(0.1, _FITTED),
    "nearest": Weight(0.7, "not fitted: how near its last run was to the first sign of the failure"),
    "after the raise": Weight(-2.0, "not fitted: it ran only after the failure was raised: a consequence"),
    "missed by red tests": Weight(
        -3.0, "not fitted: the share of the red tests of one cause that did not run it"
    ),
    "at import": Weight(-3.0, "not fitted: code that runs at import, and nothing of the failing test reads"),
    "read at import": Weight(
        -1.2, "for each name that leads from the test's lines to what ran at import; " + _FITTED
    ),
    "reaches": Weight(
        0.5, "the share of its mutants that changed the failure without mending it; " + _FITTED
    ),
    "in tests": Weight(-5.9, "not fitted: test code holds the expectation, rarely the defect"),
    "beside the test": Weight(
        -1.5, "not fitted: in the failing test's own file, which is named like no test"
    ),
    "test is wrong": Weight(
        8.0, "not fitted: the test fails in a line of its own, for a name it does not have"
    ),
    "hunk": Weight(3.0, "not fitted: changed since the last pass: the certain difference of green and red"),
    "edits": Weight(6.0, "not fitted: an experiment: without this change it passes; shared by those needed"),
    "commits": Weight(3.5, "not fitted: an experiment, of lines of a commit that may have moved since"),
    "proven": Weight(
        6.0, "not fitted: lines of a commit that turns it green when it is taken back: two experiments"
    ),
    "opened": Weight(2.0, "not fitted: a file of data that only the failing test opens; shared by those"),
    "lacking": Weight(4.0, "not fitted: the failing test died on a name that this object lacks"),
    "calls": Weight(2.5, "not fitted: the calls first part from a passing run's here"),
    "origins": Weight(2.0, "not fitted: the wrong value came through here"),
    "recency": Weight(0.7, "not fitted: touched by a newer commit than the other suspects"),
}
"""Every kind of evidence: what one unit of it weighs, and where the weight comes from."""

NOWHERE = Weight(3.4, _FITTED)
"""Log-odds of the cause being none of the places, once lines were measured."""
NOWHERE_UNMEASURED = Weight(2.2, _FITTED)
"""The same while there are only tracebacks and edits."""
LAPSE = 0.05
"""Chance that the evidence misleads the model as a whole: where it said 97 %, 88 to 94 % were right in packages that it
was not fitted on. No place is ever said to be surer than what is left."""
LEADING = 0.25
"""Places at least this share as likely as the likeliest are the narrowed search space."""
LIKELY = 0.8
"""What one place, or two together, must hold for the cause to be isolated."""


_STRONG = {
    "alone": 0.6,
    "raised": 1.0,
    "flip": 0.7,
    "edits": 0.5,
    "commits": 0.3,
    "proven": 0.2,
    "calls": 0.9,
    "origins": 0.5,
}
"""Kinds that can stand for a place by themselves, and how much of each that takes."""
_AGREEING = tuple(
    frozenset(pair)
    for pair in (
        ("flip", "origins"),
        ("flip", "edits"),
        ("flip", "commits"),
        ("flip", "calls"),
        ("edits", "alone"),
        ("edits", "origins"),
        ("edits", "calls"),
        ("commits", "alone"),
        ("commits", "origins"),
        ("commits", "calls"),
        ("proven", "alone"),
        ("proven", "flip"),
        ("proven", "origins"),
        ("proven", "calls"),
    )
)
"""Pairs of kinds that do not depend on each other: neither is measured only where the other one points."""


def strong_kinds(evidence: Mapping[str, float]) -> tuple[str, ...]:
    """Return the kinds of evidence that each speak strongly for a place."""
    return tuple(kind for kind, least in _STRONG.items() if evidence.get(kind, 0.0) >= least)


def agreement(kinds: Collection[str]) -> tuple[str, str] | None:
    """Return two kinds that speak for a place and do not depend on each other; None without such a pair."""
    found = next((pair for pair in _AGREEING if pair <= set(kinds)), None)
    if found is None:
        return None
    first, second = sorted(found, key=list(_STRONG).index)
    return first, second


def log_odds(evidence: Mapping[str, float]) -> float:
    """Add up what speaks for a place."""
    return sum(EVIDENCE[name].value * amount for name, amount in evidence.items())


def shares(odds: Sequence[float], *, is_measured: bool) -> list[float]:
    """Turn the log-odds of all places of one failure into probabilities; what is missing to 1 is: somewhere else."""
    nowhere = (NOWHERE if is_measured else NOWHERE_UNMEASURED).value
    top = max([nowhere, *odds])
    below = exp(nowhere - top) + sum(exp(each - top) for each in odds)
    return [(1.0 - LAPSE) * exp(each - top) / below for each in odds]
