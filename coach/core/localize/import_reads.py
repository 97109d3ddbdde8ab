"""Which places that ran at import a test depends on: names and attributes on the lines it ran, followed to what made them.

A class body, a constant or a registry runs once, for whoever imports it first, so no spectrum of lines tells whose it is.
But a line that a test ran may *read* it: by its name, found in the same file or through imports, or by an attribute that
the body of a class assigns. From there it goes on: to what the place itself mentions (a base class, the function that
built a table), and back from a name to what filled it at import (``@register("csv")``). Names are followed in the text
alone, so that a read is likely, not certain; each step away makes it less so.
"""

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coach.core.base.test_id import TestId
from coach.core.localize.import_places import (
    Chain,
    Imported,
    ImportOutline,
    ImportPlace,
    bound_in,
    functions_at_import,
    import_outline,
    mentions,
)
from coach.core.loops.analysis.syntax import Function

MAX_STEPS = 3
"""How far names are followed from the lines that a test ran."""
MAX_STEPS_TO_CLASS = 6
"""How far for the classes whose instances it may have: it names a form, that a field, that a widget."""
MAX_CLASSES = 12
"""An attribute that more classes assign says nothing of any of them."""
MAX_FILES = 400
_MAX_HOPS = 8

Lines = Mapping[str, frozenset[int]]
Key = tuple[int, str]
"""A place by its number, and the attribute of it that is read; empty: the place as a whole."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What a line reads: places by their names, and attributes of values."""

    keys: frozenset[Key]
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reached:
    """A place that ran at import and that the failing test depends on."""

    path: str
    place: ImportPlace
    lines: frozenset[int]
    """Of the place, those that ran."""
    steps: int
    """1: a line that the test ran reads it; each name that lies between adds one."""
    passing: int
    """Of the passing tests, those that depend on it too."""
    red: int
    """Of the other red tests of the same cause, those that do."""
    is_value_read: bool = False
    """Whether a line of the failing test reads what it assigns, and does not only name the class."""
    passing_by_line: Mapping[int, int] = field(default_factory=dict)
    """The lines of a class body whose own attribute the failing test reads → the others that read it."""


