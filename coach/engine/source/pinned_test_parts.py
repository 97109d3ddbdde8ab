"""The parts of a file of tests that one test is made of, besides its own source: each with a digest of its own.

A table of cases, a constant, a function that makes tests, a fixture, an attribute of the class, ``setUp``: what the test
names, and what these name in turn, as far as it stands in the same file. Names are followed in the syntax tree; nothing
is imported or executed. Other tests, comments, and the order of imports are no part. Where code reaches names that cannot
be read from it (``globals()``, ``exec``), all of the file but its other tests is one part.
"""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.runs.report import Written
from coach.engine.source.excerpts import Function, Module, first_line, qualified, read_module
from coach.engine.source.free_names import arguments, bound, changed, free_names, statements

MAX_PARTS = 100
_MAX_NODES = 400_000
_INNER = ".<locals>."
_ALL = "the code around the tests"
_UNREADABLE = frozenset(("globals", "vars", "locals", "exec", "eval", "__import__"))
_OF_MODULE = frozenset(
    (
        "pytestmark",
        "setUpModule",
        "tearDownModule",
        "setup_module",
        "teardown_module",
        "setup_function",
        "teardown_function",
        "pytest_generate_tests",
        "load_tests",
    )
)
_OF_CLASS = frozenset(
    (
        "pytestmark",
        "setUp",
        "tearDown",
        "setUpClass",
        "tearDownClass",
        "asyncSetUp",
        "asyncTearDown",
        "setup",
        "teardown",
        "setup_method",
        "teardown_method",
        "setup_class",
        "teardown_class",
    )
)


