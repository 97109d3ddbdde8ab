"""How a change is shown in one line: both sides shortened around their difference, never to equal texts."""

MAX_TEXT = 60
"""Characters of a side that are shown."""
_BEFORE = 15
"""Characters of what both sides share that are shown in front of the difference."""
_LEFT_OUT = "…"


def shown_pair(before: str, after: str) -> tuple[str, str]:
    """Return both sides in one line each, as short as they are shown, so that what differs can be seen.

    Args:
        before: the expression or statement as it is.
        after: what stands there instead.

    """
    sides = one_line(before), one_line(after)
    if max(map(len, sides)) <= MAX_TEXT:
        return sides
    shared = next(
        (at for at, (one, other) in enumerate(zip(*sides, strict=False)) if one != other),
        min(map(len, sides)),
    )
    start = _start_of_word(sides[0], max(shared - _BEFORE, 0))
    one, other = (_window(each, start) for each in sides)
    return one, other


def one_line(text: str) -> str:
    return " ".join(text.split())


def _start_of_word(text: str, at: int) -> int:
    """Move to the left where a name begins; a name longer than what is shown is cut."""
    begin = at
    while begin and (text[begin - 1].isalnum() or text[begin - 1] == "_"):
        begin -= 1
    return begin if at - begin <= _BEFORE else at


def _window(text: str, start: int) -> str:
    before = _LEFT_OUT if start else ""
    rest = text[start:]
    room = MAX_TEXT - len(before)
    return before + (rest if len(rest) <= room else rest[: room - len(_LEFT_OUT)] + _LEFT_OUT)
