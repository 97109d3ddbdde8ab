"""Mutants that nobody can notice do not count; everything that could be another answer stays."""

import pytest

from coach.core.localize.mutation.equivalents import informative
from coach.core.localize.mutation.mutants import Place, mutants


def left(source, line, function="f"):
    """Return what of the mutants of a line counts, as it would stand there."""
    made = mutants([Place("m.py", function, (line,))], {"m.py": source}, 100)
    assert made, "nothing to try"
    kept = informative(made, {"m.py": source})
    return {each.after for each in kept if not each.is_told}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(x):\n    print(x + 1)\n    return x\n", 2),
        ("def f(x):\n    log.debug('got', x + 1)\n    return x\n", 2),
        ("def f(x):\n    self.logger.info(x + 1)\n    return x\n", 2),
        ("def f(x):\n    return x\n    x = x + 1\n", 3),
        ("def f(x):\n    raise ValueError\n    return x + 1\n", 3),
        ("if TYPE_CHECKING:\n    def f(x):\n        return x + 1\n", 3),
        ("class A:\n    def __repr__(self):\n        return f'<{self.x}>' + 'a'\n", 3),
        ("def f(x):\n    y: int = x\n    z: 1 + 1\n    return y\n", 3),
    ],
    ids=["print", "log", "own logger", "after return", "after raise", "type checking", "repr", "annotation"],
)
def test_what_nobody_notices_is_no_reason(source, line):
    function = "A.__repr__" if "__repr__" in source else "f"
    assert left(source, line, function) == set()


def test_equal_code_is_no_other_fix():
    assert "min(b, a)" not in left("def f(a, b):\n    return min(a, b)\n", 2)
    assert "b + a" not in left("def f(a, b):\n    return a + b\n", 2)
    assert left("def f(a):\n    if False:\n        a = a + 1\n    return a\n", 3) == set()


def test_whether_a_bound_is_the_same_cannot_be_known():
    found = left("def f(x):\n    return x < 1\n", 2)
    assert "x <= 1" in found
    assert "b - a" in left("def f(a, b):\n    return a - b\n", 2)
    assert left("def f(x):\n    return print_all(x + 1)\n", 2)
