"""The weights of the ranking, in one table, each with its source. They order; they do not measure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weight:
    value: float
    source: str


WEIGHTS: dict[str, Weight] = {
    "flip": Weight(
        4.0,
        "a mutation that turns the test green: in a prototype it took the top line from 12 to 23 of 40",
    ),
    "hunk": Weight(2.0, "changed since the last pass: the certain difference between green and red"),
    "edits": Weight(
        3.0, "without this change it passes: an experiment; shared by the hunks that are needed together"
    ),
    "commits": Weight(1.5, "the culprit commit's lines: an experiment, of lines that may have moved since"),
    "opened": Weight(0.5, "a file of data that only the failing test opens; a first guess, not fitted"),
    "lacking": Weight(
        1.0,
        "the failing test died on a name that this object lacks; a first guess, not fitted",
    ),
    "calls": Weight(
        1.0,
        "the calls of the failing test first part from a passing run's here; a first guess, never fitted",
    ),
    "proven": Weight(
        2.5, "lines of a commit that turns the test green when it is taken back: two experiments; not fitted"
    ),
    "line": Weight(1.0, "best-line Ochiai; the unit of all others"),
    "function": Weight(
        0.5, "function Ochiai; a first guess, never fitted; benchmarks/localise.py shows what it gives"
    ),
    "test id": Weight(
        0.4,
        "words shared with the test's name; a first guess, never fitted; benchmarks/localise.py shows what it gives",
    ),
    "mentioned": Weight(
        0.4,
        "called by name in the test's body; a first guess, never fitted; benchmarks/localise.py shows what it gives",
    ),
    "stack": Weight(0.3, "on the traceback: FauxPy, SBFL + stack 43.7 against 37.8 % @1"),
    "recency": Weight(
        0.15,
        "touched by a newer commit than the other suspects; a first guess, never fitted: packages of the benchmark have no history",
    ),
    "size": Weight(
        0.15,
        "longer bodies hold more defects; a first guess, never fitted; benchmarks/localise.py shows what it gives",
    ),
}
FRAME_STEP = 0.15
"""Each frame further out counts a step less: the raising place is nearest to the symptom, not to the cause."""
ALONE_FRAME = 1.0
"""What the innermost frame weighs while nothing has been measured: then it is all there is."""
IN_TESTS = 0.1
"""Share kept by code in test files: it holds the expectation, rarely the defect."""
AT_IMPORT = 0.2
"""Share kept by module-level code: it belongs to nobody."""
READ_AT_IMPORT = 0.7
"""Share kept by what ran at import for each name that leads to it from the lines of the failing test; not fitted."""
VALUE_READ = 0.85
"""The same where a line of the failing test reads the very value that it assigns; not fitted."""
AFTER_RAISE = 0.3
"""Share kept by what ran only after the exception was raised: a consequence, unless the exception itself is wrong; not fitted."""
SILENCING = 0.15
"""Share kept by a flip that only takes a check or a call away: the symptom is gone, the cause may be elsewhere."""
LEADING = 0.75
"""Suspects with at least this share of the best score are the narrowed search space."""


def weight(name: str) -> float:
    return WEIGHTS[name].value


UNCHECKED = 0.3
"""Share kept by a flip while no passing test was compared: nothing says that the mutation is not simply another input."""
ALONE = 0.85
"""Share kept by a flip on a line that no passing test runs, of those compared: nothing checks it, but the line stands out.
Chosen on the tuning half of benchmarks/localise.py (0.3: 61 % of top lines right, 0.85: 68 %)."""
