"""The functions of one source file: qualified names, where their bodies begin and end, and which names a text mentions."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.core.localize.import_places import ImportPlace, blocks_of, import_outline
from coach.core.loops.analysis.syntax import parse

Function = ast.FunctionDef | ast.AsyncFunctionDef
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MANNERS = frozenset(
    {"test", "tests", "should", "the", "a", "an", "of", "is", "to", "and", "in", "for", "with", "self"}
)


@dataclass(frozen=True, slots=True)
class Outlined:
    """One function: ``first`` is its first decorator or ``def``, ``body`` the first line that runs when it is called."""

    name: str
    first: int
    body: int
    last: int

    @property
    def size(self) -> int:
        """Lines of the body."""
        return self.last - self.body + 1


class Outline:
    """Finds the innermost function whose *body* holds a line: ``def`` lines belong to what ran at import."""

    def __init__(self, source: str) -> None:
        self.tree = tree = parse(source)
        self.functions: tuple[Outlined, ...] = tuple(_functions(tree.body, "")) if tree else ()
        self._by_line: dict[int, Outlined] = {}
        for each in self.functions:  # outer before inner: the inner one overwrites
            for line in range(each.body, each.last + 1):
                self._by_line[line] = each

    def at(self, line: int) -> Outlined | None:
        return self._by_line.get(line)

    @cached_property
    def _by_import_line(self) -> dict[int, ImportPlace]:
        places = import_outline(self.tree).places if self.tree else ()
        return {line: place for place in places for line in place.lines}

    def imported_at(self, line: int) -> ImportPlace | None:
        """Return what runs at import and holds a line: a class body, an assigned name, the head of a function."""
        return self._by_import_line.get(line)


def _functions(body: Sequence[ast.stmt], prefix: str) -> Iterator[Outlined]:
    for node in body:
        if isinstance(node, Function):
            name = f"{prefix}{node.name}"
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield Outlined(name, first, node.body[0].lineno, node.end_lineno or node.lineno)
            yield from _functions(node.body, f"{name}.")
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")
        else:
            for block in blocks_of(node):
                yield from _functions(block, prefix)


def words_of(name: str) -> frozenset[str]:
    """Split an identifier, node id or sentence into its lower-case words, without those every test has."""
    found = (each.lower() for each in _WORDS.findall(name))
    return frozenset(_stem(each) for each in found if each not in _MANNERS and len(each) > 1)


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "ed", "es", "s"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def names_in(source: str) -> frozenset[str]:
    """Return identifiers and attributes that a source mentions; empty when it cannot be parsed."""
    tree = parse(source)
    if tree is None:
        return frozenset()
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(found | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)})
