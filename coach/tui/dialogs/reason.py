"""A form of one field: a reason, a note, a file name."""

from coach.tui.dialogs.form import Field, Form
from coach.tui.dialogs.question import Question


class ReasonForm(Form[str]):
    """Asks for a text; the answer is never empty unless that is allowed."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.TITLE_TEXT = question.title
        self._question = question
        self._field = Field("text", question.label, question.value)

    def question(self) -> str:
        return self._question.text

    def fields(self) -> tuple[Field, ...]:
        return (self._field,)

    def make(self, values: dict[str, str]) -> str:
        return values["text"].strip()

    def _keep(self) -> None:
        # Other forms say what is missing by a string in place of the answer; here the answer is a string itself.
        text = self.make({"text": self._kept(self._field)})
        if not text and not self._question.may_be_empty:
            self.warn("a few words are needed")
        elif why_not := self._question.why_not(text):
            self.warn(why_not)
        else:
            self.dismiss(text)
