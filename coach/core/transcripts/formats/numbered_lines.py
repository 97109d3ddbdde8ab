"""Files as tools show them: with a number before each line."""

import re
from dataclasses import dataclass

_NUMBERED = re.compile(r"^ {0,8}(\d{1,9})(?:\t|→|:|\|)(.*)$")


@dataclass(frozen=True, slots=True)
class NumberedLines:
    """Lines of a file without their numbers."""

    text: str
    """Each line with its end."""
    first: int
    count: int
    is_followed: bool
    """More is said behind them: mostly that there are more lines."""

    @property
    def may_be_whole(self) -> bool:
        """They begin at the first line, and nothing says that lines are left out."""
        return self.first == 1 and not self.is_followed


def without_numbers(shown: str) -> NumberedLines | None:
    """Take the numbers off a file as ``cat -n`` and tools for reading show it.

    Returns None where no numbered lines stand in it or their numbers do not follow one another.
    """
    lines: list[str] = []
    first = 0
    is_followed = False
    for line in shown.split("\n"):
        found = _NUMBERED.match(line)
        if found is None:
            is_followed = is_followed or bool(lines and line.strip())
            continue
        number = int(found.group(1))
        if not lines:
            first = number
        elif number != first + len(lines) or is_followed:
            return None
        lines.append(found.group(2))
    if not lines:
        return None
    return NumberedLines("\n".join(lines) + "\n", first, len(lines), is_followed)