@dataclass(slots=True)
class _Part:
    """What stands under one name: of the module, or of a class in it (``TestVat.RATE``)."""

    texts: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Names it takes from around it."""
    words: set[str] = field(default_factory=set)
    """Its attributes, parameters and short texts: members and fixtures are named so."""
    is_for_all: bool = False
    """A fixture that is used without being named."""
    is_import: bool = True

    def read(self, node: ast.AST) -> None:
        self.names |= free_names(node)
        for each in ast.walk(node):
            if isinstance(each, ast.Attribute):
                self.words.add(each.attr)
            elif isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.isidentifier():
                self.words.add(each.value)
            else:
                self.words |= arguments(each)


@dataclass(slots=True)
class _Reached:
    """What a test is known to lead to so far."""

    names: set[str]
    words: set[str]
    found: set[str]
    own: set[str]
    """The classes around the test and those they inherit from: only what it may reach of them counts."""
    has_all: bool
    """Whether all members of these count: the test itself stands in another file."""


def parts_of(root: Path, test: TestId, written: Written | None) -> tuple[tuple[str, str], ...]:
    """Return what a test is made of besides its source: ``CASES in tests/test_vat.py`` with a digest.

    Args:
        root: the project.
        test: its id.
        written: where it is written, when a run said so.

    """
    path, ids = test.file, test.names
    found: list[tuple[str, str]] = []
    for file in dict.fromkeys((path, written.path if written else path)):
        module = read_module(root, file)
        if module is None:
            continue
        try:
            own = list(_of_file(module, ids if file == path else (), written, file))
        except RecursionError:
            own = [(_ALL, _digest(module.lines))]
        found += [(f"{name} in {file}", digest) for name, digest in own]
    return tuple(found[:MAX_PARTS])


def _of_file(
    module: Module, ids: tuple[str, ...], written: Written | None, file: str
) -> Iterator[tuple[str, str]]:
    if sum(1 for _ in ast.walk(module.tree)) > _MAX_NODES:
        yield _ALL, _digest(module.lines)
        return
    is_here = written is None or written.path == file
    name = written.name if written and is_here else ".".join(ids)
    named = [node for each, node in qualified(module.tree) if each == name]
    line = written.line if written else 0
    test = _Part()
    if named:
        test.read(min(named, key=lambda each: abs(first_line(each) - line)))
    parts = _Parts(module.tree, {*ids[-1:], name.rpartition(".")[2]})
    defined = {each for each, _ in qualified(module.tree)}
    outer, _, inner = name.partition(_INNER)
    is_made = bool(inner) or (is_here and ".".join(ids) not in defined)
    start = {outer.partition(".")[0]} if inner else set()
    test.words |= {outer.rpartition(".")[2]} if inner else set()
    chain = _chain(ids[:-1]) | (_chain(tuple(outer.split("."))[:-1]))
    yield from parts.led_to(test, start, chain, has_loose=is_made, has_all=not is_here)


def _chain(names: tuple[str, ...]) -> set[str]:
    """Return the classes around a test, by their qualified names."""
    return {".".join(names[: count + 1]) for count in range(len(names))}


class _Parts:
    """The parts of one file by name."""

    def __init__(self, tree: ast.Module, own: set[str]) -> None:
        self._own = own
        self._parts: dict[str, _Part] = {}
        self._classes: dict[str, ast.ClassDef] = {}
        self._fixtures: dict[str, str] = {}
        self._loose: set[str] = set()
        self._take_body(tree.body, "")

    def led_to(
        self, test: _Part, start: set[str], chain: set[str], *, has_loose: bool, has_all: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield the parts that a test leads to, in the order of the file."""
        at = _Reached(test.names | start | chain | _OF_MODULE, set(test.words), set(), set(chain), has_all)
        at.names |= self._loose if has_loose else set()
        found = at.found
        while fresh := [
            name
            for name, part in self._parts.items()
            if name not in found and self._is_wanted(name, part, at)
        ]:
            for each in fresh:
                found.add(each)
                at.names |= self._parts[each].names
                at.words |= self._parts[each].words
                at.own |= self._bases(each) if each in at.own else set()
        if any(self._parts[each].names & _UNREADABLE for each in found) or test.names & _UNREADABLE:
            yield _ALL, _digest(self._rest())
            return
        for each in self._parts:
            if each in found:
                yield self._shown(each), _digest(self._parts[each].texts)

    def _is_wanted(self, name: str, part: _Part, at: _Reached) -> bool:
        around, _, last = name.rpartition(".")
        is_fixture = any(where == name and given in at.words for given, where in self._fixtures.items())
        if not around:
            return name in at.names or part.is_for_all or is_fixture
        if around not in at.found or last in self._own:
            return False
        if around not in at.own and not self._has_tests(around):
            return True
        if at.has_all and not last.startswith("test"):
            return True
        is_named = last in at.words or last in at.names or is_fixture
        return is_named or part.is_for_all or last in _OF_CLASS or last.startswith("__") or name in at.own

    def _has_tests(self, name: str) -> bool:
        body = self._classes[name].body
        return any(isinstance(each, Function) and each.name.startswith("test") for each in body)

    def _bases(self, name: str) -> set[str]:
        node = self._classes.get(name)
        return {each.id for each in node.bases if isinstance(each, ast.Name)} if node else set()

    def _shown(self, name: str) -> str:
        if name in self._loose:
            return "a statement"
        return f"the import of {name}" if self._parts[name].is_import else name

    def _rest(self) -> list[str]:
        return [
            text
            for name in sorted(self._parts)
            if not name.rpartition(".")[2].startswith("test")
            for text in self._parts[name].texts
        ]

    # ---- taking the file in -----------------------------------------------------------------------------------------

    def _take_body(self, body: list[ast.stmt], prefix: str) -> None:
        for node, around in statements(body):
            if isinstance(node, ast.ClassDef):
                self._classes[prefix + node.name] = node
                head = {**dict(ast.iter_fields(node)), "body": [ast.Pass()]}
                self._add(prefix + node.name, ast.ClassDef(**head), around)
                self._take_body(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, Function):
                self._take_function(node, prefix + node.name, around)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self._take_import(node, prefix)
            elif not _is_text(node):
                self._take_statement(node, prefix, around)

    def _take_function(self, node: Function, name: str, around: str) -> None:
        part = self._add(name, node, around)
        for mark in node.decorator_list:
            said = ast.unparse(mark)
            if "fixture" not in said:
                continue
            part.is_for_all = part.is_for_all or "autouse=True" in said
            words = mark.keywords if isinstance(mark, ast.Call) else []
            given = [each.value for each in words if each.arg == "name"]
            other = given[0].value if given and isinstance(given[0], ast.Constant) else node.name
            self._fixtures[str(other)] = name

    def _take_import(self, node: ast.Import | ast.ImportFrom, prefix: str) -> None:
        for alias in node.names:
            alone = (
                ast.ImportFrom(node.module, [alias], node.level)
                if isinstance(node, ast.ImportFrom)
                else ast.Import([alias])
            )
            name = prefix + (alias.asname or alias.name).partition(".")[0]
            self._parts.setdefault(name, _Part()).texts.append(_text(alone))

    def _take_statement(self, node: ast.stmt, prefix: str, around: str) -> None:
        """A statement belongs to the names it binds, and to those whose values it changes."""
        names = bound([node])
        if not (isinstance(node, ast.Assign | ast.AnnAssign) and names):
            known = (each for each in changed(node) if each in self._parts)
            names |= {each for each in known if not self._parts[each].is_import}
            loose = f"{prefix} {len(self._loose)}"
            self._loose.add(loose)
            self._add(loose, node, around)
        for name in names:
            self._add(prefix + name if prefix + name in self._parts or prefix else name, node, around)

    def _add(self, name: str, node: ast.AST, around: str) -> _Part:
        part = self._parts.setdefault(name, _Part())
        part.texts.append(around + _text(node))
        part.is_import = False
        part.read(node)
        return part


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _text(node: ast.AST) -> str:
    """Return code as Python writes it: without comments, and the same however it is laid out."""
    return ast.unparse(ast.fix_missing_locations(node))


def _digest(texts: tuple[str, ...] | list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
