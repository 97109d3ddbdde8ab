"""Edits that move the goal instead of the code: tests that ask for less, or are not asked any more.

Findings are facts about two syntax trees; whether they matter (did it turn green? was a reason given?) is decided by
the pattern. Renaming is not tampering: what assertions say is compared apart from the names they use.
"""

import ast
from collections.abc import Iterable, Sequence

from coach.core.base.test_id import TestId
from coach.core.loops.analysis.pytest_config import is_config, narrowed
from coach.core.loops.analysis.syntax import FUNCTIONS, Edited, call_name, dotted, shape
from coach.core.loops.analysis.test_demands import Demand, demands_of
from coach.core.loops.attempt import Finding, FindingKind

_REPLACING = {"setattr", "patch", "setitem", "delattr"}
_HOOKS = {
    "pytest_collection_modifyitems",
    "pytest_ignore_collect",
    "pytest_runtest_makereport",
    "pytest_runtest_call",
    "pytest_pyfunc_call",
    "pytest_runtest_setup",
}
_IGNORES = {"collect_ignore", "collect_ignore_glob"}


def tampering_in(files: Sequence[Edited]) -> tuple[Finding, ...]:
    """Return everything in an edit that lets tests demand less."""
    arrived = [demand for file in files if file.is_test for demand in _arrived(file)]
    found: list[Finding] = []
    for file in files:
        if is_config(file.path):
            found += narrowed(file)
        elif file.is_test and file.is_python:
            found += _in_tests(file, arrived)
            found += _in_hooks(file)
    return tuple(found)


def tests_written(files: Sequence[Edited]) -> tuple[TestId, ...]:
    """Return the tests that are in the files now and were not before."""
    return tuple(
        TestId.of(file.path, demand.name) for file in files if file.is_test for demand in _arrived(file)
    )


def _demands(tree: ast.Module | None) -> dict[str, Demand]:
    return demands_of(tree) if tree else {}


def _arrived(file: Edited) -> list[Demand]:
    before, after = _sides(file)
    old = _demands(before)
    return [demand for name, demand in _demands(after).items() if name not in old]


def _sides(file: Edited) -> tuple[ast.Module | None, ast.Module | None]:
    """Return what the edit reached; all of the file when it reached what concerns every test, such as ``pytestmark``."""
    reached = [node for side in (file.old, file.new) for node in (side.body if side else ())]
    only_tests = all(isinstance(node, (*FUNCTIONS, ast.ClassDef)) for node in reached)
    return (file.old, file.new) if only_tests else (file.before, file.after)


def _in_tests(file: Edited, arrived: Sequence[Demand]) -> Iterable[Finding]:
    if file.is_broken:
        return
    before, after = _sides(file)
    new = _demands(after)
    for name, demand in _demands(before).items():
        if name in new:
            yield from _compared(file.path, demand, new[name])
        elif not any(_is_same(demand, each) for each in arrived):
            yield _finding("test-gone", file.path, demand, f"{name} is gone")


def _is_same(old: Demand, new: Demand) -> bool:
    """Whether a test only took another name or place."""
    return (
        old.meaning <= new.meaning
        and len(new.assertions) >= len(old.assertions)
        and not (new.is_skipped and not old.is_skipped)
    )


def _finding(kind: FindingKind, path: str, demand: Demand, text: str) -> Finding:
    return Finding(kind=kind, path=path, line=demand.line, function=demand.name, text=text)


def _compared(path: str, old: Demand, new: Demand) -> Iterable[Finding]:
    name = new.name
    if new.is_skipped and not old.is_skipped:
        yield _finding("skip-added", path, new, f"{name} is skipped or expected to fail now")
    elif new.trivial > old.trivial and len(new.assertions) <= len(old.assertions):
        yield _finding("trivial-assertion", path, new, f"{name} asserts what is always true")
    elif len(new.assertions) < len(old.assertions):
        text = f"{name} asserts {_count(new)}, before {_count(old)}"
        yield _finding("fewer-assertions", path, new, text)
    elif len(new.cases) < len(old.cases):
        text = f"{name} has {len(new.cases)} cases, before {len(old.cases)}"
        yield _finding("fewer-assertions", path, new, text)
    elif _expects_other(old, new):
        yield _finding("expectation-changed", path, new, f"{name} expects something else")
    elif new.inputs != old.inputs and (new.words != old.words or len(new.inputs) != len(old.inputs)):
        yield _finding("inputs-changed", path, new, f"{name} does something else before it asserts")


def _expects_other(old: Demand, new: Demand) -> bool:
    lost_cases = [each for each in old.cases if each not in new.cases]
    if old.assertions == new.assertions:
        return bool(lost_cases)
    return (
        bool(lost_cases)
        or not old.meaning <= new.meaning
        or (len(old.assertions) == len(new.assertions) and old.meaning != new.meaning)
    )


def _count(demand: Demand) -> str:
    number = len(demand.assertions)
    return "nothing" if number == 0 else "one thing" if number == 1 else f"{number} things"


# --- conftest: code under test replaced, results rewritten, files left out --------------------------------------------


def _in_hooks(file: Edited) -> Iterable[Finding]:
    if not file.path.endswith("conftest.py") or file.after is None or file.new is None:
        return
    imported = _imported(file.after)
    was = {shape(node) for node in (ast.walk(file.old) if file.old else ()) if _replaces(node, imported)}
    for node in ast.walk(file.new):
        text = _replaces(node, imported)
        if text and shape(node) not in was:
            line = getattr(node, "lineno", 0)
            yield Finding(kind="patched-in-conftest", path=file.path, line=line, text=text)
            return


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.update((each.asname or each.name).partition(".")[0] for each in node.names)
    return names


def _replaces(node: ast.AST, imported: set[str]) -> str:
    """Say how a node of a conftest takes tests or code out of the run; empty when it does not."""
    if isinstance(node, ast.Call) and call_name(node) in _REPLACING | {"object"} and _is_patching(node):
        return "conftest replaces code under test"
    if isinstance(node, FUNCTIONS) and node.name in _HOOKS:
        return f"conftest takes part in the run with {node.name}"
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if dotted(target) in _IGNORES:
                return "conftest leaves files out"
            if isinstance(target, ast.Attribute) and dotted(target).partition(".")[0] in imported:
                return "conftest replaces code under test"
    return ""


def _is_patching(node: ast.Call) -> bool:
    name = dotted(node.func)
    return name in {"setattr", "patch"} or name.rpartition(".")[0] in {
        "monkeypatch",
        "mocker",
        "mock",
        "mock.patch",
        "patch",
        "unittest.mock",
    }
