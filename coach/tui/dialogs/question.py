"""What a form of one field asks. Apart from the form, whose import costs 30 ms and waits until something is asked."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the label of its field, and the answer it begins with."""

    title: str
    text: str = ""
    label: str = "reason"
    value: str = ""
    may_be_empty: bool = False
    why_not: Callable[[str], str] = lambda _: ""
    """Returns why an answer cannot be taken, in a few words; empty where it can."""
