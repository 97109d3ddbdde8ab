"""Evaluates a Python script that edits files, on its syntax tree: strings, lists, loops, reading and writing files.

Nothing is executed by the interpreter: what a node does is done here, with bounds on work and size, and any node outside of
this small language ends the evaluation as not interpretable.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from coach.core.transcripts.files.tree import Files
from coach.core.transcripts.shell.budget import Budget
from coach.core.transcripts.shell.patterns import NotInterpretable
from coach.core.transcripts.shell.python_calls import Calls
from coach.core.transcripts.shell.python_values import Function, Module, OpenFile, Raised, checked

MOST_CHARACTERS = 400_000
MOST_ROUNDS = 50_000


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class _Ended(Exception):
    """The script calls for its end."""


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class EditScript(Calls):
    """One script: ``written`` is what it leaves in files, ``opened`` what it read."""

    def __init__(self, files: Files, cwd: str, arguments: list[str], budget: Budget) -> None:
        super().__init__(files, cwd, arguments, budget)
        self._statements: dict[type[ast.stmt], Callable[[Any], None]] = {
            ast.AnnAssign: self._annotated,
            ast.Assert: self._assert,
            ast.Assign: self._assign_all,
            ast.AugAssign: self._augmented,
            ast.Break: self._break,
            ast.Continue: self._continue,
            ast.Expr: lambda node: self._evaluated(node.value),
            ast.For: self._for,
            ast.FunctionDef: self._define,
            ast.If: self._if,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.Pass: lambda _: None,
            ast.Raise: self._raise,
            ast.Return: self._return,
            ast.Try: self._try,
            ast.While: self._while,
            ast.With: self._with,
        }

    def run(self, source: str) -> None:
        """Evaluate the script; one that ends with an exception has written what came before.

        Raises:
            NotInterpretable: what it does cannot be told.

        """
        if len(source) > MOST_CHARACTERS:
            raise NotInterpretable("a script that is very long")
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return  # Python itself refuses it: nothing ran
        try:
            self._block(body)
        except (_Ended, Raised):
            pass
        except (_Break, _Continue, _Returned):
            raise NotInterpretable("a statement in a strange place") from None
        except RecursionError:
            raise NotInterpretable("a script that is deeply nested") from None
        for file in self.files_open:
            self.close(file)

    def _block(self, body: list[ast.stmt]) -> None:
        for node in body:
            if not self.budget.spend(2):
                raise NotInterpretable("more evaluation than is done for one transcript")
            handler = self._statements.get(type(node))
            if handler is None:
                raise NotInterpretable(f"the statement {type(node).__name__}")
            handler(node)

    def _evaluated(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Call) and _dotted(node.func) in {"sys.exit", "exit", "quit", "SystemExit"}:
            raise _Ended
        return self.value(node)

    def _assign_all(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        before = self.value(ast.copy_location(_as_read(node.target), node))
        self.assign(node.target, self.operate(type(node.op), before, self.value(node.value)))

    def _assert(self, node: ast.Assert) -> None:
        if not self.value(node.test):
            raise Raised

    def _raise(self, node: ast.Raise) -> None:
        if (
            node.exc is not None
            and _dotted(node.exc.func if isinstance(node.exc, ast.Call) else node.exc) == "SystemExit"
        ):
            raise _Ended
        raise Raised

    def _break(self, _: ast.Break) -> None:
        raise _Break

    def _continue(self, _: ast.Continue) -> None:
        raise _Continue

    def _return(self, node: ast.Return) -> None:
        raise _Returned(self.value(node.value) if node.value is not None else None)

    def _if(self, node: ast.If) -> None:
        self._block(node.body if self.value(node.test) else node.orelse)

    def _rounds(self, rounds: Iterator[Any], node: ast.For | ast.While) -> None:
        for number, _ in enumerate(rounds):
            if number > MOST_ROUNDS:
                raise NotInterpretable("a loop with many rounds")
            try:
                self._block(node.body)
            except _Continue:
                continue
            except _Break:
                return
        self._block(node.orelse)

    def _for(self, node: ast.For) -> None:
        def rounds() -> Iterator[None]:
            for each in self.iterated(self.value(node.iter)):
                self.assign(node.target, each)
                yield

        self._rounds(rounds(), node)

    def _while(self, node: ast.While) -> None:
        def rounds() -> Iterator[None]:
            while self.value(node.test):
                yield

        self._rounds(rounds(), node)

    def _with(self, node: ast.With) -> None:
        opened: list[OpenFile] = []
        for item in node.items:
            value = self.value(item.context_expr)
            if not isinstance(value, OpenFile):
                raise NotInterpretable("a with statement")
            opened.append(value)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        try:
            self._block(node.body)
        finally:
            for file in opened:
                self.close(file)

    def _try(self, node: ast.Try) -> None:
        try:
            self._block(node.body)
            self._block(node.orelse)
        except Raised:
            if len(node.handlers) != 1:
                raise NotInterpretable("several handlers of an exception") from None
            if node.handlers[0].name is not None:
                self.names[node.handlers[0].name] = ""
            self._block(node.handlers[0].body)
        finally:
            self._block(node.finalbody)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for each in node.names:
            name = each.asname or each.name.partition(".")[0] if not prefix else each.asname or each.name
            self.names[name] = Module(f"{prefix}{each.name}")

    def _define(self, node: ast.FunctionDef) -> None:
        plain = not (node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.decorator_list)
        if not plain or any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(node)):
            raise NotInterpretable("a function")
        self.names[node.name] = Function(node)

    def call_function(self, function: Function, given: list[Any], named: dict[str, Any]) -> Any:
        """Call a function of the script's own."""
        node = function.node
        names = [each.arg for each in node.args.args]
        if len(given) > len(names) or not set(named) <= set(names):
            raise Raised
        self.depth += 1
        if self.depth > 20:
            raise NotInterpretable("a script that is deeply nested")
        outer, defaults = self.names, node.args.defaults
        values = dict(zip(names[len(names) - len(defaults) :], map(self.value, defaults), strict=True))
        values |= dict(zip(names, given, strict=False)) | named
        if len(values) < len(names):
            raise Raised
        self.names = {**outer, **values}
        try:
            self._block(node.body)
        except _Returned as returned:
            return checked(returned.value)
        finally:
            self.names = outer
            self.depth -= 1
        return None


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


def _as_read(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    raise NotInterpretable("an assignment")
