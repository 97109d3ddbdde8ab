"""The failure a session is about: what was reproduced stays it until the engineer takes another.

Two grains tell failures apart. *Which test is red* is counted, searched and proven: values, addresses and orders in a
message change by themselves. *The same message* is a remark, and what the loop detectors compare.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.value import Value
from coach.core.runs.failure import STRUCTURAL_EXCEPTIONS, FailureSignature

Grain = Literal["test", "exception"]
"""How like the reference a failure must be: the same red test, or that with the same exception. Searches that put code
together anew ask for the exception as well: half an edit fails in ways of its own."""

_CALL_SIGNATURE = re.compile(
    r"\(\) (?:missing \d+ required|takes (?:no|exactly|at least|at most|from|\d+)|got (?:an unexpected|multiple values|some))"
    r"|\(\) takes no"
)
"""What CPython says of a call that does not fit the called function's parameters."""
_MISSING_NAMES = frozenset({"NameError", "UnboundLocalError"})


class Reference(Value):
    """Which tests are red, and what they said when it was reproduced."""

    run: int
    """The run that shows it; 0 where a search made it itself."""
    failing: tuple[FailureSignature, ...]
    """Never empty; the first one is the failure that the header, the prompt and the report tell."""
    is_reproduced: bool = False
    """Whether it was seen again; until then the first red run stands for it."""
    beside: tuple[TestId, ...] = ()
    """Tests that were red in the same runs in another way: old failures, which this session is not about."""

    @property
    def first(self) -> FailureSignature:
        return self.failing[0]

    @property
    def tests(self) -> tuple[TestId, ...]:
        """The tests that are red: what is counted, searched and proven."""
        return tuple(dict.fromkeys(each.test for each in self.failing))

    @property
    def strict(self) -> tuple[str, ...]:
        """Strict signatures: whether another run says the very same."""
        return tuple(each.strict for each in self.failing)

    def names(self, test: str) -> bool:
        """Whether a test is one of the reference's."""
        return any(is_of(each, test) for each in self.tests)

    def shown_by(
        self, failing: Iterable[FailureSignature], grain: Grain = "test"
    ) -> tuple[FailureSignature, ...]:
        """Return the failures that are this one: of one of its tests, and not for want of what the test needs to run."""
        of_tests = [each for each in failing if self.names(each.test)]
        exact = tuple(each for each in of_tests if each.strict in self.strict)
        return exact or tuple(each for each in of_tests if self._is_shown(each, grain))

    def _is_shown(self, seen: FailureSignature, grain: Grain) -> bool:
        known = {each.exception for each in self.failing if is_of(each.test, seen.test)}
        if seen.exception in known:
            return True
        return grain == "test" and not could_not_ask(seen)


def alike(failing: Sequence[FailureSignature], test: str = "") -> tuple[FailureSignature, ...]:
    """Return what fails as one test does (the first, unless named): the same exception, raised in the same function.

    Most of what is red together has one cause, and some of it has another: that must not stand in the way of a fix.
    """
    ordered = first_of(failing, test)
    first = ordered[0]
    shared = (first.exception, first.place)
    is_own = first.place.rpartition(":")[0] == first.test.file  # raised in the test: no shared place
    return tuple(
        each
        for each in ordered
        if each.test == first.test or (not is_own and (each.exception, each.place) == shared)
    )


def is_of(named: str, test: str) -> bool:
    """Whether a name stands for a test: it is its id, or that of the function whose parameters change from run to run."""
    return named == test or TestId(test).function == named


def takes_other_arguments(seen: FailureSignature) -> bool:
    """Whether a call did not fit the parameters of what it called."""
    return seen.exception == "TypeError" and _CALL_SIGNATURE.search(seen.message) is not None


def is_for_want_of_a_name(seen: FailureSignature) -> bool:
    """Whether code could not run for a reason of its own: a name, an import, its syntax, the parameters of a call."""
    exception = seen.exception.rpartition(".")[2]
    lacks_attribute = exception == "AttributeError" and seen.message.startswith(
        ("module ", "partially initialized ")
    )
    return (
        exception in STRUCTURAL_EXCEPTIONS
        or exception in _MISSING_NAMES
        or lacks_attribute
        or takes_other_arguments(seen)
    )


def could_not_ask(seen: FailureSignature) -> bool:
    """Whether a test failed before it could ask its question: set-up of its own, or the code lacks what the test calls.

    An older commit has no such function yet: that is no answer to whether the defect was there.
    """
    exception = seen.exception.rpartition(".")[2]
    if exception in STRUCTURAL_EXCEPTIONS:
        return True
    is_in_test = seen.place.rpartition(":")[0] == seen.test.file
    return is_in_test and (is_for_want_of_a_name(seen) or exception == "AttributeError")


def first_of(failing: Sequence[FailureSignature], test: str) -> tuple[FailureSignature, ...]:
    """Return failures with those of one test in front."""
    return tuple(sorted(failing, key=lambda each: not is_of(test, each.test)))
