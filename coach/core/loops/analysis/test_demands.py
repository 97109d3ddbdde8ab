"""What the tests of a file demand: per test its assertions, its cases, its inputs, and whether it runs at all.

Only assertions that can be reached and can fail count: what stands behind a ``return``, under ``if False``, or inside a
``try`` that swallows the AssertionError demands nothing.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coach.core.base.test_id import TestId
from coach.core.loops.analysis.edit_kind import blind
from coach.core.loops.analysis.syntax import FUNCTIONS, Function, call_name, dotted, opens_with, shape

_SKIP_MARKS = {"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure"}
_SKIP_CALLS = {"skip", "xfail", "skipTest", "importorskip"}
_SWALLOWING = {"", "AssertionError", "Exception", "BaseException"}


@dataclass(slots=True)
class Demand:
    """What one test asks for."""

    name: str
    line: int
    is_skipped: bool = False
    assertions: list[str] = field(default_factory=list)
    """The shape of each assertion that can fail, in order."""
    trivial: int = 0
    """Assertions that are always true."""
    meaning: Counter[str] = field(default_factory=Counter)
    """What the assertions say apart from the names they use: literals, operators, expected exceptions."""
    cases: list[str] = field(default_factory=list)
    """Entries of ``parametrize``."""
    inputs: tuple[str, ...] = ()
    """The shapes of everything else in the test."""
    words: Counter[str] = field(default_factory=Counter)
    """The literals of everything else."""


def demands_of(tree: ast.Module) -> dict[str, Demand]:
    """Return every test that pytest would collect, by its name as in ids; of two with one name, the later."""
    holders: list[tuple[tuple[str, ...], Sequence[ast.stmt], bool]] = [
        ((), tree.body, _marked_skip(tree.body))
    ]
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _is_collected(node):
            skipped = _has_skip(node.decorator_list) or _marked_skip(node.body)
            holders.append(((node.name,), node.body, skipped))
    found: dict[str, Demand] = {}
    for classes, body, skipped in holders:
        for function in body:
            if isinstance(function, FUNCTIONS) and function.name.startswith("test"):
                demand = _demand(TestId.of(*classes, function.name), function)
                demand.is_skipped = demand.is_skipped or skipped or holders[0][2]
                found[demand.name] = demand
    return found


def _is_collected(node: ast.ClassDef) -> bool:
    by_base = any("TestCase" in dotted(base) for base in node.bases)
    switched_off = any(
        isinstance(each, ast.Assign) and dotted(each.targets[0]) == "__test__" and _is_false(each.value)
        for each in node.body
    )
    return (node.name.startswith("Test") or by_base) and not switched_off


def _marked_skip(body: Sequence[ast.stmt]) -> bool:
    """Whether a module or class skips itself: ``pytestmark = …skip``, or a call of ``pytest.skip`` at its top."""
    for node in body:
        if isinstance(node, ast.Assign) and dotted(node.targets[0]) == "pytestmark":
            marks = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            if _has_skip(marks):
                return True
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and call_name(node.value) in _SKIP_CALLS
        ):
            return True
    return False


def _has_skip(marks: Sequence[ast.expr]) -> bool:
    return any(call_name(each) in _SKIP_MARKS for each in marks)


def _demand(name: str, function: Function) -> Demand:
    demand = Demand(name, function.lineno, _has_skip(function.decorator_list))
    rest: list[ast.AST] = []
    for mark in function.decorator_list:
        if call_name(mark) == "parametrize" and isinstance(mark, ast.Call):
            demand.cases += _cases(mark)
        elif call_name(mark) not in _SKIP_MARKS and not _is_label(mark):
            rest.append(mark)
    reached = list(_reached(function.body))
    for node in reached:
        _take(node, demand)
    rest += [node for node in blind(function.body) if not _asserts(node)]
    demand.inputs = tuple(shape(node) for node in rest)
    demand.words = Counter(each for node in rest for each in _literals(node))
    return demand


def _is_label(mark: ast.expr) -> bool:
    """Whether a decorator only labels the test, as ``pytest.mark.slow`` does."""
    name = dotted(mark.func if isinstance(mark, ast.Call) else mark)
    return name.startswith("pytest.mark.") and name != "pytest.mark.usefixtures"


def _asserts(node: ast.stmt) -> bool:
    calls = (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and call_name(node.value).startswith("assert")
    )
    return calls or isinstance(node, ast.Assert)


def _cases(mark: ast.Call) -> list[str]:
    values = mark.args[1] if len(mark.args) > 1 else None
    values = values or next((each.value for each in mark.keywords if each.arg == "argvalues"), None)
    if isinstance(values, ast.List | ast.Tuple | ast.Set):
        return [shape(each) for each in values.elts]
    return [shape(values)] if values else []


def _reached(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Walk the statements that can be reached and whose assertions can fail."""
    for node in body:
        if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break):
            yield from ast.walk(node)
            return
        if isinstance(node, ast.If) and _is_false(node.test):
            yield from _reached(node.orelse)
        elif isinstance(node, ast.Try) and any(_swallows_assertions(each) for each in node.handlers):
            yield from _reached([*node.orelse, *node.finalbody])
        elif suppressed := opens_with(node, "suppress"):
            if not any(call_name(each) in _SWALLOWING for each in suppressed.args):
                yield from ast.walk(node)
        elif isinstance(
            node, ast.If | ast.For | ast.While | ast.With | ast.AsyncWith | ast.AsyncFor | ast.Try
        ):
            yield from _compound(node)
        elif not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield from ast.walk(node)
        if _ends_here(node):
            return


