"""Regular expressions that are nearly the same: another quantifier, class, anchor, or a dot that is meant.

The kinds of changes are those by which faults of regular expressions are described (Arcaini, Gargantini and Riccobene, MutRex,
2017; Larson and Kirk, EGRET, 2016): repetitions too many or too few, a class that is too wide or too narrow, an anchor or
an escape that is missing. Only tried to find a place.
"""

import re
import warnings
from collections.abc import Iterator
from itertools import chain, islice, zip_longest

MAX_LENGTH = 400
"""Characters of a text that is looked at."""
MAX_VARIANTS = 24
_SIGN = re.compile(r"\\[sSdDwWbBAZ]|\(\?|\[\^|[.\])}][*+?]|\.\*|\.\+")
"""What a text has that is a pattern and no other text."""
_PART = re.compile(
    r"(?P<escape>\\.)"
    r"|(?P<class>\[\^?\]?(?:\\.|[^\]\\]){0,80}\])"
    r"|(?P<open>\((?:\?(?:P<\w{1,40}>|[:=!]|<[=!]|[aiLmsux-]{1,8}[:)]))?)"
    r"|(?P<close>\))"
    r"|(?P<quantifier>[*+?]\??|\{\d{1,4}(?:,\d{0,4})?\}\??)"
    r"|(?P<anchor>[\^$])"
    r"|(?P<dot>\.)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_REPEATED = {
    "*": ("+", "?", "*?"),
    "+": ("*", "", "+?"),
    "?": ("", "*"),
    "*?": ("*", "+?"),
    "+?": ("+", "*?"),
}
_OPPOSITE = {"s": "S", "S": "s", "d": "D", "D": "d", "w": "W", "W": "w", "b": "B", "B": "b"}
_WIDER = {"d": r"\w", "w": r"\S"}
_JOINED = ("-", "_", ".", "0-9", r"\s")
"""Members that a class may lack."""
_FINDS = frozenset({"escape", "class", "close", "dot"})
"""What a quantifier may be missing behind."""

_Part = tuple[str, str]
"""Kind and text of a part of a pattern."""


def other_patterns(text: str) -> Iterator[str]:
    """Yield patterns that are nearly the one given, of every kind some first; nothing of a text that is no pattern."""
    if not 1 < len(text) <= MAX_LENGTH or not _SIGN.search(text) or not _compiles(text):
        return
    parts = [(each.lastgroup or "", each.group()) for each in _PART.finditer(text)]
    kinds = (_quantified(parts), _classed(parts), _bounded(parts), _missing_quantifier(parts))
    made = chain.from_iterable(zip_longest(*kinds))
    fresh = dict.fromkeys(each for each in made if each is not None and each != text)
    yield from islice((each for each in fresh if _compiles(each)), MAX_VARIANTS)


def _compiles(pattern: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _with(parts: list[_Part], at: int, text: str) -> str:
    """Return the pattern with another text for one of its parts."""
    return "".join(text if index == at else part for index, (_, part) in enumerate(parts))


def _quantified(parts: list[_Part]) -> Iterator[str]:
    """Yield the pattern with more, fewer or no repetitions of a part."""
    for at, (kind, text) in enumerate(parts):
        if kind == "quantifier":
            others = _REPEATED.get(text, ("+", "*", ""))
            yield from (_with(parts, at, each) for each in others)


def _classed(parts: list[_Part]) -> Iterator[str]:
    """Yield the pattern with a class that holds the opposite, or more; with a dot that is meant, or any character."""
    for at, (kind, text) in enumerate(parts):
        if kind == "class":
            is_opposite = text.startswith("[^")
            body = text[1 + is_opposite : -1]
            yield from (_with(parts, at, f"{text[:-1]}{each}]") for each in _JOINED if not _holds(body, each))
            yield _with(parts, at, f"[{body}]" if is_opposite else f"[^{body}]")
        elif kind == "dot":
            yield _with(parts, at, r"\.")
        elif kind == "escape" and text == r"\.":
            yield _with(parts, at, ".")
        elif kind == "escape" and text[1] in _OPPOSITE:
            yield from (_with(parts, at, each) for each in _other_escapes(text[1]))


def _holds(body: str, member: str) -> bool:
    """Whether a class has a member; a hyphen between two characters makes a range of them."""
    return member in (body[:1], body[-1:]) if member == "-" else member in body


def _other_escapes(letter: str) -> Iterator[str]:
    if letter in _WIDER:
        yield _WIDER[letter]
    yield "" if letter in "bB" else f"\\{_OPPOSITE[letter]}"


def _bounded(parts: list[_Part]) -> Iterator[str]:
    """Yield the pattern with an anchor more or less."""
    for at, (kind, _) in enumerate(parts):
        if kind == "anchor":
            yield _with(parts, at, "")
    text = "".join(part for _, part in parts)
    yield f"{text}$"
    yield f"^{text}"
    yield rf"{text}\b"


def _missing_quantifier(parts: list[_Part]) -> Iterator[str]:
    """Yield the pattern with a part that may come again, or be missing."""
    for at, (kind, text) in enumerate(parts):
        following = parts[at + 1][0] if at + 1 < len(parts) else ""
        if kind in _FINDS and following != "quantifier" and text not in {r"\b", r"\B", r"\A", r"\Z"}:
            yield from (_with(parts, at, f"{text}{each}") for each in ("+", "*", "?"))
