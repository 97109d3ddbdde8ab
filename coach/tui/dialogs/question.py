"""What a form of one field asks. Apart from the form, whose import costs 30 ms and waits until something is asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the label of its field, and the answer it begins with."""

    title: str
    text: str = ""
    label: str = "reason"
    value: str = ""
    may_be_empty: bool = False
