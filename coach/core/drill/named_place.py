"""The places that a person's root cause names: ``shop/rates.py rate_of``, ``shop/rates.py:6``, ``rate_of in shop/rates.py``."""

import re

from coach.core.drill.facts import NamedCause

MAX_PLACES = 3
"""Who names more places than that names none."""
_BETWEEN = re.compile(r"[;,\n]|\band\b")
_MARKS = "`'\"()[]<>.!?"
_NO_NAMES = frozenset({"in", "at", "of", "the", "line", "function", "method", "class", "file"})


def places_named(text: str) -> tuple[NamedCause, ...]:
    """Return the places in a text, a file with one function each; a file with ``:LINE`` keeps its line."""
    found = tuple(filter(None, map(_place, _BETWEEN.split(text))))
    return found if len(found) <= MAX_PLACES else ()


def _place(part: str) -> NamedCause | None:
    file, names = "", []
    for word in part.split():
        plain = word.strip(_MARKS)
        path, is_file, after = plain.partition(".py")
        if is_file and path and not file and after[:1] in {"", ":"}:
            name = after.strip(":")
            file = f"{path}.py:{name}" if name.isdecimal() else f"{path}.py"
            plain = "" if name.isdecimal() else name
        if plain.replace(".", "").isidentifier() and plain.lower() not in _NO_NAMES:
            names.append(plain)
    if not file or len(set(names)) > 1:
        return None
    return NamedCause(path=file, function=names[0] if names else "")
