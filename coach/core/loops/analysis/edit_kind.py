"""What kind of change is an edit? Only a patch can be expected to change the outcome.

A file that does not parse counts as a patch: broken syntax is an edit too.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from coach.core.loops.analysis.strip_annotations import without_hints
from coach.core.loops.analysis.syntax import FUNCTIONS, Edited, call_name, dotted, identifiers, shape
from coach.core.loops.attempt import Nature

_LOOKING = {"print", "pprint", "pp", "ic", "breakpoint"}
_LOGGING = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log"}
_LOGGERS = {"log", "logger", "logging", "_log", "_logger", "LOG", "LOGGER"}
_WATCHERS = {"pdb", "ipdb", "pudb", "traceback", "faulthandler", "warnings"}
_STREAMS = {"sys.stdout", "sys.stderr", "stdout", "stderr"}
_OBSERVING_MODULES = {
    "pprint",
    "pdb",
    "ipdb",
    "pudb",
    "logging",
    "traceback",
    "faulthandler",
    "icecream",
    "sys",
}
PROSE = (".md", ".rst", ".txt", ".adoc", ".po", ".svg", ".png", ".jpg", ".gitignore", "LICENSE", "AUTHORS")
_REQUIREMENTS = re.compile(r"(requirements|constraints)[^/]*\.txt$")
_PREPARATION = (ast.Import, ast.ImportFrom)

_Block = TypeVar("_Block", ast.stmt, ast.ExceptHandler, ast.match_case)
_Drops = Callable[[ast.stmt], bool]


def nature_of(files: Sequence[Edited]) -> Nature:
    """Say what kind of change a set of files makes up. A file that is not Python is a patch unless it is prose."""
    natures = [(each, file_nature(each)) for each in files]
    kinds = {nature for _, nature in natures}
    if kinds <= {"cosmetic"}:
        return "cosmetic"
    if kinds <= {"cosmetic", "observing"}:
        return "observing"
    moving = [(each, nature) for each, nature in natures if nature in {"patch", "groundwork"}]
    if all(each.is_test for each, _ in moving):
        return "tests"
    sources = {nature for each, nature in moving if not each.is_test}
    return "groundwork" if sources == {"groundwork"} else "patch"


def patched_in(files: Sequence[Edited]) -> tuple[str, ...]:
    """Return the files, tests and prose apart, that were patched."""
    return tuple(each.path for each in files if not each.is_test and file_nature(each) == "patch")


def file_nature(file: Edited) -> Nature:
    """Say what kind of change one file went through."""
    if is_prose(file.path):
        return "cosmetic"
    if file.is_python and file.is_broken and _changes_lines_that_look(file):
        return "observing"
    if not file.is_python or file.is_broken:
        same = "".join(file.before_text.split()) == "".join(file.after_text.split())
        return "cosmetic" if same and not file.is_python else "patch"
    if file.before is None or file.after is None:
        return "groundwork" if file.after is not None else "patch"
    assert file.old is not None
    assert file.new is not None
    return _python_nature(file.old, file.new, file.before)


def _python_nature(before: ast.Module, after: ast.Module, whole: ast.Module) -> Nature:
    """Compare what an edit reached; ``whole`` is the module before it."""
    if shape(before) == shape(after):
        return "cosmetic"
    before, after = without_hints(before), without_hints(after)
    before, after = _pruned(before, _is_literal), _pruned(after, _is_literal)
    if shape(before) == shape(after):
        return "cosmetic"  # only docstrings and type hints differ
    before, after = _pruned(before, _only_looks), _pruned(after, _only_looks)
    if shape(before) == shape(after):
        return "observing"
    return "groundwork" if _only_adds(before, after, whole) else "patch"


_LOOKING_LINE = re.compile(
    r"(?:(?:if|elif|else|for|while|try|except)\b[^#]{0,200}?:\s*){0,3}"
    r"(?:print|pprint|breakpoint|(?:\w{1,40}\.)?(?:_?log|_?logger|logging)\.\w{1,20})\("
)


def _changes_lines_that_look(file: Edited) -> bool:
    """Whether a text that does not parse differs in prints and log calls only: they broke the syntax, or mend it again."""
    before, after = (_lines(text) for text in (file.before_text, file.after_text))
    changed = [*(before - after), *(after - before)]
    return bool(changed) and all(_LOOKING_LINE.match(line) for line in changed)


def _lines(text: str) -> Counter[str]:
    """Return the lines of a text without indentation, blank ones, comments and the quotes of docstrings."""
    stripped = (line.strip() for line in text.split("\n"))
    return Counter(line for line in stripped if line.strip("\"'") and not line.startswith("#"))


def blind(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return statements without those that only look: prints, log calls, breakpoints, and what these import."""
    return _prune(statements, lambda node: _only_looks(node) or _is_literal(node))


