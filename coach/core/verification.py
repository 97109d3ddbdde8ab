"""A fix is proven check by check; anything missing caps the verdict at *partial* and is named."""

from typing import Literal

from coach.core.text import Text
from coach.core.value import Value

VerificationVerdict = Literal["verified", "partial"]


class Objection(Value):
    """One thing a check found: what it is, by a key that stays when the check is made again."""

    key: Text
    text: Text
    answer: Text = ""
    """Why it is fine all the same, in the words of a person; empty while it counts."""


class VerificationCheck(Value):
    """One line of the verification: what was asked, whether it holds, the figure and the runs behind it."""

    name: str
    title: str
    passed: bool
    figure: str = ""
    runs: tuple[int, ...] = ()
    objections: tuple[Objection, ...] = ()
    """What keeps it from holding, one by one, where that can be listed; those that were answered included."""


class Verification(Value):
    """All lines, and what they add up to."""

    checks: tuple[VerificationCheck, ...] = ()

    @property
    def verdict(self) -> VerificationVerdict:
        return "verified" if self.checks and all(check.passed for check in self.checks) else "partial"

    @property
    def missing(self) -> tuple[VerificationCheck, ...]:
        return tuple(check for check in self.checks if not check.passed)

    @property
    def standing(self) -> tuple[Objection, ...]:
        """What speaks against the fix, one by one, and nobody answered."""
        return tuple(each for check in self.missing for each in check.objections if not each.answer)
