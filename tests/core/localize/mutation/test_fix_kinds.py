"""What real fixes of one line do: each kind that is taken from the file undoes its defect, and what it needs is known where it stands."""

import ast

import pytest

from coach.core.localize.mutation.likelihood import LIKELY
from coach.core.localize.mutation.mutants import MAX_OF_A_LINE, Place, mutants
from tests.core.localize.mutation.test_mutants import changed

FILE = """\
import texts
from marks import Markup


class ParseError(ValueError):
    pass


class Odd(KeyError):
    pass


def is_blank(value):
    return not value


def other(value, level, hidden):
    texts.to_string(value)
    Markup(level)
    if isinstance(value, Odd) and hidden.flag:
        return value.root.options or 1
    return level * 4


class Box:
    def show(self, value):
        if self.depth > 1:
            return self.tab * self.level
        return call(value, self.tab)

    def f(self, value, index, index_errors, tail, kind=UNSET):
{wrong}
        return value
"""
TEST = "def test_it():\n    assert f()\n"


def tried(wrong, died_of=""):
    lines = [f"        {line}" for line in wrong.split("\n")]
    source = FILE.replace("{wrong}", "\n".join(lines))
    first = source.split("\n").index(lines[0]) + 1
    place = Place("m.py", "Box.f", tuple(range(first, first + len(lines))))
    found = mutants([place], {"m.py": source}, test_source=TEST, died_of=died_of)
    return found, {_meant(changed(source, each)) for each in found}, source


def _meant(source):
    return ast.unparse(ast.parse(source))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        # conditions
        ("if value: return 1", "if value and not isinstance(value, Odd): return 1"),
        ("if value: return 1", "if value and isinstance(value, str): return 1"),
        ("if value == 2: return 1", "if value == 2 and not is_blank(value): return 1"),
        ("if value == 2: return 1", "if value == 2 and self.depth > 1: return 1"),
        ("return value == 2", "return value == 2 and (not is_blank(value))"),
        ("if value.size: return 1", "if value is not None and value.size: return 1"),
        ("if value.size: return 1", "if value.size and index is not None: return 1"),
        ("if value and index: return 1", "if value and index and tail is not None: return 1"),
        ("if not value: return 1", "if value is False: return 1"),
        ("if index[0] and tail: return 1", "if index and index[0] and tail: return 1"),
        ("return call(at=index)", "return call(at=index if index_errors else None)"),
        ("return value or tail", "return value if value is not None else tail"),
        ("return value if value is not None else tail", "return value or tail"),
        ("if type(value) == int: return 1", "if isinstance(value, int): return 1"),
        ("if isinstance(value, int): return 1", "if isinstance(value, (int, Odd)): return 1"),
        # calls around
        ("return value", "return texts.to_string(value)"),
        ("return tail, index", "return Markup(tail), index"),
        ("return 'x %s' % value", "return 'x %s' % texts.to_string(value)"),
        ("return 'x' + value", "return 'x' + texts.to_string(value)"),
        ("return '{}'.format(value)", "return '{}'.format(texts.to_string(value))"),
        ("return f'a {value}'", "return f'a {texts.to_string(value)}'"),
        ("return tail if index else value", "return tail if index else texts.to_string(value)"),
        ("tail = value.items()", "tail = sorted(value.items())"),
        ("tail = zip(value, index)", "tail = list(zip(value, index))"),
        ("return [x for x in value]", "return sorted([x for x in value])"),
        ("return [value]", "return list(value)"),
        ("return call(value.keys)", "return call(value.keys())"),
        ("return value.name", "return getattr(value, 'name', None)"),
        # arguments
        ("return call(value)", "return call(value, self.tab)"),
        ("return value.call(index)", "return value.call(index, tail)"),
        ("return value.call(index)", "return value.call(index, tail=tail)"),
        ("return value.call(self, index)", "return value.call(index)"),
        ("return value.pop(index)", "return value.pop(index, None)"),
        ("return getattr(value, tail)", "return getattr(value, tail, None)"),
        ("return next(value)", "return next(value, None)"),
        ("return value.split(tail)", "return value.split(tail, 1)"),
        ("return call(value)", "return call(*value)"),
        ("return call(*value)", "return call(value)"),
        ("return dict(value)", "return type(value)(value)"),
        ("return Box(value)", "return self.__class__(value)"),
        ("return value, index, tail", "return value, tail, index"),
        # what siblings have, and other groups
        ("return self.tab", "return self.tab * self.level"),
        ("return index.options", "return value.root.options"),
        ("return value.root.options", "return value.options"),
        ("return '%s' % value or tail", "return '%s' % (value or tail)"),
        ("return value + tail if index else 1", "return value + (tail if index else 1)"),
        ("return value or index and tail", "return (value or index) and tail"),
        ("return not (value and index)", "return not value and index"),
        ("return value + index * 2", "return (value + index) * 2"),
        (
            "return value.replace('a', 'b').replace('b', 'c')",
            "return value.replace('b', 'c').replace('a', 'b')",
        ),
        ("return value[0]", "return value[:1]"),
        ("return value[-1]", "return value[-1:]"),
        # statements
        ("value += tail", "value.append(tail)"),
        ("value[0] = tail", "value.append(tail)"),
        ("try: pass\nexcept KeyError: pass", "try: pass\nexcept (KeyError, OverflowError): pass"),
        (
            "try: pass\nexcept (KeyError, ValueError): pass",
            "try: pass\nexcept (KeyError, ValueError, TypeError): pass",
        ),
    ],
)
def test_a_kind_of_fix_undoes_its_defect(wrong, right):
    found, made, _ = tried(wrong)
    lines = "\n".join(f"        {line}" for line in right.split("\n"))
    assert _meant(FILE.replace("{wrong}", lines)) in made
    assert {each.kind for each in found} <= set(LIKELY)


