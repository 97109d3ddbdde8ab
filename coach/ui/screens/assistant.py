"""Which assistant, and with which words: a command from the project's settings runs only after it was seen."""

from coach.ui.screens.dialog import Field, Form
from coach.ui.ways import Offer


class AssistantScreen(Form[str]):
    TITLE_TEXT = "Run an assistant · ctrl+s runs it and approves its command until it changes"

    def __init__(self, offers: tuple[Offer, ...]) -> None:
        super().__init__()
        self._offers = offers

    def question(self) -> str:
        return "\n".join(
            f"{each.name}{'' if each.is_approved else ' (not approved yet)'}: {' '.join(map(repr, each.argv))}  in {each.cwd}"
            for each in self._offers
        )

    def fields(self) -> tuple[Field, ...]:
        names = tuple(each.name for each in self._offers)
        return (Field("name", "who", names[0], choices=names),)

    def make(self, values: dict[str, str]) -> str:
        return values["name"]
