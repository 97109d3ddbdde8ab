"""The form that concludes a session: the root cause, the lesson, and questions that may stay open."""

from coach.core.protocol.commands import WriteClosing
from coach.core.verify.conclusion import QUESTIONS, Closing, RootCause
from coach.tui.dialogs.form import Field, Form


class ConclusionForm(Form[WriteClosing]):
    TITLE_TEXT = "What was learnt"

    def __init__(self, closing: Closing) -> None:
        """Begin with what is known."""
        super().__init__()
        self._known = closing

    def fields(self) -> tuple[Field, ...]:
        cause, answers = self._known.cause, self._known.answers
        return (
            Field("what", "root cause: what was wrong?", cause.what),
            Field("where", "where?", cause.where),
            Field("uncaught", "why was it not caught?", cause.uncaught),
            Field("lesson", "the lesson", self._known.lesson),
            *(
                Field(name, f"{question} (may stay open)", answers.get(name, ""))
                for name, question in QUESTIONS.items()
            ),
        )

    def make(self, values: dict[str, str]) -> WriteClosing | str:
        cause = RootCause(what=values["what"], where=values["where"], uncaught=values["uncaught"])
        if not cause.what.strip():
            return "a root cause is needed: what was wrong?"
        answers = {name: values[name] for name in QUESTIONS if values[name].strip()}
        return WriteClosing(closing=Closing(cause=cause, lesson=values["lesson"], answers=answers))