def is_prose(path: str) -> bool:
    """Whether a file is for people: no program reads it."""
    return path.endswith(PROSE) and not _REQUIREMENTS.search(path)


def _pruned(tree: ast.Module, drops: _Drops) -> ast.Module:
    return ast.Module(body=_prune(tree.body, drops), type_ignores=[])


def _prune(statements: Sequence[ast.stmt], drops: _Drops) -> list[ast.stmt]:
    return [_prune_within(each, drops) for each in statements if not drops(each)]


def _prune_within(node: _Block, drops: _Drops) -> _Block:
    """Rebuild a compound statement around its pruned bodies; simple statements are shared, not copied."""
    fields = dict(ast.iter_fields(node))
    changed = False
    for name, value in fields.items():
        if not isinstance(value, list) or not value:
            continue
        if name in {"handlers", "cases"}:
            fields[name], changed = [_prune_within(each, drops) for each in value], True
        elif isinstance(value[0], ast.stmt):
            fields[name], changed = _prune(value, drops), True
    return type(node)(**fields) if changed else node


def _is_literal(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, a stray literal or ``pass``: it does nothing."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _only_looks(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call() as call):
            return _observes(call)
        case ast.Assign(value=ast.Call() as call):
            return call_name(call) == "getLogger"
        case ast.Import(names=names):
            return all(each.name in _OBSERVING_MODULES for each in names)
        case ast.ImportFrom(module=module):
            return module in _OBSERVING_MODULES - {"sys"}
        case (
            ast.If(test=condition, body=body, orelse=orelse)
            | ast.For(iter=condition, body=body, orelse=orelse)
        ):
            return _looks_and_goes_on(condition, [*body, *orelse])
        case _:
            return False


def _looks_and_goes_on(condition: ast.expr, body: Sequence[ast.stmt]) -> bool:
    """Whether a branch or loop does nothing but look, and what it asks binds no name."""
    binds = any(isinstance(each, ast.NamedExpr | ast.Await | ast.Yield) for each in ast.walk(condition))
    looks = any(_only_looks(each) for each in body)
    return looks and not binds and all(_only_looks(each) or _is_literal(each) for each in body)


def _observes(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in _LOOKING
    if not isinstance(call.func, ast.Attribute):
        return False
    holder = dotted(call.func.value)
    last = holder.rpartition(".")[2]
    return (
        (last in _LOGGERS and call.func.attr in _LOGGING)
        or holder in _WATCHERS
        or (holder in _STREAMS and call.func.attr in {"write", "flush"})
    )


# --- groundwork: new names that nothing uses yet ---------------------------------------------------------------------


def _only_adds(before: ast.Module, after: ast.Module, whole: ast.Module) -> bool:
    """Whether everything old is still there as it was, and everything new is a name that the old code never mentions."""
    added = _added(before.body, after.body)
    if not added:
        return False
    known = identifiers(whole)
    return all(_is_groundwork(each, known) for each in added)


def _added(before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return the statements of ``after`` beyond those of ``before``; empty when an old one changed or is gone."""
    waiting = list(before)
    added: list[ast.stmt] = []
    for node in after:
        if waiting and shape(waiting[0]) == shape(node):
            waiting.pop(0)
        elif waiting and (inner := _grown_class(waiting[0], node)):
            waiting.pop(0)
            added += inner
        else:
            added.append(node)
    return [] if waiting else added


def _grown_class(before: ast.stmt, after: ast.stmt) -> list[ast.stmt]:
    """Return what a class gained. One with bases may have overridden something: that is not groundwork."""
    if not (isinstance(before, ast.ClassDef) and isinstance(after, ast.ClassDef)):
        return []
    if before.name != after.name or after.bases or after.decorator_list or before.decorator_list:
        return []
    return _added(before.body, after.body)


def _is_groundwork(node: ast.stmt, known: set[str]) -> bool:
    if isinstance(node, _PREPARATION):
        return True
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return node.name not in known and not node.name.startswith("__") and not node.decorator_list
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name not in known and not name.startswith("__")
        case _:
            return False
