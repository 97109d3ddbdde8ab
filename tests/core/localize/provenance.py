"""A slow reference for slices: an interpreter in which every value carries the lines it depends on.

It runs programs of the small language that ``random_programs`` writes and shares nothing with coach. Its rules, in words:

* What a statement gives a value to depends on what the value was made of, and on the statement's line.
* Reading an item or an attribute depends on the item, on what names the container, and on the key; setting one likewise.
* Arithmetic, comparisons and builtins depend on all that their operands hold.
* An item of a comprehension depends on what its own turn read, and on what names the items; its conditions do not count.
* An argument has the line of the call, a default that of its function, a result that of its ``return``.
* Conditions are told apart: of each line that counts, the nearest ``if`` or ``while`` around it in its function.
"""

import ast
import operator
from dataclasses import dataclass, field

NONE = frozenset()
WAYS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.Eq: operator.eq,
}


@dataclass(eq=False)
class Box:
    value: object
    lines: frozenset = NONE
    steered: frozenset = NONE

    def also(self, *others, line=0, by=0):
        lines = self.lines.union(*(each.lines for each in others), {line} if line else ())
        steered = self.steered.union(*(each.steered for each in others), {by} if by else ())
        return Box(self.value, lines, steered)


@dataclass(eq=False)
class Thing:
    of: str
    held: dict = field(default_factory=dict)


def whole(*boxes):
    """Return a box that depends on all that others hold."""
    found, waiting, seen = Box(None), list(boxes), set()
    while waiting:
        box = waiting.pop()
        if id(box) in seen:
            continue
        seen.add(id(box))
        found = found.also(box)
        if isinstance(box.value, list):
            waiting += box.value
        elif isinstance(box.value, dict):
            waiting += box.value.values()
        elif isinstance(box.value, Thing):
            waiting += box.value.held.values()
    return found


def plain(box):
    value = box.value
    return [plain(each) for each in value] if isinstance(value, list) else value


class Returned(Exception):
    def __init__(self, box):
        self.box = box


