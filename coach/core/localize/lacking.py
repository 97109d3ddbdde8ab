"""Which object of the project lacks the name that a test died on: a module, a class, or a function's parameters.

A test that asks for what is not there dies before the code that is to be mended runs, so no line tells of it. But the message
names the object, and what it has that is written almost alike.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from coach.core.base.text import FilePath, Name
from coach.core.base.value import Value
from coach.core.localize.import_places import Imported
from coach.core.localize.import_reads import Modules
from coach.core.loops.analysis.syntax import FUNCTIONS, MODULE, Function, is_test_path, parse
from coach.core.runs.report import Failure

_OF_MODULE = re.compile(
    r"(?:module '(?P<module>[\w.]+)' has no attribute|cannot import name) '(?P<name>\w+)'"
    r"(?: from (?:partially initialized module )?'(?P<source>[\w.]+)')?"
)
_NO_MODULE = re.compile(r"No module named '(?P<name>[\w.]+)'")
_OF_CLASS = re.compile(
    r"(?:type object '(?P<type>\w+)'|'(?P<object>\w+)' object) has no attribute '(?P<name>\w+)'"
)
_OF_FUNCTION = re.compile(
    r"(?<![\w.<>])(?P<function>[\w.<>]+)\(\) (?:got an unexpected keyword argument '(?P<name>\w+)'"
    r"|takes .* positional arguments? but|missing \d+ required)"
)


class Lacking(Value):
    """A place that lacks a name. ``line`` is that of what it has nearest to it, else its own first one."""

    path: FilePath
    function: Name
    """A class, a function, or the module as ``<module>``."""
    line: int
    first: int
    last: int
    name: Name = ""
    """What it lacks; empty: its parameters do not fit the call."""
    nearest: Name = ""
    """What it has that is written almost alike; empty: nothing."""

    @property
    def sentence(self) -> str:
        if not self.name:
            return "its parameters do not fit the call that failed"
        near = f"; it has {self.nearest}" if self.nearest else ""
        return f"has no {self.name}, which the failing test asks for{near}"


def lacking_of(failure: Failure, sources: Mapping[str, str]) -> Lacking | None:
    """Return the place that lacks what a failure asked for; None when the failure is another, or the object foreign.

    Args:
        failure: how the test failed.
        sources: path → text of the project's files.

    """
    finders = _FINDERS.get(failure.exception.rpartition(".")[2], ())
    if not finders:
        return None
    trees = {path: tree for path, text in sources.items() if (tree := parse(text))}
    modules = Modules(trees)
    return next(filter(None, (find(failure.message, modules) for find in finders)), None)


def _in_module(said: str, modules: Modules) -> Lacking | None:
    found = _OF_MODULE.search(said)
    name = found and (found["module"] or found["source"])
    path = modules.file("", Imported(name)) if name else ""
    if not found or not path:
        return None
    has = {name: node.lineno for name, node in _definitions(modules.trees[path]) if "." not in name}
    has |= {each.name: each.first for each in modules.outline(path).places if each.kind == "name"}
    return _lacking(path, MODULE, has, found["name"], (1, 1))


def _missing_module(said: str, modules: Modules) -> Lacking | None:
    found = _NO_MODULE.search(said)
    package, _, name = found["name"].rpartition(".") if found else ("", "", "")
    path = modules.file("", Imported(package)) if package else ""
    return _lacking(path, MODULE, {}, name, (1, 1)) if path else None


def _in_class(said: str, modules: Modules) -> Lacking | None:
    found = _OF_CLASS.search(said)
    if not found:
        return None
    wanted = found["type"] or found["object"]
    path, name, node = _only(modules, ast.ClassDef, lambda name: name.rpartition(".")[2] == wanted)
    if not isinstance(node, ast.ClassDef):
        return None
    has = {each.name: each.lineno for each in node.body if isinstance(each, (*FUNCTIONS, ast.ClassDef))}
    place = next((each for each in modules.outline(path).places if each.name == name), None)
    has |= {name: min(lines) for name, lines in place.attributes.items()} if place else {}
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
            has.setdefault(each.attr, each.lineno)
    return _lacking(path, name, has, found["name"], (node.lineno, place.last if place else node.lineno))


def _in_function(said: str, modules: Modules) -> Lacking | None:
    found = _OF_FUNCTION.search(said)
    if not found:
        return None
    wanted = found["function"].rpartition("<locals>.")[2]
    path, name, node = _only(modules, Function, lambda name: f".{name}".endswith(f".{wanted}"))
    if not isinstance(node, Function):
        return None
    given = node.args
    names = (each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))
    has = dict.fromkeys(names, node.lineno)
    return _lacking(path, name, has, found["name"] or "", (node.lineno, node.end_lineno or node.lineno))


_FINDERS = {
    "AttributeError": (_in_module, _in_class),
    "ImportError": (_in_module,),
    "ModuleNotFoundError": (_missing_module,),
    "TypeError": (_in_function,),
}


def _only(modules: Modules, kind: Any, fits: Callable[[str], bool]) -> tuple[str, str, ast.AST | None]:
    """Return path, name and node of the definition that fits, outside of tests if there is one; of two, nobody knows which."""
    found = [
        (path, name, node)
        for path, tree in modules.trees.items()
        for name, node in _definitions(tree)
        if isinstance(node, kind) and fits(name)
    ]
    found = [each for each in found if not is_test_path(each[0])] or found
    return found[0] if len(found) == 1 else ("", "", None)


def _definitions(tree: ast.Module) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Yield what a file defines, by qualified names; nothing inside of functions."""
    todo: list[tuple[ast.AST, str]] = [(tree, "")]
    while todo:
        node, prefix = todo.pop()
        for each in ast.iter_child_nodes(node):
            if isinstance(each, (*FUNCTIONS, ast.ClassDef)):
                yield prefix + each.name, each
            if not isinstance(each, FUNCTIONS):
                todo.append((each, f"{prefix}{each.name}." if isinstance(each, ast.ClassDef) else prefix))


def _lacking(path: str, function: str, has: Mapping[str, int], name: str, span: tuple[int, int]) -> Lacking:
    near = next(iter(get_close_matches(name, has, n=1)), "") if name else ""
    line = has.get(near, span[0])
    return Lacking(
        path=path, function=function, line=line, first=span[0], last=span[1], name=name, nearest=near
    )
