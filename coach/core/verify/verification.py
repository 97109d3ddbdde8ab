"""A fix is proven check by check; anything missing caps the verdict at *partial* and is named.

What a kind of target cannot give is not asked: it neither passes nor blocks, and the verdict says what it rests on.
"""

from typing import Literal

from coach.core.base.text import CoachId, Name, Prose, safe_line
from coach.core.base.value import Value

VerificationVerdict = Literal["verified", "partial"]

_RESTS_ON: dict[str, str] = {
    "red-before": "red before",
    "green-now": "green now",
    "repeats": "green as often as its rate asks",
    "red-without": "red again without the change",
    "control": "small wrong fixes caught",
    "no-new-failures": "no new failure in the suite",
    "nothing-lost": "no test lost",
    "predicted": "what was predicted holds",
    "acceptance": "accepted",
}
"""What a line adds to the verdict, by its name, in this order; the others only keep it from holding."""
_MAX_TOLD = 3
_MAX_OF_A_TEXT = 160


class Objection(Value):
    """One thing a check found: what it is, by a key that stays when the check is made again."""

    key: Name
    text: Prose
    answer: Prose = ""
    """Why it is fine all the same, in the words of a person; empty while it counts."""


class VerificationCheck(Value):
    """One line of the verification: what was asked, whether it holds, the figure and the runs behind it."""

    name: CoachId
    title: Prose
    passed: bool
    figure: Prose = ""
    runs: tuple[int, ...] = ()
    objections: tuple[Objection, ...] = ()
    """What keeps it from holding, one by one, where that can be listed; those that were answered included."""
    asked: bool = True
    """Whether this kind of target can give it; what is not asked neither passes nor blocks, and ``figure`` says why."""

    @property
    def holds(self) -> bool:
        return self.asked and self.passed

    @property
    def answered(self) -> tuple[Objection, ...]:
        """What a person said is fine."""
        return tuple(each for each in self.objections if each.answer)


class Verification(Value):
    """All lines, and what they add up to."""

    checks: tuple[VerificationCheck, ...] = ()

    @property
    def asked(self) -> tuple[VerificationCheck, ...]:
        """The lines that count."""
        return tuple(check for check in self.checks if check.asked)

    @property
    def figure(self) -> str:
        """How many of the lines that count hold: ``8 of 9``."""
        return f"{sum(check.holds for check in self.asked)} of {len(self.asked)}"

    @property
    def verdict(self) -> VerificationVerdict:
        return "verified" if self.asked and not self.missing else "partial"

    @property
    def missing(self) -> tuple[VerificationCheck, ...]:
        return tuple(check for check in self.asked if not check.passed)

    @property
    def standing(self) -> tuple[Objection, ...]:
        """What speaks against the fix, one by one, and nobody answered."""
        return tuple(each for check in self.missing for each in check.objections if not each.answer)

    @property
    def sentence(self) -> str:
        """What the verdict rests on, what a person answered for, and what was not asked, in one sentence."""
        if self.missing:
            first = self.missing[0]
            return f"partial: {self.figure} hold; not shown: {safe_line(first.title)}" + (
                f" ({safe_line(first.figure, limit=_MAX_OF_A_TEXT)})" if first.figure else ""
            )
        if not self.asked:
            return "partial: nothing was asked"
        names = {each.name for each in self.asked if _is_shown(each)}
        shown = [words for name, words in _RESTS_ON.items() if name in names]
        parts = [", ".join(shown), _answers(self.asked), _not_asked(self.checks)]
        return "verified: " + "; ".join(filter(None, parts))


def _is_shown(check: VerificationCheck) -> bool:
    """Whether runs alone make a line hold: a person's answer does not."""
    return check.name in _RESTS_ON and check.passed and not check.answered


def _answers(checks: tuple[VerificationCheck, ...]) -> str:
    given = [f"{each.text}: {each.answer}" for check in checks for each in check.answered]
    return f"answered, not shown: {_few(given)}" if given else ""


def _not_asked(checks: tuple[VerificationCheck, ...]) -> str:
    reasons = dict.fromkeys(check.figure.removeprefix("not asked: ") for check in checks if not check.asked)
    return f"not asked: {_few(list(reasons))}" if reasons else ""


def _few(texts: list[str]) -> str:
    told = [safe_line(each, limit=_MAX_OF_A_TEXT) for each in texts[:_MAX_TOLD]]
    more = len(texts) - len(told)
    return ", ".join(told) + (f" and {more} more" if more > 0 else "")