class Interpreter:
    def __init__(self, source):
        self.functions, self.classes = {}, {}
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
            elif isinstance(node, ast.ClassDef):
                self.classes[node.name] = {each.name: each for each in node.body}

    def behind(self, function):
        """Return the lines that the result of a function without arguments depends on, and those of the conditions."""
        result = whole(self.call(self.functions[function], {}, 0))
        return result.lines, result.steered

    def call(self, function, given, line):
        names = [each.arg for each in function.args.args]
        names_of_defaults = names[len(names) - len(function.args.defaults) :]
        scope = {}
        for name, default in zip(names_of_defaults, function.args.defaults, strict=True):
            scope[name] = self.read(default, {}).also(line=default.lineno)
        scope |= {name: box.also(line=line, by=self.by) for name, box in given.items()}
        before, self.by = self.by, 0
        try:
            self.run(function.body, scope)
        except Returned as end:
            return end.box
        finally:
            self.by = before
        return Box(None)

    by = 0

    def run(self, body, scope):
        for each in body:
            getattr(self, f"do_{type(each).__name__.lower()}")(each, scope)

    def do_assign(self, node, scope):
        self.put(node.targets[0], self.read(node.value, scope), scope, node.lineno)

    def do_augassign(self, node, scope):
        old, more = self.read(node.target, scope), self.read(node.value, scope)
        if isinstance(old.value, list):
            old.value += [each.also(more, line=node.lineno, by=self.by) for each in more.value]
            self.put(node.target, old, scope, node.lineno)
            return
        result = whole(old, more)
        result.value = WAYS[type(node.op)](old.value, more.value)
        self.put(node.target, result, scope, node.lineno)

    def put(self, target, box, scope, line):
        if isinstance(target, ast.Name):
            scope[target.id] = box.also(line=line, by=self.by)
        elif isinstance(target, ast.Tuple):
            for each, part in zip(target.elts, box.value, strict=True):
                self.put(each, part.also(box), scope, line)
        elif isinstance(target, ast.Attribute):
            base = self.read(target.value, scope)
            base.value.held[target.attr] = box.also(base, line=line, by=self.by)
        else:
            base, key = self.read(target.value, scope), self.read(target.slice, scope)
            base.value[key.value] = box.also(base, key, line=line, by=self.by)

    def do_expr(self, node, scope):
        self.read(node.value, scope)

    def do_return(self, node, scope):
        raise Returned(self.read(node.value, scope).also(line=node.lineno, by=self.by))

    def do_if(self, node, scope):
        test = self.read(node.test, scope)
        before, self.by = self.by, node.lineno
        self.run(node.body if test.value else node.orelse, scope)
        self.by = before

    def do_while(self, node, scope):
        before = self.by
        while self.read(node.test, scope).value:
            self.by = node.lineno
            self.run(node.body, scope)
            self.by = before

    def do_for(self, node, scope):
        values = self.read(node.iter, scope)
        for each in list(values.value):
            self.put(node.target, each.also(values), scope, node.lineno)
            self.run(node.body, scope)

    def read(self, node, scope):
        return getattr(self, f"read_{type(node).__name__.lower()}")(node, scope)

    def read_constant(self, node, scope):
        return Box(node.value)

    def read_unaryop(self, node, scope):
        inner = self.read(node.operand, scope)
        return Box(-inner.value).also(inner)

    def read_name(self, node, scope):
        return scope[node.id]

    def read_list(self, node, scope):
        return Box([self.read(each, scope) for each in node.elts])

    read_tuple = read_list

    def read_dict(self, node, scope):
        return Box(
            {key.value: self.read(each, scope) for key, each in zip(node.keys, node.values, strict=True)}
        )

    def read_binop(self, node, scope):
        left, right = self.read(node.left, scope), self.read(node.right, scope)
        result = whole(left, right)
        result.value = WAYS[type(node.op)](left.value, right.value)
        return result

    def read_compare(self, node, scope):
        left, right = self.read(node.left, scope), self.read(node.comparators[0], scope)
        result = whole(left, right)
        result.value = WAYS[type(node.ops[0])](left.value, right.value)
        return result

    def read_ifexp(self, node, scope):
        return self.read(node.body if self.read(node.test, scope).value else node.orelse, scope)

    def read_subscript(self, node, scope):
        base, key = self.read(node.value, scope), self.read(node.slice, scope)
        return base.value[key.value].also(base, key)

    def read_attribute(self, node, scope):
        base = self.read(node.value, scope)
        return base.value.held[node.attr].also(base)

    def read_listcomp(self, node, scope):
        [one] = node.generators
        values = self.read(one.iter, scope)
        result = []
        for each in values.value:
            inner = {**scope, one.target.id: each.also(values)}
            if all(self.read(test, inner).value for test in one.ifs):
                result.append(self.read(node.elt, inner).also(values))
        return Box(result)

    def read_call(self, node, scope):
        given = [self.read(each, scope) for each in node.args]
        named = {each.arg: self.read(each.value, scope) for each in node.keywords}
        if isinstance(node.func, ast.Attribute):
            return self.method(node, self.read(node.func.value, scope), given, scope)
        name = node.func.id
        if name in self.functions:
            function = self.functions[name]
            names = [each.arg for each in function.args.args]
            return self.call(function, dict(zip(names, given, strict=False)) | named, node.lineno)
        if name in self.classes:
            made = Box(Thing(name))
            function = self.classes[name]["__init__"]
            names = [each.arg for each in function.args.args]
            self.call(function, dict(zip(names, [made, *given], strict=False)) | named, node.lineno)
            return made
        result = whole(*given)
        if name == "range":
            return Box([Box(index).also(result) for index in range(given[0].value)])
        result.value = {"sum": sum, "len": len, "max": max}[name](plain(given[0]))
        return result

    def method(self, node, base, given, scope):
        if node.func.attr == "append":
            base.value.append(given[0].also(base, line=node.lineno, by=self.by))
            return Box(None)
        if node.func.attr == "get":
            return base.value[given[0].value].also(base, given[0])
        function = self.classes[base.value.of][node.func.attr]
        names = [each.arg for each in function.args.args]
        return self.call(function, dict(zip(names, [base, *given], strict=False)), node.lineno)