class Modules:
    """The own modules of a project: which file a dotted name is, and what a name in a file stands for."""

    def __init__(self, trees: Mapping[str, ast.Module]) -> None:
        self.trees = trees
        self._outlines: dict[str, ImportOutline] = {}
        self._files: dict[str, str] = {}
        for path in sorted(trees):
            parts = _dotted(path).split(".")
            for start in range(len(parts)):
                self._files.setdefault(".".join(parts[start:]), path)
        self.places: list[tuple[str, ImportPlace]] = []
        self._by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
        for path in trees:
            for place in self.outline(path).places:
                self.add(path, place)

    def add(self, path: str, place: ImportPlace) -> None:
        self.places.append((path, place))
        if place.kind != "module":
            self._by_name[path, place.name].append(len(self.places) - 1)

    def outline(self, path: str) -> ImportOutline:
        if path not in self._outlines:
            self._outlines[path] = import_outline(self.trees[path])
        return self._outlines[path]

    def keys(self, path: str, chain: Chain, hops: int = 0) -> Iterator[Key]:
        """Yield the places that a dotted name in a file stands for; none for names of functions' own and foreign ones."""
        first, *rest = chain
        if hops > _MAX_HOPS or not first:
            return
        own = self._by_name.get((path, first))
        outline = self.outline(path)
        if own:
            inner = f"{first}.{rest[0]}" if rest else ""
            for number in (*own, *(self._by_name.get((path, inner), ()) if inner else ())):
                yield number, rest[0] if rest else ""
        elif first in outline.bindings:
            yield from self._imported(path, outline.bindings[first], tuple(rest), hops)
        else:
            for star in outline.stars:
                module = self.file(path, Imported(star.module, "", star.level))
                if module and module != path:
                    yield from self.keys(module, chain, hops + 1)

    def _imported(self, path: str, bound: Imported, rest: Chain, hops: int) -> Iterator[Key]:
        if bound.name:
            module = self.file(path, Imported(bound.module, "", bound.level))
            found = list(self.keys(module, (bound.name, *rest), hops + 1)) if module else []
            yield from found
            if found:
                return
            parts = [each for each in (bound.module, bound.name) if each]
            bound = Imported(".".join(parts), "", bound.level)
        module = self.file(path, bound)
        while (
            rest
            and module
            and (deeper := self.file(path, Imported(f"{bound.module}.{rest[0]}", "", bound.level)))
        ):
            module, bound, rest = deeper, Imported(f"{bound.module}.{rest[0]}", "", bound.level), rest[1:]
        if module and rest:
            yield from self.keys(module, rest, hops + 1)

    def file(self, path: str, wanted: Imported) -> str:
        """Return the file of a module that is imported in a file at ``path``; empty when it is none of the project's."""
        if not wanted.level:
            return self._files.get(wanted.module, "")
        above = path.split("/")[: -wanted.level]
        parts = [*above, *filter(None, wanted.module.split("."))]
        candidates = ("/".join(parts) + ".py", "/".join([*parts, "__init__.py"]))
        return next((each for each in candidates if each in self.trees), "")


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class ImportReads:
    """Who depends on what ran at import, for one failing test."""

    def __init__(self, trees: Mapping[str, ast.Module], imported: Lines, test: TestId) -> None:
        """Take the files that could be parsed, the lines that ran at import, and the failing test."""
        self._modules, self._imported = Modules(trees), imported
        self._test = test
        for path, lines in imported.items():
            if path in trees:
                for place in functions_at_import(trees[path], lines):
                    self._modules.add(path, place)
        self._by_attribute: dict[str, list[int]] = defaultdict(list)
        for number, (path, place) in enumerate(self._modules.places):
            for name in place.attributes if self._ran(path, place) else ():
                self._by_attribute[name].append(number)
        self._edges = self._all_edges()
        self._mentioned: dict[str, dict[int, Mentioned]] = {}
        self._reachable: dict[frozenset[int], frozenset[int]] = {}

    def _ran(self, path: str, place: ImportPlace) -> frozenset[int]:
        return frozenset(place.lines & self._imported.get(path, frozenset()))

    def _all_edges(self) -> dict[int, set[int]]:
        """Return place → what it was made of: what it mentions, and what filled it at import."""
        places, edges = self._modules.places, defaultdict[int, set[int]](set)
        for number, (path, place) in enumerate(places):
            if self._ran(path, place):
                named = (key for chain in place.chains for key, _ in self._modules.keys(path, chain))
                edges[number] = {key for key in named if key != number}
        names = {number for number, (_, place) in enumerate(places) if place.kind == "name"}
        mentioned = {number: set(ends) for number, ends in edges.items()}
        for number, ends in mentioned.items():
            kind = places[number][1].kind
            if kind in {"name", "class"}:
                continue
            called = {end for each in ends if places[each][1].kind == "function" for end in mentioned[each]}
            for name in (ends | called) & names:
                edges[name].add(number)
        return edges

    def reached(self, failing: Lines, passing: Sequence[Lines], red: Sequence[Lines] = ()) -> list[Reached]:
        """Return what the failing test depends on, nearest first, and how many of the others do."""
        low = (1 << len(passing)) - 1
        direct = self._read_by(failing) | self._read_by_head()
        steps = self._closure({number for number, _ in direct})
        relevant = self._reaching(set(steps))
        masks: dict[Key, int] = defaultdict(int)
        for bit, lines in enumerate((*passing, *red)):
            for key in self._read_by(lines, relevant):
                masks[key] |= 1 << bit
        whole: dict[int, int] = defaultdict(int)
        for (number, _), mask in masks.items():
            whole[number] |= mask
        for _ in range(MAX_STEPS - 1):
            for number, mask in list(whole.items()):
                for each in self._edges.get(number, ()):
                    whole[each] |= mask
        by_line = {key: (mask & low).bit_count() for key, mask in masks.items() if key in direct and key[1]}
        found = [
            self._row(
                number, far, whole.get(number, 0), low, by_line | dict.fromkeys(direct - masks.keys(), 0)
            )
            for number, far in steps.items()
        ]
        return sorted(
            filter(None, found), key=lambda each: (each.steps, each.passing, each.path, min(each.lines))
        )

    def _row(self, number: int, far: int, mask: int, low: int, by_key: Mapping[Key, int]) -> Reached | None:
        path, place = self._modules.places[number]
        ran = self._ran(path, place)
        if not ran:
            return None
        by_line = {
            line: by_key[number, name]
            for name, lines in place.attributes.items()
            if (number, name) in by_key
            for line in lines & ran
        }
        others = (mask & low).bit_count()
        is_value_read = bool(by_line) or (far == 1 and place.kind == "name")
        return Reached(path, place, ran, far, others, (mask & ~low).bit_count(), is_value_read, by_line)

    def _closure(self, start: Collection[int], most: int = MAX_STEPS) -> dict[int, int]:
        steps = dict.fromkeys(start, 1)
        border = set(start)
        for far in range(2, most + 1):
            border = {each for number in border for each in self._edges.get(number, ())} - steps.keys()
            steps |= dict.fromkeys(border, far)
        return steps

    def _reaching(self, wanted: set[int]) -> set[int]:
        """Return the places from which names lead to one of those: a test that reads one of them depends on it too."""
        found = set(wanted)
        for _ in range(MAX_STEPS - 1):
            found |= {number for number, ends in self._edges.items() if not ends.isdisjoint(found)}
        return found

    def _read_by_head(self) -> set[Key]:
        """What the failing test's own decorators mention: its parameters."""
        found: set[Key] = set()
        for path, place in self._modules.places:
            if path == self._test.file and place.kind == "head" and place.name == ".".join(self._test.names):
                found |= {key for chain in place.chains for key in self._modules.keys(path, chain)}
        return found

    def _read_by(self, ran: Lines, relevant: set[int] | None = None) -> set[Key]:
        found: set[Key] = set()
        attributes: set[str] = set()
        for path in list(ran)[:MAX_FILES]:
            mentioned = self._mentioned_in(path)
            for line in mentioned.keys() & ran[path]:
                found |= mentioned[line].keys
                attributes |= mentioned[line].attributes
        found |= self._of_attributes(attributes, frozenset(number for number, _ in found))
        return found if relevant is None else {key for key in found if key[0] in relevant}

    def _of_attributes(self, names: set[str], named: frozenset[int]) -> set[Key]:
        """Return the bodies that assign attributes: of classes that the named places lead to, else of any."""
        if named not in self._reachable:
            self._reachable[named] = frozenset(self._closure(named, MAX_STEPS_TO_CLASS))
        near = self._reachable[named]
        found: set[Key] = set()
        for name in names & self._by_attribute.keys():
            owners = self._by_attribute[name]
            likely = [each for each in owners if each in near] or owners
            if len(likely) <= MAX_CLASSES:
                found |= {(each, name) for each in likely}
        return found

    def _mentioned_in(self, path: str) -> dict[int, Mentioned]:
        """Return line → what it reads, of the bodies of a file's functions."""
        if path not in self._mentioned:
            tree = self._modules.trees.get(path)
            chains = defaultdict[int, set[Chain]](set)
            for line, chain in _in_functions(tree) if tree else ():
                chains[line].add(chain)
            self._mentioned[path] = {line: self._resolved(path, each) for line, each in chains.items()}
        return self._mentioned[path]

    def _resolved(self, path: str, chains: set[Chain]) -> Mentioned:
        keys: set[Key] = set()
        attributes: set[str] = set()
        for chain in chains:
            found = list(self._modules.keys(path, chain))
            keys.update(found)
            if not any(self._modules.places[number][1].kind == "class" for number, _ in found):
                attributes.update(chain[1:])
        return Mentioned(frozenset(keys), frozenset(attributes & self._by_attribute.keys()))


def _in_functions(tree: ast.Module) -> Iterator[tuple[int, Chain]]:
    """Yield (line, name) for what the bodies of functions mention; what their heads mention is read at import."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Function):
            local = bound_in(node)
            for each in node.body:
                yield from mentions(each, local)
        else:
            todo += ast.iter_child_nodes(node)
