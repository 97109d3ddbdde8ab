"""What is written when a defect is understood: cause, lesson, answers for production; and drafts made of the log."""

from pydantic import Field

from coach.core.base.text import CoachId, Prose
from coach.core.base.value import Value

QUESTIONS: dict[str, str] = {
    "fails-safely": "Can it fail safely?",
    "visible": "Is it visible at 2 AM?",
    "malformed": "What about malformed input?",
    "slow": "What about slow or absent dependencies?",
    "rollback": "How is it rolled back?",
}
"""Questions that production will ask; each may stay open."""


class RootCause(Value):
    """What was wrong, where, and why it was not caught; empty parts are not said."""

    what: Prose = ""
    where: Prose = ""
    uncaught: Prose = ""

    @property
    def text(self) -> str:
        """In sentences."""
        parts = [self.what.strip()]
        parts += [f"Where: {self.where.strip()}"] if self.where.strip() else []
        parts += [f"Not caught: {self.uncaught.strip()}"] if self.uncaught.strip() else []
        return "\n".join(part for part in parts if part)


class Closing(Value):
    """All that was written for the end. ``answers`` by the ids of ``QUESTIONS``."""

    cause: RootCause = RootCause()
    lesson: Prose = ""
    answers: dict[CoachId, Prose] = Field(default_factory=dict)


def merge(old: Closing, new: Closing) -> Closing:
    """Return ``old`` with the parts that ``new`` says."""
    cause = RootCause(
        what=new.cause.what.strip() or old.cause.what,
        where=new.cause.where.strip() or old.cause.where,
        uncaught=new.cause.uncaught.strip() or old.cause.uncaught,
    )
    answers = {**old.answers, **{name: text for name, text in new.answers.items() if text.strip()}}
    return Closing(cause=cause, lesson=new.lesson.strip() or old.lesson, answers=answers)