def test_what_the_failing_test_died_of_is_caught_first():
    for died_of in ("UnicodeDecodeError", "ZeroDivisionError"):
        found, _, _ = tried("try: pass\nexcept KeyError: pass", died_of)
        caught = [each.after for each in found if each.kind == "exception" and "KeyError" in each.before]
        assert caught[0] == f"(KeyError, {died_of})"
    found, _, _ = tried("try: pass\nexcept KeyError: pass", "KeyError")
    assert not any("(KeyError, KeyError)" in each.after for each in found)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("class Late(ValueError): pass", "class Late(ParseError): pass"),
        ("def f(a, b):\n    return a", "def f(a, b=None):\n    return a"),
        ("def f(a, b: int, c=UNSET):\n    return a", "def f(a, b: int=UNSET, c=UNSET):\n    return a"),
        ("def f(a, b=False):\n    return a", "def f(a, b=None):\n    return a"),
        (
            "class Late:\n    __call__ = __getitem__ = failed",
            "class Late:\n    __contains__ = __call__ = __getitem__ = failed",
        ),
    ],
)
def test_a_kind_of_fix_undoes_its_defect_at_import(wrong, right):
    head = "class ParseError(ValueError):\n    pass\n\n\n"
    source = f"{head}{wrong}\n"
    found = mutants([Place("m.py", "", (5, 6))], {"m.py": source}, test_source="")
    assert _meant(f"{head}{right}\n") in {_meant(changed(source, each)) for each in found}


def test_what_is_borrowed_needs_no_name_that_is_not_bound_there():
    """``hidden.flag`` is asked in a function that binds ``hidden``; here nothing is called so."""
    for wrong in ("if value: return 1", "return self.tab", "return call(value)", "return value.options"):
        found, _, _ = tried(wrong)
        assert found
        assert not any("hidden" in each.after for each in found)


def test_a_line_has_no_change_twice_and_no_more_than_its_share():
    line = (
        "return call(value, index, self.tab, [tail, value], {1: index}) or value.items() and index + tail * 2"
    )
    found, _, source = tried(line)
    assert len(found) == MAX_OF_A_LINE
    assert len({(each.start, each.end, each.text) for each in found}) == len(found)
    for each in found:
        ast.parse(changed(source, each), feature_version=(3, 8))
