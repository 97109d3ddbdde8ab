"""Other arguments for a call: one that was forgotten or is too many, a default for what may be missing, another type that is made.

Arguments too few or too many are among the simplest defects of Python projects (Kamienski et al., MSR 2021). Only tried to
find a place, as in ``insertions``.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from coach.core.localize.mutation.habits import Habits
from coach.core.localize.mutation.operators import Change, name_of, replaced

MAX_NAMES = 2
MAX_TYPES = 3
_MADE = frozenset({"dict", "list", "set", "tuple", "frozenset", "str", "bytes"})
_CLOSED = frozenset(
    {"len", "isinstance", "str", "int", "float", "bool", "hasattr", "type", "repr", "list", "tuple", "iter"}
)
"""Functions that take no more than they are given."""
_WITH_DEFAULT = {("pop", 1): "None", ("getattr", 2): "None", ("next", 1): "None", ("get", 1): "{}"}
_WITH_LIMIT = frozenset({"split", "rsplit"})
_NONE: Counter[str] = Counter()


def other_arguments(
    node: ast.expr, least_read: Sequence[str], classes: Sequence[str], habits: Habits
) -> Iterator[Change]:
    """Yield what a call may be replaced by.

    Args:
        node: the expression.
        least_read: what the function binds, those first that it reads least.
        classes: classes of the file.
        habits: what the file does elsewhere.

    """
    if not isinstance(node, ast.Call):
        return
    name = name_of(node.func)
    yield from _defaults(node, name)
    yield from _spread(node)
    yield from _types(node, name, classes, habits)
    if name not in _CLOSED:
        yield from _added(node, name, least_read, habits)
    if len(node.args) > 1:
        yield "arguments", replaced(node, args=node.args[1:])


def _defaults(node: ast.Call, name: str) -> Iterator[Change]:
    value = _WITH_DEFAULT.get((name, len(node.args)))
    if value and not node.keywords:
        yield "missing default", replaced(node, args=[*node.args, ast.parse(value, mode="eval").body])
    if name in _WITH_LIMIT and len(node.args) == 1 and not node.keywords:
        yield "argument added", replaced(node, args=[*node.args, ast.Constant(1)])


def _spread(node: ast.Call) -> Iterator[Change]:
    match node.args:
        case [*_, ast.Starred(value=value)]:
            yield "spread", replaced(node, args=[*node.args[:-1], value])
        case [ast.Name() | ast.Attribute() | ast.Call() | ast.Subscript() as one] if not node.keywords:
            yield "spread", replaced(node, args=[ast.Starred(one, ast.Load())])
        case _:
            return


def _added(node: ast.Call, name: str, least_read: Sequence[str], habits: Habits) -> Iterator[Change]:
    """One argument more, as another call of the same name has it, or a local name that is hardly read."""
    if node.args and isinstance(node.args[-1], ast.Starred):
        return
    parts = [*node.args, *(each.value for each in node.keywords)]
    used = {each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)}
    known = [each for each, _ in habits.calls.get(f"{name} {len(node.args)}", _NONE).most_common()]
    for each in islice(habits.fitting(known, least_read), MAX_NAMES):
        yield "argument added", replaced(node, args=[*node.args, each])
    given = {each.arg for each in node.keywords}
    for local in islice((each for each in least_read if each not in used), MAX_NAMES):
        value = ast.Name(local, ast.Load())
        yield "argument added", replaced(node, args=[*node.args, value])
        if not given & {None, local}:
            yield "keyword", replaced(node, keywords=[*node.keywords, ast.keyword(local, value)])


def _types(node: ast.Call, name: str, classes: Sequence[str], habits: Habits) -> Iterator[Change]:
    match node:
        case ast.Call(func=ast.Name(id="isinstance"), args=[subject, kind]):
            own = ast.unparse(kind)
            kinds = [each for each, _ in habits.types.most_common(MAX_TYPES + 1) if each != own][:MAX_TYPES]
            for other in (ast.parse(each, mode="eval").body for each in kinds):
                yield (
                    "type",
                    replaced(node, args=[subject, ast.Tuple([*_each(kind), *_each(other)], ast.Load())]),
                )
                yield "type", replaced(node, args=[subject, other])
        case ast.Call(func=ast.Name()) if name in classes:
            yield (
                "made type",
                replaced(node, func=ast.Attribute(ast.Name("self", ast.Load()), "__class__", ast.Load())),
            )
            yield "made type", replaced(node, func=_type_of("self"))
        case ast.Call(func=ast.Name(), args=[value]) if name in _MADE:
            near = islice(dict.fromkeys(_loaded(value)), MAX_NAMES)
            yield from (("made type", replaced(node, func=_type_of(each))) for each in near)
        case _:
            return


def lacking_attribute(node: ast.expr, role: str | None) -> Iterator[Change]:
    """Yield an attribute that may be missing, and one that was to be called."""
    if role not in {"returned", "assigned", "argument", "element", "iterated"}:
        return
    if isinstance(node, ast.Attribute) and not node.attr.isupper():
        asked = [node.value, ast.Constant(node.attr), ast.Constant(None)]
        yield "missing attribute", ast.Call(ast.Name("getattr", ast.Load()), asked, [])
        yield "missing attribute", ast.Call(node, [], [])


def parameter_defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, str]]:
    """Yield the last parameter without a default, with one: such as others of the function have, or none at all."""
    without = [*arguments.posonlyargs, *arguments.args]
    without = without[: len(without) - len(arguments.defaults)]
    if not without or without[-1].arg in {"self", "cls"}:
        return
    last = without[-1]
    known = (ast.unparse(each) for each in arguments.defaults if isinstance(each, ast.Constant | ast.Name))
    for value in islice(dict.fromkeys(("None", "False", *known)), MAX_TYPES):
        yield last, f"{ast.unparse(last)}={value}"


def _loaded(node: ast.expr) -> Iterator[str]:
    """Yield the names that are read and not bound within."""
    bound = {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id not in bound and not each.id.isupper():
            yield each.id


def _each(kind: ast.expr) -> list[ast.expr]:
    return kind.elts if isinstance(kind, ast.Tuple) else [kind]


def _type_of(name: str) -> ast.expr:
    return ast.Call(ast.Name("type", ast.Load()), [ast.Name(name, ast.Load())], [])
