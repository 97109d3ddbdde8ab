"""Source before and after an edit as syntax trees, parsed once, and the few questions all readers ask of a tree.

Text comparison cannot tell a comment from a condition; the tree can. What does not parse is None, never an error.
"""

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

from coach.core.base.test_id import FunctionId
from coach.core.loops.analysis.ast_diff import Trimmer
from coach.core.loops.attempt import SourcePair

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

MAX_CHARACTERS = 400_000
"""Longer files are generated: parsing one takes longer than an engineer waits (about 0.1 s per 10,000 lines)."""

MODULE = "<module>"
_TEST_FOLDER = re.compile(r"(^|/)(tests?|testing)/")
_OTHER_FOLDER = re.compile(r"(^|/)(__tests__|specs?)/")
_OTHER_NAME = re.compile(r"[._-](tests?|specs?)\.\w+$|(Test|Tests|Spec)\.(java|kt|scala|cs|swift|php)$")
"""What other runners take for tests by its name: ``cart.test.js``, ``cart_test.go``, ``run_tests.sh``, ``CartTest.java``."""


@dataclass(frozen=True, slots=True)
class Edited:
    """One changed file, both sides parsed; a side is None when it is absent, too long or no Python."""

    path: str
    before_text: str
    after_text: str
    before: ast.Module | None
    after: ast.Module | None
    old: ast.Module | None
    new: ast.Module | None
    """Both sides without the functions and statements that stand in lines no edit reached: equal on either side."""

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def is_test(self) -> bool:
        return is_test_path(self.path)

    @property
    def is_broken(self) -> bool:
        """Whether a side that is there could not be parsed."""
        return bool((self.before_text and self.before is None) or (self.after_text and self.after is None))


def edited(pair: SourcePair) -> Edited:
    """Parse both sides of a pair."""
    parses = pair.path.endswith(".py")
    before = parse(pair.before) if parses and pair.before else None
    after = parse(pair.after) if parses and pair.after else None
    old, new = before, after
    if before is not None and after is not None:
        old, new = Trimmer(pair.before, pair.after).trim(before, after)
    return Edited(pair.path, pair.before, pair.after, before, after, old, new)


def parse(source: str) -> ast.Module | None:
    """Return the tree of a source, None when it has none. Callers share it: who changes it, copies it."""
    if len(source) > MAX_CHARACTERS:
        return None
    return _remembered(source) if len(source) <= _MAX_REMEMBERED else _parsed(source)


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


_MAX_REMEMBERED = 100_000
_remembered = lru_cache(maxsize=8)(_parsed)
"""What an edit leaves is what the next one starts from: half of all sources would be parsed twice."""


def shape(node: ast.AST) -> str:
    """Return what a node is, without where it stands: equal shapes are the same code."""
    return ast.dump(node)


_TEST_NAMES = frozenset({"conftest.py", "tests.py", "test.py"})
"""Beside pytest's own: what unittest's and Django's projects call a module of tests."""


def is_test_path(path: str) -> bool:
    """Whether a test runner would take the file as tests, or it stands in a folder of tests (helpers, expected data)."""
    name = path.rpartition("/")[2]
    named = name in _TEST_NAMES or (
        name.endswith(".py") and (name.startswith("test_") or name.endswith(("_test.py", "_tests.py")))
    )
    if named or _TEST_FOLDER.search(path):
        return True
    return not name.endswith(".py") and bool(_OTHER_NAME.search(name) or _OTHER_FOLDER.search(path))


def call_name(node: ast.expr) -> str:
    """Return the last word of what is called: ``skip`` for ``pytest.mark.skip(…)`` and for ``skip``."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    """Return a chain of names as written, ``pytest.mark.skip``; empty when it is anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def opens_with(node: ast.AST, name: str) -> ast.Call | None:
    """Return the call ``name(…)`` that a ``with`` statement enters, such as ``pytest.raises(ValueError)``."""
    if not isinstance(node, ast.With | ast.AsyncWith):
        return None
    calls = (item.context_expr for item in node.items)
    return next((each for each in calls if isinstance(each, ast.Call) and call_name(each) == name), None)


def identifiers(tree: ast.AST) -> set[str]:
    """Return every name, attribute and word a tree mentions, strings included (getattr, patch and fixtures use them)."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name))
            ):
                found.add(name)
            case ast.Constant(value=str(text)):
                found.update(re.findall(r"\w+", text[:2_000]))
            case ast.alias(name=name):
                found.update(name.split("."))
            case _:
                pass
    return found


def touched(file: Edited) -> list[FunctionId]:
    """Return the functions an edit changed, added or removed; the module for anything else."""
    if file.is_broken:
        return []
    old, new = _definitions(file.old), _definitions(file.new)
    names = dict.fromkeys([*old, *new])
    return [FunctionId.of(file.path, name) for name in names if old.get(name, "") != new.get(name, "")]


def added(file: Edited) -> list[FunctionId]:
    """Return the functions that were not there before."""
    if file.is_broken:
        return []
    old = _definitions(file.old)
    return [
        FunctionId.of(file.path, name)
        for name in _definitions(file.new)
        if name not in old and name != MODULE
    ]


def _definitions(tree: ast.Module | None) -> dict[str, str]:
    found: dict[str, str] = {}
    outside: list[str] = []
    waiting = [("", node) for node in (tree.body if tree else ())]
    for prefix, node in waiting:
        if isinstance(node, FUNCTIONS):
            found[prefix + node.name] = shape(node)
        elif isinstance(node, ast.ClassDef):
            outside += [
                node.name,
                *(shape(each) for each in (*node.bases, *node.keywords, *node.decorator_list)),
            ]
            waiting += [(f"{prefix}{node.name}.", each) for each in node.body]
        else:
            outside.append(shape(node))
    found[MODULE] = "\n".join(outside)
    return found


def enclosing(tree: ast.Module, line: int) -> str:
    """Return the innermost function that holds a line; empty outside of functions."""
    name, size = "", 0
    for node in ast.walk(tree):
        if not isinstance(node, FUNCTIONS):
            continue
        end = node.end_lineno or node.lineno
        start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        if start <= line <= end and (not size or end - node.lineno < size):
            name, size = node.name, end - node.lineno
    return name
