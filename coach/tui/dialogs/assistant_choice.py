"""The form that chooses an assistant: a command of the project's settings runs only after the engineer saw it."""

from coach.tui.dialogs.form import Field, Form
from coach.tui.host_services import NamedAssistant


class AssistantForm(Form[NamedAssistant]):
    TITLE_TEXT = "Run an assistant"

    def __init__(self, named: tuple[NamedAssistant, ...]) -> None:
        super().__init__()
        self._named = named

    def question(self) -> str:
        words = " · ".join(
            f"{each.name}{'' if each.is_approved else ' (not approved yet)'}: {' '.join(map(repr, each.argv))}  in {each.cwd}"
            for each in self._named
        )
        return f"{words}. ctrl+s runs it, and agrees to this command until it changes."

    def fields(self) -> tuple[Field, ...]:
        names = tuple(each.name for each in self._named)
        return (Field("name", "who", names[0], choices=names),)

    def make(self, values: dict[str, str]) -> NamedAssistant | str:
        return next((each for each in self._named if each.name == values["name"]), "which one?")
