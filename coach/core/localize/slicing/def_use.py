"""What each line of a file defines and uses, read from its text: statements by function and line, calls by position.

Nothing is run. A *scope* is a function, a lambda or the module; its *statements* are those that run in its own frame. A
compound statement has the lines of its head only (``if x:``); its body's statements stand by themselves.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
Position = tuple[int, int, int, int]
"""First line, last line, first column, last column (bytes), as the interpreter gives them for an instruction."""
Steering = ast.If | ast.While
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(eq=False, slots=True)
class Scope:
    """One function, or the module."""

    name: str
    node: ast.AST
    parent: "Scope | None" = None
    owner: str = ""
    """The class whose body holds it."""
    steps: dict[int, list[ast.stmt]] = field(default_factory=lambda: defaultdict(list))
    """Line → the statements that run there, in order."""
    handlers: dict[int, ast.ExceptHandler] = field(default_factory=dict)
    """Line → the ``except`` that stands there."""
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    """Names that it binds, its parameters among them."""
    steered: dict[ast.stmt, Steering] = field(default_factory=dict)
    """Statement → the nearest condition around it."""
    nodes: dict[Position, ast.expr] = field(default_factory=dict)
    call_ends: dict[tuple[int, int], ast.Call] = field(default_factory=dict)

    @property
    def qualified(self) -> str:
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def arguments(self) -> ast.arguments | None:
        return self.node.args if isinstance(self.node, Function | ast.Lambda) else None

    @property
    def is_method(self) -> bool:
        """Whether a call by attribute binds its first parameter."""
        if not self.owner or not isinstance(self.node, Function):
            return False
        return not any(
            isinstance(each, ast.Name) and each.id == "staticmethod" for each in self.node.decorator_list
        )

    def at(self, position: Position | None) -> ast.expr | None:
        """Return the expression that an instruction belongs to."""
        if position is None:
            return None
        first, last, start, end = position
        return self.nodes.get((first, last, start, end)) or self.call_ends.get((last, end))

    def chain(self) -> Iterator["Scope"]:
        """Yield the functions around it, nearest first."""
        each = self.parent
        while each is not None:
            yield each
            each = each.parent


class Source:
    """One file's scopes."""

    def __init__(self, path: str, text: str) -> None:
        """Read a file.

        Raises:
            SyntaxError, ValueError, RecursionError: the text is no Python that this interpreter reads.

        """
        self.path = path
        self.module = Scope("<module>", ast.parse(text))
        self.classes: dict[str, ast.ClassDef] = {}
        self._scopes: dict[tuple[int, str], list[Scope]] = defaultdict(list)
        self._by_name: dict[str, list[Scope]] = defaultdict(list)
        self._fill(self.module, self.module.node, "", None)

    def scope(self, first_line: int, name: str) -> Scope | None:
        """Return the function whose code begins at a line."""
        found = self._scopes.get((first_line, name), ())
        return found[0] if found else None

    def scopes_named(self, name: str) -> list[Scope]:
        return self._by_name.get(name, [])

    def condition(self, line: int) -> str:
        """Return a condition as it is written; empty: none stands there."""
        found = (
            each for each in ast.walk(self.module.node) if isinstance(each, Steering) and each.lineno == line
        )
        return next((ast.unparse(each.test) for each in found), "")

    def constant(self, name: str) -> ast.stmt | None:
        """Return the last statement of the module itself that binds a name."""
        return bound_in(self.module.node, name)

    def _fill(self, scope: Scope, parent: ast.AST, owner: str, steering: Steering | None) -> None:
        for child in ast.iter_child_nodes(parent):
            inner = steering
            if isinstance(child, ast.stmt):
                self._add(scope, child, steering)
                inner = child if isinstance(child, Steering) else steering
            if isinstance(child, Function):
                self._outside(scope, child, owner, steering)
                self._open(child, child.name, scope, owner)
            elif isinstance(child, ast.Lambda):
                self._open(child, "<lambda>", scope, owner)
            elif isinstance(child, ast.ClassDef):
                self.classes.setdefault(child.name, child)
                self._fill(
                    scope if scope is not self.module else Scope("<class>", child), child, child.name, None
                )
            else:
                _note(scope, child)
                self._fill(scope, child, owner if not isinstance(child, ast.expr) else "", inner)

    def _outside(self, scope: Scope, node: Function, owner: str, steering: Steering | None) -> None:
        """What a definition evaluates in the scope around it: decorators and defaults."""
        for each in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            _note(scope, each)
            self._fill(scope, each, owner, steering)

    def _open(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, parent: Scope, owner: str
    ) -> None:
        inner = Scope(name, node, parent if parent is not self.module else None, owner)
        inner.stored = {each.arg for each in _parameters(node.args)}
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        self._scopes[first, name].append(inner)
        self._by_name[name].append(inner)
        if first != node.lineno:
            self._scopes[node.lineno, name].append(inner)
        body: list[ast.stmt] = []
        if isinstance(node, ast.Lambda):
            body.append(ast.copy_location(ast.Return(node.body), node.body))
        else:
            body = node.body
        self._fill(inner, ast.Module(body, []), "", None)

    def _add(self, scope: Scope, child: ast.stmt, steering: Steering | None) -> None:
        for line in range(child.lineno, _last_line(child) + 1):
            scope.steps[line].append(child)
        if steering is not None:
            scope.steered[child] = steering
        if isinstance(child, ast.Global):
            scope.globals |= set(child.names)
        elif isinstance(child, ast.Nonlocal):
            scope.nonlocals |= set(child.names)


def _note(scope: Scope, node: ast.AST) -> None:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        scope.stored.add(node.id)
    elif isinstance(node, ast.ExceptHandler):
        scope.handlers[node.lineno] = node
        scope.stored |= {node.name} if node.name else set()
    if isinstance(node, ast.expr) and not isinstance(node, ast.Name | ast.Constant):
        last, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        scope.nodes.setdefault((node.lineno, last, node.col_offset, end), node)
        if isinstance(node, ast.Call):
            scope.call_ends[last, end] = node


def _last_line(node: ast.stmt) -> int:
    """Return the last line of a simple statement, or of the head of a compound one."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if isinstance(node, ast.Try) or (body and isinstance(node, ast.ClassDef | Function)):
        return node.lineno
    if not body:
        return node.end_lineno or node.lineno
    first = body[0]
    begin = first.pattern.lineno if isinstance(first, ast.match_case) else first.lineno
    return max(node.lineno, begin - 1) if begin > node.lineno else node.lineno


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from filter(None, (arguments.vararg, arguments.kwarg))


def bound_in(body: ast.AST, name: str) -> ast.stmt | None:
    """Return the last statement of a module or class, not of functions in it, that binds a name."""
    found: ast.stmt | None = None
    waiting: list[ast.AST] = [body]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop(0)):
            if isinstance(child, ast.stmt) and name in _binds(child):
                found = child
            if isinstance(child, ast.If | ast.Try | ast.With | ast.For | ast.While | ast.ExceptHandler):
                waiting.append(child)
    return found


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.ClassDef | Function):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(each.asname or each.name).partition(".")[0] for each in node.names}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {
        each.id
        for target in targets
        if target is not None
        for each in ast.walk(target)
        if isinstance(each, ast.Name)
    }


def is_within(node: ast.AST, inner: ast.AST) -> bool:
    return any(each is inner for each in ast.walk(node))


def is_in_body(loop: ast.For | ast.AsyncFor, statement: ast.stmt) -> bool:
    return any(each is statement for body in loop.body for each in ast.walk(body))
