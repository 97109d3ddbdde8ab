"""What a window of one field asks. Apart from the window itself, so that asking costs no import before it is shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the answer it starts with."""

    title: str
    text: str = ""
    label: str = "reason"
    value: str = ""
    may_be_empty: bool = False
