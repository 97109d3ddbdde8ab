"""One question, one answer: reasons, notes, the root cause, a file name."""

from coach.ui.screens.dialog import Field, Form


class ReasonScreen(Form[str]):
    """Asks for a text; the answer is never empty unless that is allowed."""

    def __init__(
        self, title: str, question: str, *, label: str = "reason", value: str = "", may_be_empty: bool = False
    ) -> None:
        super().__init__()
        self.TITLE_TEXT = title
        self._question = question
        self._field = Field("text", label, value)
        self._may_be_empty = may_be_empty

    def question(self) -> str:
        return self._question

    def fields(self) -> tuple[Field, ...]:
        return (self._field,)

    def make(self, values: dict[str, str]) -> str:
        return values["text"].strip()

    def action_keep(self) -> None:
        """A string is the answer here, so that what is missing has to be said differently."""
        text = self.make({"text": self._value(self._field)})
        if text or self._may_be_empty:
            self.dismiss(text)
        else:
            self.warn("a few words are needed")
