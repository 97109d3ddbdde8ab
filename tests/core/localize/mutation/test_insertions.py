"""What a place may lack: each kind of one-line fix that no change of what is there can make."""

import ast

import pytest

from coach.core.localize.mutation.mutants import MAX_OF_A_LINE, Place, mutants
from tests.core.localize.mutation.test_mutants import changed

FILE = """\
LIMIT, DEPTH = 4, 9
MAX_ROWS = 4
MAX_ROW = 9


def other(items):
    sorted(items)
    items.copy()
    items.copy().strip()


def f(self, xs, ys, limit=3):
    for x in self.rows:
        if x.size > limit:
            {wrong}
    return xs
"""
TEST = "import pytest\n\ndef test_it():\n    with pytest.raises(LookupError):\n        f()\n"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("return xs", "return xs[1:]"),
        ("return xs", "return xs[:-1]"),
        ("self.rows = xs", "self.rows = xs.copy()"),
        ("return self.rows", "return self.rows.strip()"),
        ("return xs.get(x)", "return sorted(xs.get(x))"),
        ("return xs", "return not xs"),
        ("return xs", "return xs + 1"),
        ("return max(xs)", "return max(xs) if xs else xs"),
        ("return max(xs)", "return max(xs) if xs else None"),
        ("x = []", "x = [[]]"),
        ("x = None", "x = []"),
        ("x = None", "x = 0"),
        ("x = ''", "x = None"),
        ("x = {}", "x = []"),
        ("x = [1, 2]", "x = (1, 2)"),
        ("max(xs)", "return max(xs)"),
        ("x = max(xs)", "return max(xs)"),
        ("return", "return xs"),
        ("pass", "return xs"),
        ("continue", "break"),
        ("break", "continue"),
        ("raise KeyError(x)", "raise ValueError(x)"),
        ("raise KeyError(x)", "raise LookupError(x)"),
        ("x = 1 if limit is None else 2", "x = 1 if limit is None or not xs else 2"),
        ("x = 1 if limit is None else 2", "x = 1 if ys and limit is None else 2"),
        ("return x is ys", "return x == ys"),
        ("return x in ys", "return x == ys"),
        ("return xs[x]", "return xs.get(x)"),
        ("return xs.get(x)", "return xs[x]"),
        ("return range(limit)", "return range(1, limit)"),
        ("return range(x, limit)", "return range(x + 1, limit)"),
        ("return g(x, limit)", "return g(x)"),
        ("return xs[:MAX_ROW]", "return xs[:MAX_ROWS]"),
        ("return f'{x + 1} of {xs}'", "return f'{x - 1} of {xs}'"),
        ("return f'{xs} of {ys[1:]}'", "return f'{xs} of {ys[2:]}'"),
    ],
)
def test_what_is_missing_is_put_in(wrong, right):
    source = FILE.replace("{wrong}", wrong)
    line = source[: source.index(wrong + "\n    return xs\n")].count("\n") + 1
    found = mutants([Place("m.py", "f", (line,))], {"m.py": source}, test_source=TEST)
    assert ast.unparse(ast.parse(FILE.replace("{wrong}", right))) in {
        ast.unparse(ast.parse(changed(source, each))) for each in found
    }
    assert len(found) == len(set(found)) <= MAX_OF_A_LINE


def test_an_iterated_value_and_a_handler_may_be_others():
    source = "def f(xs):\n    try:\n        for x in xs: yield x\n    except KeyError: return\n"
    found = mutants([Place("m.py", "f", (3, 4))], {"m.py": source}, test_source="")
    texts = {changed(source, each).replace("(xs)[", "xs[") for each in found}
    assert any("in (xs[1:])" in each for each in texts)
    assert any("except ((KeyError, ValueError))" in each for each in texts)


def test_a_handler_may_catch_less_something_else_or_let_it_through():
    source = (
        "def f(xs):\n    try:\n        return xs[0]\n    except (KeyError, IndexError):\n        return None\n"
        "    except TypeError:\n        raise Lost(xs)\n"
    )
    found = mutants([Place("m.py", "f", (4, 5, 6))], {"m.py": source}, test_source="")
    texts = {changed(source, each) for each in found}
    for said in ("except (KeyError):", "except (IndexError):", "except (Lost):", "        raise\n"):
        assert any(said in each for each in texts), said
    assert all(ast.parse(each) for each in texts)
    assert not any("raise\n    except TypeError:\n        raise\n" in each for each in texts), (
        "it raises already"
    )


def test_a_control_of_a_fix_tries_none_of_these():
    """A wrong fix must be a change of the fix: what was put in besides may well be no change of behaviour."""
    source = FILE.replace("{wrong}", "return xs")
    kinds = {each.kind for each in mutants([Place("m.py", "f", (15,))], {"m.py": source})}
    assert not kinds & {"missing call", "slice", "guard", "missing return", "literal"}
