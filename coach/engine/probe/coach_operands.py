"""Which two values a failed assertion compared, and which of them was the wanted one.

PYTEST_DONT_REWRITE

Beside ``coach_difference``. pytest's own assertions tell their operands while they are alive (``Recorder.compared``);
unittest's and other libraries' stand in the frames of their ``assert…`` functions. Python 3.8+, standard library.
"""

import ast
import re
import sys

from coach_difference import Tolerance, differences
from coach_values import is_approx

MOST_LINES = 40
MOST_SECONDS = 0.5
"""Spent on comparisons of one test: a test may poll with assertions that it catches."""
WANTED = re.compile(r"(?:^|_)(?:expect(?:ed|ation)?|exp|want(?:ed)?|desired|correct|golden|reference|should_?be|truth)(?:_|$)", re.I)
GOT = re.compile(r"(?:^|_)(?:got|actual|act|result|res|response|output|out|observed|received|found)(?:_|$)", re.I)
OPERATORS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}
METHODS = {
    "assertIn": "in", "assertNotIn": "not in", "assertIs": "is", "assertIsNot": "is not", "assertNotEqual": "!=",
    "assertLess": "<", "assertLessEqual": "<=", "assertGreater": ">", "assertGreaterEqual": ">=",
    "assertCountEqual": "unordered", "assertItemsEqual": "unordered",
}


class Recorder:
    """Keeps what the newest failed comparisons of a test differ in."""

    def __init__(self, render, clock, lines):
        self.render, self.clock, self.lines = render, clock, lines
        self.forget()

    def forget(self):
        self.records, self.spent = [], 0.0

    def compared(self, operator, left, right):
        """Take a comparison of a rewritten ``assert`` in, from inside pytest's own hook."""
        frame = sys._getframe(1)
        for _ in range(60):
            if frame is None or frame.f_code.co_name == "_call_reprcompare":
                break
            frame = frame.f_back
        frame = frame and frame.f_back
        if frame is None:
            return
        if self.spent > MOST_SECONDS:
            self.records = []  # what is not looked at must not be told with an older one's words
            return
        began = self.clock()
        found, is_sure = self.parted(operator, left, right, self.statement(frame.f_code, frame.f_lineno), frame)
        self.records = [*self.records[-7:], (frame.f_code, frame.f_lineno, found, is_sure)]
        self.spent += self.clock() - began

    def of_failure(self, entries, is_assertion):
        """Return the differences of a failure, ``[path, got, wanted, is_sure]``, from its traceback's entries."""
        if not entries:
            return []
        frame, line = entries[-1]
        for code, recorded, found, is_sure in reversed(self.records):
            if code is frame.f_code and recorded == line:
                return [[*each, is_sure] for each in found]
        found, is_sure = [], False
        operands = _operands(entries) if is_assertion else None
        if operands is not None:
            found, is_sure = self.of_library(*operands)
        elif is_assertion:
            found, is_sure = self.of_plain_assert(frame, line)
        return [[*each, is_sure] for each in found]

    def of_examples(self, examples):
        """Return the differences of a doctest's examples: each names the source that gave another text."""
        found = []
        for each in examples:
            got, want = each.got.rstrip("\n"), each.want.rstrip("\n")
            if "\n" not in got + want:
                found.append([each.source[:200], got[:400], want[:400], True])
                continue
            parts = differences("==", got, want, self.render, self.clock)
            found += [["%s, %s" % (each.source[:200], path), *texts, True] for path, *texts in parts]
        return found[:5]

    def of_library(self, operator, first, second, is_sure, tolerance, caller):
        if is_sure:  # the function itself says which one was wanted
            return differences(operator, first, second, self.render, self.clock, tolerance), True
        frame, line = caller
        return self.parted(operator, first, second, self.statement(frame.f_code, line), frame, tolerance)

    def of_plain_assert(self, frame, line):
        """Read an assertion that pytest did not rewrite; names and literals only, nothing is evaluated."""
        statement = self.statement(frame.f_code, line)
        test = statement.test if isinstance(statement, ast.Assert) else None
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return [], False
        try:
            left, right = (_value(each, frame) for each in (test.left, test.comparators[0]))
        except (LookupError, ValueError):
            return [], False
        operator = OPERATORS.get(type(test.ops[0]), "")
        return self.parted(operator, left, right, statement, frame) if operator else ([], False)

    def parted(self, operator, left, right, statement, frame, tolerance=None):
        """Return the differences, and whether it is sure which side was wanted."""
        is_symmetric = operator in ("==", "unordered")
        is_sure = not is_symmetric or is_approx(left) or is_approx(right)
        is_left = is_symmetric and (is_approx(left) or (not is_sure and _wanted_is_left(statement, operator)))
        got, wanted = (right, left) if is_left else (left, right)
        return differences(operator, got, wanted, self.render, self.clock, tolerance), is_sure

    def statement(self, code, line):
        """Parse the statement at a line of a file; None when it cannot be read alone."""
        if line < 1:
            return None
        text = ""
        for each in self.lines(code.co_filename, line, MOST_LINES):
            text += each.decode("utf-8", "replace").rstrip("\r") + "\n"
            # Escapes go out: the parser would warn of odd ones, and warnings are the user's.
            plain = re.sub(r"\\.", "xx", text.replace("\\\n", " ").strip(), flags=re.S)
            try:
                return ast.parse(plain).body[0]
            except (SyntaxError, ValueError, IndexError, RecursionError, MemoryError):
                continue
        return None


