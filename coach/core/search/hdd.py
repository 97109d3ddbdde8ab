"""Reduce nested text from the outside in: of every pair of brackets the items that matter (hierarchical delta debugging).

After Misherghi and Su 2006. Brackets, separators and quotes are all it knows of a language, so that JSON, literals of
Python and most configuration keep their form: an item goes with its separator. Whether a text still makes sense is
for the failing test to say.
"""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from coach.core.search.ask_tell import AskTell, shown_as
from coach.core.search.ddmin import minimise

_OPENS = {"(": ")", "[": "]", "{": "}"}
_SEPARATORS = ",;"
MAX_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Pair:
    """A pair of brackets: where its content begins and ends, and where its separators stand."""

    depth: int
    start: int
    end: int
    separators: tuple[int, ...]

    def items(self, text: str) -> tuple[str, ...]:
        cuts = [self.start - 1, *self.separators, self.end]
        found = (text[one + 1 : other] for one, other in pairwise(cuts))
        return tuple(each for each in found if each.strip())

    def joined(self, text: str, items: tuple[str, ...]) -> str:
        separator = text[self.separators[0]] if self.separators else ""
        return text[: self.start] + separator.join(items) + text[self.end :]


def is_nested(text: str) -> bool:
    """Whether a text is JSON or a literal of Python that holds something."""
    if len(text) > MAX_CHARACTERS:
        return False
    for read in (json.loads, ast.literal_eval):
        try:
            return isinstance(read(text.strip()), list | dict | tuple | set)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            continue
    return False


def reduce_nested(text: str, *, width: int = 1) -> AskTell[str, str]:
    """Yield shorter texts to try, outermost brackets first; return the shortest that failed.

    The caller knows that the whole fails. UNRESOLVED counts as "cannot be left out".
    """
    index = 0
    while index < len(pairs := _pairs(text)):
        pair = pairs[index]
        index += 1
        items = pair.items(text)
        if not items:
            continue
        bare = pair.joined(text, ())
        (outcome,) = yield (bare,)
        if outcome == "FAIL":
            text = bare
        elif len(items) > 1:
            chosen = yield from shown_as(
                minimise(tuple(range(len(items))), width=width),
                lambda kept, text=text, pair=pair, items=items: pair.joined(  # type: ignore[misc]
                    text, tuple(items[each] for each in kept)
                ),
            )
            text = pair.joined(text, tuple(items[each] for each in chosen))
    return text


def _pairs(text: str) -> list[_Pair]:
    """Return the pairs of brackets, outer before inner; an order that does not change when a later one is shortened."""
    open_ones: list[tuple[str, int, list[int]]] = []
    found = []
    for place, character in _outside_quotes(text):
        if character in _OPENS:
            open_ones.append((_OPENS[character], place + 1, []))
        elif character in _SEPARATORS and open_ones:
            open_ones[-1][2].append(place)
        elif open_ones and character == open_ones[-1][0]:
            _, start, separators = open_ones.pop()
            found.append(_Pair(len(open_ones), start, place, tuple(separators)))
    return sorted(found, key=lambda each: (each.depth, each.start))


def _outside_quotes(text: str) -> Iterator[tuple[int, str]]:
    quote, is_escaped = "", False
    for place, character in enumerate(text):
        if quote:
            if is_escaped:
                is_escaped = False
            elif character == "\\":
                is_escaped = True
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        else:
            yield place, character
