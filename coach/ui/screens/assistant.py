"""Which assistant, and with which words: a command from the project's settings runs only after it was seen."""

from coach.ui.screens.dialog import Field, Form
from coach.ui.ways import Offer


class AssistantScreen(Form[Offer]):
    TITLE_TEXT = "Run an assistant"

    def __init__(self, offers: tuple[Offer, ...]) -> None:
        super().__init__()
        self._offers = offers

    def question(self) -> str:
        named = " · ".join(
            f"{each.name}{'' if each.is_approved else ' (not approved yet)'}: {' '.join(map(repr, each.argv))}  in {each.cwd}"
            for each in self._offers
        )
        return f"{named}. ctrl+s runs it, and agrees to this command until it changes."

    def fields(self) -> tuple[Field, ...]:
        names = tuple(each.name for each in self._offers)
        return (Field("name", "who", names[0], choices=names),)

    def make(self, values: dict[str, str]) -> Offer | str:
        return next((each for each in self._offers if each.name == values["name"]), "which one?")
