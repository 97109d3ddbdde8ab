"""A fix is proven check by check; anything missing caps the verdict at *partial* and is named."""

from typing import Literal

from coach.core.value import Value

VerificationVerdict = Literal["verified", "partial"]


class VerificationCheck(Value):
    """One line of the verification: what was asked, whether it holds, the figure and the runs behind it."""

    name: str
    title: str
    passed: bool
    figure: str = ""
    runs: tuple[int, ...] = ()


class Verification(Value):
    """All lines, and what they add up to."""

    checks: tuple[VerificationCheck, ...] = ()

    @property
    def verdict(self) -> VerificationVerdict:
        return "verified" if self.checks and all(check.passed for check in self.checks) else "partial"

    @property
    def missing(self) -> tuple[VerificationCheck, ...]:
        return tuple(check for check in self.checks if not check.passed)