def _compound(node: ast.stmt) -> Iterator[ast.AST]:
    yield node
    for name in ("body", "orelse", "finalbody"):
        yield from _reached(getattr(node, name, []))
    for handler in getattr(node, "handlers", []):
        yield from _reached(handler.body)


def _ends_here(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and call_name(node.value) in {"skip", "xfail"}
    )


def _swallows_assertions(handler: ast.ExceptHandler) -> bool:
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(each is None or dotted(each) in _SWALLOWING for each in names)
    acts = any(isinstance(each, ast.Raise | ast.Assert) for node in handler.body for each in ast.walk(node))
    fails = any(
        isinstance(each, ast.Call) and call_name(each) == "fail"
        for node in handler.body
        for each in ast.walk(node)
    )
    return broad and not acts and not fails


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _take(node: ast.AST, demand: Demand) -> None:
    """Note what one node of a test contributes."""
    if isinstance(node, ast.Assert):
        if _is_trivial(node.test):
            demand.trivial += 1
        else:
            demand.assertions.append(shape(node.test))
            demand.meaning.update(_meaning(node.test))
    elif raised := (opens_with(node, "raises") or opens_with(node, "warns")):
        demand.assertions.append(shape(raised))
        demand.meaning.update(shape(each) for each in (*raised.args, *raised.keywords))
    elif isinstance(node, ast.Call):
        name = call_name(node)
        if name.startswith("assert") and name != "assert_":
            demand.assertions.append(shape(node))
            demand.meaning.update([_plain_name(name), *(each for arg in node.args for each in _meaning(arg))])
        elif name in _SKIP_CALLS and dotted(node.func) in {f"pytest.{name}", f"self.{name}", name}:
            demand.is_skipped = demand.is_skipped or name != "importorskip"


def _plain_name(name: str) -> str:
    """``assertEqual(a, b)`` says what ``assert a == b`` says: moving from one to the other changes nothing."""
    return {
        "assertEqual": "Eq",
        "assertEquals": "Eq",
        "assertNotEqual": "NotEq",
        "assertIs": "Is",
        "assertIn": "In",
    }.get(name, name)


def _is_trivial(test: ast.expr) -> bool:
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Tuple(elts=elements):
            return bool(elements)
        case ast.Compare(left=left, comparators=[right]):
            return shape(left) == shape(right)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_is_trivial(each) for each in values)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=value)):
            return not value
        case _:
            return False


def _meaning(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.operator | ast.cmpop | ast.unaryop | ast.boolop):
            yield type(each).__name__
        elif isinstance(each, ast.Call) and call_name(each) in {
            "approx",
            "isinstance",
            "round",
            "int",
            "abs",
            "any",
            "all",
            "len",
            "sorted",
            "set",
            "str",
        }:
            yield call_name(each)
    yield from _literals(node)


def _literals(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant):
            yield repr(each.value)
