"""What an assistant may have evaluated unasked: nothing that calls, assigns or awaits more than a short list."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.experiments.free_expression import BUILTINS, LONGEST, why_asked
from coach.engine.probe import coach_free

FREE = """
prices
order.lines[0].price
self.__class__.__name__
total == 5 and not items or x in (1, 2)
-a + b * 2 // 3 ** 2
[each.price for each in order.lines if each.price > 10]
{key: value for key, value in table.items_by_name}
sum(each.price for each in lines)
sorted(lines, key=lambda each: each.price, reverse=True)[:3]
max(lines, key=len, default=None)
isinstance(x, (int, str)) and type(x) is int
f"{x!r:>10} {y:.2f}"
list(enumerate(zip(a, b), start=1))
a if b else c
{*()} if 0 else {1, 2}
dict(a=1, b=len(x))
x[1:2, ::3]
""".strip().splitlines()

ASKED = {
    "__import__('os').system('x')": "it calls",
    "order.total()": "it calls order.total",
    "''.join(x)": "it calls",
    "'{0.__class__}'.format(x)": "it calls",
    "x.__class__.__subclasses__": "__subclasses__",
    "x.__class__.__mro__[1].__subclasses__()": "it calls",
    "f.__globals__": "__globals__",
    "__builtins__": "__builtins__",
    "(y := 3)": "assigns",
    "[y := 1, y ** 2]": "assigns",
    "(lambda: 1)()": "it calls",
    "lambda: x()": "makes a function",
    "eval('1')": "it calls eval",
    "open('x')": "it calls open",
    "getattr(x, 'y')": "it calls getattr",
    "print(x)": "it calls print",
    "next(it)": "it calls next",
    "map(f, x)": "it calls map",
    "sorted(x, key=f)": "it calls f",
    "sorted(x, key=x.f)": "it calls x.f",
    "max(x, key=lambda each: each.pop())": "it calls each.pop",
    "max(x, key=lambda each, n=f(): 1)": "no plain function",
    "min(x, key=lambda len: len(1))": "no plain function",
    "[len(1) for len in (f,)]": "another meaning",
    "type('X', (), {})": "makes a class",
    "dict(**x)": "unpacks",
    "dict(a=1, b=f())": "it calls f",
    "[*x]": "unpacks",
    "{**x}": "unpacks",
    "len(*x)": "unpacks",
    "str(x, errors=f)": "it passes errors",
    "f'{x():d}'": "it calls x",
    "f'{x:{y}}'": "width",
    "f'{x:9999999999d}'": "width",
    "await x": "await",
    "[y async for y in x]": "awaits",
    "(yield)": "yield",
    "x y": "no expression",
    "x; y": "no expression",
    "(" * 500: "no expression",
    "-" * 900 + "x" * (LONGEST + 1): "longer",
    "x" + "[0]" * 300 + "()": "",
}


@pytest.mark.parametrize("text", FREE)
def test_what_only_looks_is_free(text):
    expected = "unpacks" if "{*" in text else ""
    assert (expected in why_asked(text)) if expected else why_asked(text) == ""


@pytest.mark.parametrize("text", ASKED)
def test_what_could_do_more_is_asked_about(text):
    why = why_asked(text)
    assert why
    assert ASKED[text] in why


def test_the_two_lists_of_builtins_are_one():
    """Coach decides by its list, the target's interpreter offers its own."""
    assert coach_free.CALLED == BUILTINS


_NAMES = st.sampled_from(["x", "len", "sorted", "eval", "os", "__import__", "key", "sum", "type"])
_LEAVES = st.one_of(_NAMES, st.sampled_from(["1", "'a'", "None", "9**9"]))


def _joined(inner):
    """Expressions of expressions, in every form that can hide a call."""
    forms = (
        "{}.{name}", "{}[{}]", "({}, {})", "{}({})", "{name}({})", "{name}({}, key={})", "{name}({}, key=lambda {name}: {})",
        "(lambda {name}={}: {})", "[{} for {name} in {} if {}]", "({} for {name} in [{}])", "({name} := {})", "f'{{{}}}'",
        "f'{{x:{{{}}}}}'", "({} if {} else {})", "({} + {})", "{{{}: {}}}", "[*{}]", "{name}(**{})", "({} in {})", "(not {})",
    )  # fmt: skip

    def filled(form, name, parts):
        return (
            form.replace("{name}", name).format(*parts)
            if "'" not in form
            else form.format(*(p.replace("'", '"') for p in parts))
        )

    return st.builds(filled, st.sampled_from(forms), _NAMES, st.tuples(inner, inner, inner))


@settings(max_examples=60, deadline=None)
@given(st.recursive(_LEAVES, _joined, max_leaves=12))
def test_nothing_free_holds_another_call(text):
    """Whatever is written: what passes calls the short list by name, binds none of it, and makes no function but a key."""
    if why_asked(text):
        return
    tree = ast.parse(text, mode="eval")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    keys = {id(word.value) for call in calls for word in call.keywords if word.arg == "key"}
    assert all(isinstance(call.func, ast.Name) and call.func.id in BUILTINS for call in calls)
    for node in ast.walk(tree):
        assert not isinstance(node, ast.NamedExpr | ast.Await | ast.Yield | ast.Starred)
        assert not isinstance(node, ast.Lambda) or id(node) in keys
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            assert node.id not in BUILTINS
        if isinstance(node, ast.arg):
            assert node.arg not in BUILTINS
