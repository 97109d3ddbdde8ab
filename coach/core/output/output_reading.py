"""What a command's output says: the failing tests of every runner in it, or what else ended it.

All readers of test runners look at the whole output; what they find is told in the order in which it stands there.
Only where no test failed, compilers, traces and at last the last telling lines are asked: the more a reader knows of a
format, the more its word counts.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coach.core.output.compilers import read_compilers
from coach.core.output.found import MAX_FAILURES, Detail, Found, failure_of, frame_at, unique
from coach.core.output.go_tests import read_go
from coach.core.output.go_words import difference_in_words
from coach.core.output.jest import read_jest
from coach.core.output.jvm import read_jvm
from coach.core.output.last_lines import informative_lines
from coach.core.output.lines import plain_lines
from coach.core.output.mocha import read_mocha
from coach.core.output.native import read_native
from coach.core.output.node_spec import read_node_spec
from coach.core.output.numbered import read_numbered
from coach.core.output.pytest_text import read_pytest
from coach.core.output.rust import read_rust
from coach.core.output.sympy_tests import read_sympy
from coach.core.output.tap import read_tap
from coach.core.output.traces import read_traces
from coach.core.output.unittest_text import read_unittest
from coach.core.output.vitest import read_vitest
from coach.core.runs.report import Counts, Failure

Reader = Callable[[Sequence[str]], Found | None]

RUNNERS: dict[str, Reader] = {
    "TAP": read_tap,
    "node --test": read_node_spec,
    "go test": read_go,
    "cargo test": read_rust,
    "Jest": read_jest,
    "Vitest": read_vitest,
    "Mocha": read_mocha,
    "unittest": read_unittest,
    "pytest": read_pytest,
    "sympy": read_sympy,
    "JUnit": read_jvm,
    "RSpec, PHPUnit, Minitest": read_numbered,
    "GoogleTest, CTest, Automake": read_native,
}
"""Everything that reads a test runner's output, by the name people know it by."""

OTHERS: tuple[Reader, ...] = (read_compilers, read_traces)
"""What is asked when no test failed, the one that knows more first."""


_PLACE = re.compile(r"(?<![\w/.-])(?P<path>[\w./-]{1,200}\.[A-Za-z]\w{0,4}):(?P<line>\d{1,9})\b")
_NOTHING_SAID = frozenset({"", "test failed", "Failed", "SEGFAULT"})
"""Messages of tests whose process ended by itself."""


@dataclass(frozen=True, slots=True)
class OutputReading:
    """What an output says."""

    failures: tuple[Failure, ...]
    """In the order of the output; without a test where only the command as a whole failed."""
    counts: Counts = Counts()
    left_out: int = 0
    red: tuple[str, ...] = ()
    """The runners whose own summary says that tests failed."""


def read_output(text: str, exit_code: int) -> OutputReading:
    """Read the output of a command that ended by itself."""
    lines = plain_lines(text)
    found = {name: each for name, reader in RUNNERS.items() if (each := reader(lines))}
    ordered = sorted(found.items(), key=lambda each: each[1].at)
    everything = unique(failure for _, each in ordered for failure in each.failures)
    failures = tuple(_named(_explained(each, lines)) for each in everything[:MAX_FAILURES])
    red = tuple(name for name, each in ordered if each.is_red)
    counts = _sum([each.counts for _, each in ordered if each.counts is not None])
    if exit_code and not failures:
        end = max((each.end for each in found.values()), default=0)
        others = _other(lines, min(end, len(lines)), exit_code)
        failures = tuple(_named(each, f"exit {exit_code}") for each in others)
    return OutputReading(failures, counts, max(len(everything) - MAX_FAILURES, 0), red)


def _other(lines: Sequence[str], end: int, exit_code: int) -> tuple[Failure, ...]:
    """Say why a command failed though no test did: first by what it printed after the tests, then by all of it."""
    for part in [lines[end:], lines] if end and any(line.strip() for line in lines[end:]) else [lines]:
        for reader in OTHERS:
            found = reader(part)
            if found is not None and found.failures:
                return found.failures
    rest = lines[end:] if any(line.strip() for line in lines[end:]) else lines
    message = informative_lines(rest)
    said = message.split("\n")
    places = [place for line in said if (place := _PLACE.search(line[:1_000]))]
    frames = tuple(frame_at(each["path"], each["line"]) for each in places[:1])
    detail = Detail(f"exit {exit_code}", message, frames, difference_in_words(said))
    return (failure_of("", detail, "command"),)


def _explained(failure: Failure, lines: Sequence[str]) -> Failure:
    """A test of which nothing is said but that its process ended: the trace in the output says more."""
    if failure.exception or failure.message.strip("'") not in _NOTHING_SAID:
        return failure
    found = read_traces([line.removeprefix("# ") for line in lines])
    if found is None:
        return failure
    trace = found.failures[0]
    frames = trace.frames or failure.frames
    said = {"exception": trace.exception, "message": trace.message, "frames": frames, "causes": trace.causes}
    return failure.model_copy(update=said)


def _named(failure: Failure, word: str = "failed") -> Failure:
    """Not every runner names an exception; a failure is called something all the same."""
    return failure if failure.exception else failure.model_copy(update={"exception": word})


def _sum(counts: Sequence[Counts]) -> Counts:
    total = Counts()
    for each in counts:
        names = Counts.model_fields
        total = Counts(**{name: getattr(total, name) + getattr(each, name) for name in names})
    return total
