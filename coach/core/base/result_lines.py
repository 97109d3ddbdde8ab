"""Lines of a result that every front end words alike: the screen draws them, a command prints them."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["plain", "strong", "dim", "good", "bad", "warn", "accent"]
"""What a part of a line is; a colour never says more than the text."""
Part = str | tuple[str, Role]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: its parts from left to right, and a figure at the end. The texts are foreign: whoever shows them makes them safe."""

    parts: tuple[Part, ...]
    figure: str = ""
    share: float | None = None
    """How much of the whole, from 0 to 1: a bar, where bars are drawn."""
    is_name: bool = False
    """Whether the last part is a path or the id of a test: where room is short it is shortened in its middle."""
    more: str = ""
    """What is added where a line may be long."""

    @property
    def text(self) -> str:
        """The line without its figure."""
        return "".join(part if isinstance(part, str) else part[0] for part in self.parts)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first lines of a text, as it stands in a file."""

    text: str


def fact(
    *parts: Part, figure: str = "", share: float | None = None, is_name: bool = False, more: str = ""
) -> Fact:
    return Fact(parts, figure, share, is_name, more)
