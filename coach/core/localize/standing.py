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
    "benchmarks/fit_standing.py on 66 failures of the tuning set in sixteen packages, 20 of them of parsers, renderers and "
    "validators, all investigated as a user would; drawn to what was fitted on 119 failures in nine packages before"
)
_FEW = "fitted as the others, but fewer than 30 of the failures show it, so that it stays near what was set by hand: "

EVIDENCE: dict[str, Weight] = {
    "line": Weight(3.3, _FITTED),
    "function": Weight(1.4, _FITTED),
    "alone": Weight(0.3, _FITTED),
    "test id": Weight(1.2, _FITTED),
    "private": Weight(0.5, "named as no entry of the package, which all tests go through; " + _FITTED),
    "mentioned": Weight(0.3, _FITTED),
    "raised": Weight(1.0, _FITTED),
    "raised on purpose": Weight(-2.9, "set by hand beyond what was fitted, -2.3; " + _FITTED),
    "on the traceback": Weight(2.95, _FITTED),
    "size": Weight(2.8, _FITTED),
    "worth": Weight(1.95, _FITTED),
    "special": Weight(-0.9, _FITTED),
    "shown": Weight(-1.5, _FEW + "pytest asks for an object's text when an assertion fails"),
    "raised for its call": Weight(
        -1.0, "a little beyond what was fitted; " + _FEW + "arguments did not fit: who gave them came before"
    ),
    "of an exception": Weight(-1.4, "not fitted: code of an exception class tells of a failure"),
    "flip": Weight(
        6.35,
        _FEW + "by the share of neighbours that stay green",
    ),
    "flip alone": Weight(1.8, _FEW + "a flip on a line that no passing test runs: nothing checks it"),
    "flip unchecked": Weight(1.8, "not fitted: a flip while no passing test was compared"),
    "flip silences": Weight(0.6, "not fitted: a flip that only takes a check or a call away"),
    "other flips": Weight(0.05, _FEW + "more flips in the place"),
    "nearest": Weight(0.8, "how near its last run was to the first sign of the failure; " + _FITTED),
    "after the raise": Weight(-1.95, _FEW + "it ran only after the failure was raised: a consequence"),
    "missed by red tests": Weight(
        -3.0, "not fitted: the share of the red tests of one cause that did not run it"
    ),
    "at import": Weight(-3.0, "not fitted: code that runs at import, and nothing of the failing test reads"),
    "read at import": Weight(
        -1.15, "for each name that leads from the test's lines to what ran at import; " + _FITTED
    ),
    "reaches": Weight(
        0.55, "the share of its mutants that changed the failure without mending it; " + _FITTED
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
    "not of the culprit": Weight(
        -4.0,
        "not fitted: a proven commit changed other places; this one would be older, and only uncovered by it",
    ),
    "opened": Weight(2.0, "not fitted: a file of data that only the failing test opens; shared by those"),
    "lacking": Weight(
        6.5,
        "by hand: the failing test died on a name that this object lacks. Of the tuning set three failures show it: 4.0 was too little in "
        "the two where the object is the place, and this is not too much in the third",
    ),
    "calls": Weight(1.0, _FEW + "the calls first part from a passing run's here, which was right once"),
    "origins": Weight(1.1, _FEW + "the wrong value came through here"),
    "recency": Weight(0.75, _FEW + "touched by a newer commit than the other suspects"),
}
"""Every kind of evidence: what one unit of it weighs, and where the weight comes from."""

NOWHERE = Weight(2.75, _FITTED)
"""Log-odds of the cause being none of the places, once lines were measured."""
NOWHERE_UNMEASURED = Weight(2.2, _FITTED)
"""The same while there are only tracebacks and edits."""
LAPSE = 0.05
"""Chance that the evidence misleads the model as a whole: where it said 97 %, 88 to 94 % were right in packages that it
was not fitted on. No place is ever said to be surer than what is left."""
LEADING = 0.25
"""Places at least this share as likely as the likeliest are the narrowed search space."""
LIKELY = 0.9
"""What one place, or two together, must hold for the cause to be isolated. In folds that leave a package out, places that held
80 to 90 % were right too rarely for that."""
PROBABLE = 0.5
"""What the likeliest place must hold where kinds of evidence that do not depend on each other agree on it."""

_STRONG = {
    "line": 0.7,
    "raised": 1.0,
    "flip": 0.65,
    "flip alone": 0.9,
    "hunk": 1.0,
    "edits": 0.5,
    "commits": 0.3,
    "proven": 0.2,
    "calls": 0.9,
    "origins": 0.5,
    "lacking": 1.0,
    "test is wrong": 1.0,
}
"""Kinds that can point at a place by themselves, and how much of each that takes."""
_COMMON = 0.4
"""Suspiciousness of a line that most passing tests run as well: a flip there rather dodges the failure."""
_AGREEING = tuple(
    frozenset(pair)
    for pair in (
        ("flip", "origins"),
        ("flip", "edits"),
        ("flip", "commits"),
        ("flip", "calls"),
        ("edits", "line"),
        ("edits", "origins"),
        ("edits", "calls"),
        ("commits", "line"),
        ("commits", "origins"),
        ("commits", "calls"),
        ("proven", "line"),
        ("proven", "flip"),
        ("proven", "origins"),
        ("proven", "calls"),
    )
)
"""Pairs of kinds that do not depend on each other: neither is measured only where the other one points."""


def strong_kinds(evidence: Mapping[str, float]) -> tuple[str, ...]:
    """Return the kinds of evidence that each speak strongly for a place."""
    doubtful = (
        {"raised"} if evidence.get("raised on purpose") else set()
    )  # what it was given was wrong before
    if evidence.get("line", 1.0) < _COMMON:
        doubtful.add("flip")
    return tuple(
        kind for kind, least in _STRONG.items() if evidence.get(kind, 0.0) >= least and kind not in doubtful
    )


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
