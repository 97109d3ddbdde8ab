"""Evaluate an expression that nobody was asked about: it looks, and neither calls, consumes nor grows what it should not.

PYTEST_DONT_REWRITE

Part of ``coach_logpoint``; standard library only, Python 3.8+. Which expressions are free is decided by coach
(``core/experiments/free_expression.py``); here only some builtins exist, in guarded form. Operators that could make huge values ask
for their operands' sizes first, iterators of the program are left alone (looking at one would use it up, and so change the
run), a key that a mapping would make up is not asked for, and a builtin that the program replaced is not called.
"""

import ast
import builtins

MOST_STEPS = 1000000
MOST_ITEMS = 100000
MOST_BITS = 100000
CALLED = frozenset(
    "abs all any ascii bin bool callable chr complex dict divmod enumerate float frozenset hash hex id int isinstance "
    "issubclass len list max min oct ord range repr reversed round set sorted str sum tuple type zip".split()
)
_REAL = {name: getattr(builtins, name) for name in CALLED}
_ITERATING = frozenset("all any dict enumerate frozenset list max min set sorted sum tuple zip".split())
_SEQUENCES = (str, bytes, bytearray, list, tuple)
_FILE = "<logpoint>"


class NotFree(Exception):
    """Looking would have an effect, or take too much."""


class Expression:
    """A compiled expression; ``names`` are those it needs of the frame."""

    def __init__(self, text):
        tree = ast.parse(text, _FILE, "eval")
        self.called = sorted({each.func.id for each in ast.walk(tree) if _is_call_of_name(each)})
        self.names = sorted({each.id for each in ast.walk(tree) if isinstance(each, ast.Name)})
        tree = ast.fix_missing_locations(_Guarded().visit(tree))
        self.code = compile(tree, _FILE, "eval")

    def value(self, frame):
        guards = _Guards()
        scope = dict(_REAL, __builtins__={})
        for name in _GUARDS:
            scope["coach_" + name] = getattr(guards, name)
        found, everywhere = frame.f_locals, frame.f_globals
        for name in self.names:
            place = found if name in found else everywhere
            if name in place and name in self.called and place[name] is not _REAL.get(name):
                raise NotFree("%s is the program's own here" % name)
            if name in place:
                scope[name] = place[name]
        for name in self.called:
            scope["coach_call_" + name] = guards.builtin(name)
        return eval(self.code, scope)


def _is_call_of_name(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


class _Guarded(ast.NodeTransformer):
    """Put the guards in: around what is iterated, looked up in a mapping, or multiplied."""

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and not node.func.id.startswith("coach_"):
            node.func = ast.Name(id="coach_call_" + node.func.id, ctx=ast.Load())
        return node

    def visit_comprehension(self, node):
        self.generic_visit(node)
        node.iter = _call("step", node.iter)
        return node

    def visit_Compare(self, node):
        self.generic_visit(node)
        pairs = zip(node.ops, node.comparators)
        node.comparators = [
            _call("whole", each) if isinstance(how, (ast.In, ast.NotIn)) else each for how, each in pairs
        ]
        return node

    def visit_Subscript(self, node):
        self.generic_visit(node)
        return _call("item", node.value, _index(node.slice)) if isinstance(node.ctx, ast.Load) else node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        guards = {ast.Mult: "mult", ast.Pow: "pow", ast.LShift: "shift", ast.Mod: "rest"}
        name = guards.get(type(node.op))
        return _call(name, node.left, node.right) if name else node


def _call(name, *args):
    return ast.Call(func=ast.Name(id="coach_" + name, ctx=ast.Load()), args=list(args), keywords=[])


def _index(node):
    """Turn what stands in brackets into a value; Python 3.8 has nodes of its own for it."""
    kind = type(node).__name__
    if kind == "Index":
        return node.value
    if isinstance(node, ast.Slice):
        nothing = ast.Constant(value=None, kind=None)
        return _call("slice", node.lower or nothing, node.upper or nothing, node.step or nothing)
    if kind in ("ExtSlice", "Tuple"):
        parts = node.dims if kind == "ExtSlice" else node.elts
        return ast.Tuple(elts=[_index(each) for each in parts], ctx=ast.Load())
    return node


_GUARDS = ("step", "whole", "item", "slice", "mult", "pow", "shift", "rest")


class _Guards:
    """The guards of one evaluation. They work on values of the program, whose own operators run as they are."""

    slice = staticmethod(slice)

    def __init__(self):
        self.steps = 0
        self.made = []

    def builtin(self, name):
        if name not in _REAL:
            raise NotFree("%s is called" % name)
        real = _REAL[name]

        def called(*args, **keywords):
            if name in _ITERATING:
                args = tuple(self.whole(each) for each in args)
            if name == "type" and len(args) != 1:
                raise NotFree("a class would be made")
            if name == "range" and len(range(*args)) > MOST_STEPS:
                raise NotFree("the range has more than %d numbers" % MOST_STEPS)
            value = real(*args, **keywords)
            if hasattr(type(value), "__next__"):
                self.made.append(value)
            return value

        return called

    def whole(self, value):
        """Return a value that may be iterated: not an iterator of the program, which would be used up."""
        if hasattr(type(value), "__next__") and not self._is_ours(value):
            raise NotFree("%s would be used up by looking" % type(value).__name__)
        return value

    def _is_ours(self, value):
        code = getattr(value, "gi_code", None) if type(value).__name__ == "generator" else None
        return (code is not None and code.co_filename == _FILE) or any(value is each for each in self.made)

    def step(self, items):
        for each in self.whole(items):
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise NotFree("more than %d steps" % MOST_STEPS)
            yield each

    def item(self, value, index):
        if isinstance(value, dict) and hasattr(type(value), "__missing__") and index not in value:
            raise KeyError(index)
        return value[index]

    def mult(self, left, right):
        for one, times in ((left, right), (right, left)):
            if isinstance(one, _SEQUENCES) and isinstance(times, int) and len(one) * times > MOST_ITEMS:
                raise NotFree("more than %d items" % MOST_ITEMS)
        if isinstance(left, int) and isinstance(right, int):
            _bounded(left.bit_length() + right.bit_length())
        return left * right

    def pow(self, left, right):
        if isinstance(left, int) and isinstance(right, int) and right > 0:
            _bounded(left.bit_length() * right)
        return left**right

    def shift(self, left, right):
        if isinstance(left, int) and isinstance(right, int):
            _bounded(left.bit_length() + right)
        return left << right

    def rest(self, left, right):
        if isinstance(left, (str, bytes, bytearray)):
            raise NotFree("formatting with % is not bounded; an f-string is")
        return left % right


def _bounded(bits):
    if bits > MOST_BITS:
        raise NotFree("more than %d binary digits" % MOST_BITS)