def _value(node, frame):
    if isinstance(node, ast.Name):
        return frame.f_locals[node.id] if node.id in frame.f_locals else frame.f_globals[node.id]
    return ast.literal_eval(node)


def _wanted_is_left(statement, operator):
    sides = _sides(statement, operator)
    return sides is not None and _rank(sides[0]) > _rank(sides[1])


def _sides(statement, operator):
    if isinstance(statement, ast.Assert):
        found = [each for each in ast.walk(statement.test) if isinstance(each, ast.Compare) and len(each.ops) == 1]
        found = [each for each in found if OPERATORS.get(type(each.ops[0])) == operator]
        return (found[0].left, found[0].comparators[0]) if len(found) == 1 else None
    call = getattr(statement, "value", None)
    call = call.value if isinstance(call, ast.Await) else call
    if isinstance(statement, ast.Expr) and isinstance(call, ast.Call) and len(call.args) >= 2:
        return call.args[0], call.args[1]
    return None


def _rank(node):
    """Say how much a side looks like the wanted one: literals most, then names that say so."""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.Constant) or type(node).__name__ in ("Num", "Str", "NameConstant", "Bytes"):
        return 5
    if isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
        return 4
    name = _name(node)
    if isinstance(node, ast.Call):
        is_built = name[:1].isupper() or name in ("date", "datetime", "timedelta", "set", "frozenset", "dict", "list")
        parts = [*node.args, *(each.value for each in node.keywords)]
        return 3 if name == "approx" or (is_built and all(_rank(each) >= 3 for each in parts)) else 0
    if WANTED.search(name):
        return 2
    if GOT.search(name):
        return -1
    return 1 if name.isupper() else 0


def _name(node):
    while isinstance(node, (ast.Subscript, ast.Call)):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


# ---- operands in the frames of assertion functions ----------------------------------------------------------------


def _operands(entries):
    """Return (operator, first, second, is_sure, tolerance, calling entry) of the assertion that failed; None: unknown."""
    start = len(entries)
    while start > 1 and _asserts(entries[start - 1][0]):
        start -= 1
    for index in range(start, len(entries)):
        frame = entries[index][0]
        name, values = frame.f_code.co_name, frame.f_locals
        if name.startswith("assert") or name.startswith("_assert"):
            found = _of_mock(values) if _is_mock(frame) else _of_function(name, frame)
            if found is not None:
                return (*found, entries[start - 1])
    return None


def _asserts(frame):
    name = frame.f_code.co_name
    is_library = "site-packages" in frame.f_code.co_filename or "dist-packages" in frame.f_code.co_filename
    if frame.f_globals.get("__unittest") or (is_library and ("assert" in name or name == "inner")):
        return True
    return _is_mock(frame) and name.startswith("assert")


def _is_mock(frame):
    return str(frame.f_globals.get("__name__", "")) in ("unittest.mock", "mock.mock", "mock")


def _of_mock(values):
    if "expected" not in values or "actual" not in values:
        return None
    shapes = [_call(values[name]) for name in ("actual", "expected")]
    return None if None in shapes else ("==", shapes[0], shapes[1], True, None)


def _call(value):
    parts = list(tuple.__iter__(value)) if issubclass(type(value), tuple) else []
    if len(parts) < 2:
        return None
    return {"args": parts[-2], "kwargs": parts[-1]}


def _of_function(name, frame):
    code, values = frame.f_code, frame.f_locals
    names = [each for each in code.co_varnames[: code.co_argcount] if each != "self"]
    wanted = next((each for each in names if WANTED.search(each)), "")
    got = next((each for each in names if GOT.search(each)), "")
    is_sure = bool(wanted and got)
    pair = (got, wanted) if is_sure else tuple(names[:2])
    if "first_seq" in values and "second_seq" in values:
        pair = ("first_seq", "second_seq")  # unittest counts under the names that came in
    if len(pair) < 2 or any(each not in values for each in pair):
        return None
    operator = METHODS.get(name) or ("==" if re.search(r"[Ee]qual|_allclose$|_close$|_approx", name) else "")
    if not operator or re.search(r"[Nn]ot", name) and operator == "==":
        return None
    return operator, values[pair[0]], values[pair[1]], is_sure, _tolerance(name, values)


def _tolerance(name, values):
    if "Almost" in name:
        delta, places = values.get("delta"), values.get("places")
        if delta is None:
            places = 7 if places is None else places
            delta = 0.5 * 10.0 ** -places
        return Tolerance(absolute=delta, text=" ± %s" % delta) if type(delta) in (int, float) else None
    if "allclose" in name:
        relative, absolute = values.get("rtol", 0.0), values.get("atol", 0.0)
        if all(type(each) in (int, float) for each in (relative, absolute)):
            return Tolerance(relative, absolute, " ± %g" % absolute if absolute else " ± %g of it" % relative)
    return None
