"""What nobody was asked about, when it is evaluated: bounded, using nothing up, and calling nothing of the program's."""

import sys
from collections import defaultdict

import pytest

from coach.core.experiments.free_expression import why_asked
from coach.engine.probe.coach_free import Expression, NotFree


class Order:
    def __init__(self, lines):
        self.lines = lines

    def __len__(self):
        return 7


def frame_of(**values):
    """A frame that has these names, as a running function has its own."""
    made = {}
    exec(f"def running({', '.join(values)}):\n    import sys\n    return sys._getframe()", made)
    return made["running"](**values)


def value(expression, **values):
    assert why_asked(expression) == ""
    return Expression(expression).value(frame_of(**values))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("len(order) + sum(order.lines)", 13),
        ("sorted(order.lines, key=lambda each: -each)", [3, 2, 1]),
        ("[a * b for a, b in zip(order.lines, order.lines[1:]) if a in (1, 2)]", [2, 6]),
        ("list(enumerate(order.lines, start=1))[0]", (1, 1)),
        ("type(order).__name__, isinstance(order, (int, list)), type(1) is int", ("Order", False, True)),
        ("f'{order.lines[0]:>3}|{counts!r:.4}'", "  1|defa"),
        ("max(counts, key=len, default=None)", "ab"),
        ("counts['ab'] == 5 and 'x' not in counts and order.lines[::2]", [1, 3]),
        ("sum(each for each in range(1000))", 499500),
        ("all(each > 0 for each in order.lines) and 2**10 % 7 << 3", 16),
        ("{key: len(key) for key in counts}", {"ab": 2}),
    ],
)
def test_looking_says_what_is_there(expression, expected):
    counts = defaultdict(list, ab=5)
    assert value(expression, order=Order([1, 2, 3]), counts=counts) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "9**9**9",
        "'a' * 10**10",
        "numbers * 10**9",
        "[0] * 100000 * 100000",
        "1 << 10**10",
        "(2**60000) * (2**60000)",
        "list(range(10**10))",
        "sum(1 for a in range(2000) for b in range(2000))",
        "'%9999999999d' % 1",
    ],
)
def test_nothing_grows_beyond_bounds(expression):
    with pytest.raises(NotFree):
        value(expression, numbers=[1, 2])


@pytest.mark.parametrize(
    "expression",
    [
        "list(stream)",
        "1 in stream",
        "[each for each in stream]",
        "sum(stream)",
        "sorted(stream)",
        "dict(zip(stream, stream))",
    ],
)
def test_an_iterator_of_the_program_is_not_used_up(expression):
    stream = iter([1, 2, 3])
    with pytest.raises(NotFree, match="used up"):
        value(expression, stream=stream)
    assert next(stream) == 1
    assert "list_iterator" in value("repr(stream)", stream=stream)


def test_a_key_that_a_mapping_would_make_is_not_made():
    counts = defaultdict(int, here=1)
    with pytest.raises(KeyError):
        value("counts['there']", counts=counts)
    assert dict(counts) == {"here": 1}


def test_what_the_program_put_in_place_of_a_builtin_is_not_called():
    called = []
    with pytest.raises(NotFree, match="the program's own"):
        value("len(x)", len=called.append, x=1)
    assert called == []


@pytest.mark.parametrize("expression", ["__import__('os').getpid()", "open('x')", "f()", "breakpoint()"])
def test_without_its_judge_it_still_calls_nothing_else(expression):
    """Should an expression get past coach's decision, only the short list of builtins is there."""
    called = []
    with pytest.raises((NameError, NotFree)):
        Expression(expression).value(frame_of(f=lambda: called.append(1), sys=sys))
    assert called == []
