"""The places that a person's root cause names: ``shop/rates.py rate_of``, ``shop/rates.py:6``, ``rate_of in shop/rates.py``."""

import re

from coach.core.drill.facts import NamedCause

MAX_PLACES = 3
"""Who names more places than that names none."""
_BETWEEN = re.compile(r"[;,\n]|\band\b")
_FILE = re.compile(r"[\w./-]*\w\.py(?::\d+)?")
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_NO_NAMES = frozenset({"in", "at", "of", "the", "line", "function", "method", "class", "file"})


def places_named(text: str) -> tuple[NamedCause, ...]:
    """Return the places in a text, a file with one function each; a file with ``:LINE`` keeps its line."""
    found = tuple(filter(None, map(_place, _BETWEEN.split(text))))
    return found if len(found) <= MAX_PLACES else ()


def _place(part: str) -> NamedCause | None:
    file = _FILE.search(part)
    if file is None:
        return None
    rest = f"{part[: file.start()]} {part[file.end() :]}".replace(":", " ").replace("()", " ")
    names = {each.strip(".") for each in _NAME.findall(rest)}
    functions = [each for each in names if each and each.lower() not in _NO_NAMES]
    if len(functions) > 1:
        return None
    return NamedCause(path=file[0], function=functions[0] if functions else "")
