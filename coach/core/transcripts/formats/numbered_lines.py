"""Files as tools show them: with a number before each line."""

import re

_NUMBERED = re.compile(r"^ {0,8}(\d{1,9})(?:\t|→|:|\|)(.*)$")


def without_numbers(shown: str) -> tuple[str, int, int] | None:
    """Take the numbers off a file as ``cat -n`` and tools for reading show it.

    Returns the text (each line ended by a newline), the first line's number and how many lines there are; None where no
    numbered lines stand in it or their numbers do not follow one another.
    """
    lines: list[str] = []
    first = 0
    for line in shown.split("\n"):
        found = _NUMBERED.match(line)
        if found is None:
            if lines:
                break
            continue
        number = int(found.group(1))
        if not lines:
            first = number
        elif number != first + len(lines):
            return None
        lines.append(found.group(2))
    if not lines:
        return None
    return "\n".join(lines) + "\n", first, len(lines)
