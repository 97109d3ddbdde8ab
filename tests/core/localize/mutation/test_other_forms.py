"""Each kind of one-line fix in the table of other forms undoes its defect; the likelier kinds come before the others."""

import ast

import pytest

from coach.core.localize.mutation.likelihood import LIKELY, prior, weights
from coach.core.localize.mutation.mutants import Mutant, Place, mutants
from coach.core.localize.mutation.results import Flip, best_first
from tests.core.localize.mutation.test_mutants import changed

FILE = """\
class Box:
    @property
    def high(self):
        return self.low + self.limit

    def f(self, other, xs, seen_xs, low):
        {wrong}
        return xs
"""


def tried(wrong):
    source = FILE.replace("{wrong}", wrong)
    found = mutants([Place("m.py", "Box.f", (7,))], {"m.py": source}, test_source="")
    return found, [ast.unparse(ast.parse(changed(source, each))) for each in found]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("if xs: return 1", "if xs is not None: return 1"),
        ("if not xs: return 1", "if xs is None: return 1"),
        ("if xs is None: return 1", "if not xs: return 1"),
        ("if low and xs is not None: return 1", "if low and xs: return 1"),
        ("if low and not xs.get(low): return 1", "if low and xs.get(low) is None: return 1"),
        ("if xs: return 1", "if xs or seen_xs: return 1"),
        ("return xs[1:]", "return xs[:-1]"),
        ("return xs[:-1]", "return xs[1:]"),
        ("return xs[low:]", "return xs[:low]"),
        ("return xs[::-1]", "return xs[:]"),
        ("return xs[-1]", "return xs[0]"),
        ("return low", "return -low"),
        ("return xs, low", "return xs, -low"),
        ("return low", "return self.low"),
        ("return self.low", "return low"),
        ("return other.low", "return self.low"),
        ("return self.low", "return other.low"),
        ("return self.low", "return self.high"),
        ("return low", "return low - self.limit"),
        ("return low", "return low + xs"),
        ("return low", "return low or []"),
        ("return xs.get(low)", "return xs.get(low, 0)"),
        ("f(low, xs)", "xs = f(low, xs)"),
        ("xs.strip()", "xs = xs.strip()"),
        ("xs[low] = seen_xs[0]", "xs[low] = max(xs[low], seen_xs[0])"),
        ("return xs.rstrip()", "return xs.strip()"),
        ("return xs.match(low)", "return xs.fullmatch(low)"),
        ("return xs.keys()", "return xs.items()"),
        ("return sorted(xs)", "return sorted(xs, reverse=True)"),
        ("return isinstance(xs, list)", "return isinstance(xs, (list, tuple))"),
        ("return 'no %s' % xs", "return 'no %s' % (xs,)"),
        ("return 'ab '.join(xs)", "return 'ab'.join(xs)"),
        ("return range(low, xs)", "return range(xs)"),
        ("return xs // low", "return int(xs // low)"),
        ("return shorten(xs, 1)", "return shorten(xs, low)"),
        ("return xs.find(None)", "return xs.find(other)"),
        ("return list(map(len, seen_xs))", "return list(map(low, seen_xs))"),
        ("if seen: return 1", "if seen_xs: return 1"),
        ("return self.limit", "return other"),
        ("return Box.high(low)", "return other.high(low)"),
        ("return f(*seen_xs)", "return f(*xs)"),
    ],
)
def test_another_form_undoes_its_defect(wrong, right):
    found, texts = tried(wrong)
    if "int(" in right:  # what the file calls elsewhere
        source = FILE.replace("{wrong}", wrong) + "\n\ndef g(x):\n    return int(x)\n"
        found = mutants([Place("m.py", "Box.f", (7,))], {"m.py": source}, test_source="")
        assert "int(xs // low)" in {each.after for each in found}
        return
    assert ast.unparse(ast.parse(FILE.replace("{wrong}", right))) in texts


def test_a_predicate_is_never_asked_whether_it_is_none():
    found, _ = tried("if isinstance(xs, list): return 1")
    assert not any("None" in each.after for each in found if each.kind == "truth")


def test_nothing_is_compared_with_itself():
    found, texts = tried("return self.low == other.low and low - xs")
    assert "self.limit" in {each.after for each in found}
    assert not any("self.low == self.low" in each or "low - low" in each for each in texts)


def test_what_an_assert_asks_is_marked_as_silencing():
    found, _ = tried("assert low == 3")
    assert found
    assert all(each.silences for each in found)


def test_every_kind_has_its_turn_and_the_likelier_come_first():
    found, _ = tried("if low < len(xs): return other.low[low]")
    kinds = [each.kind for each in found]
    assert len(set(kinds[:12])) >= 5
    assert kinds.index("comparison") < kinds.index("missing operand")
    assert [each.promise for each in found] == sorted((each.promise for each in found), reverse=True)
    assert set(kinds) <= set(LIKELY)


def test_the_second_change_of_an_expression_is_worth_less_than_the_first_and_than_that_of_another_one():
    made = [_mutant("name", "a"), _mutant("name", "b")]
    (first, second), (other,) = weights([made, [_mutant("name", "c")]])
    assert first > other > second
    assert prior(_mutant("condition", "True")) < prior(_mutant("condition", "not a"))


def _mutant(kind, after):
    return Mutant("m.py", "f", 1, kind, "x", after, (1, 0), (1, 1), after)


def _flip(line, **fields):
    return Flip(path="m.py", function="f", line=line, kind="name", before="x", after="y", **fields)


def test_the_line_with_more_clean_flips_comes_first_and_one_that_is_only_forced_last():
    forced = _flip(2, neighbours=3, green=3).model_copy(update={"kind": "condition", "after": "True"})
    alone, few = _flip(3), _flip(7, neighbours=1, green=1)
    one = _flip(4, neighbours=3, green=3)
    two = [_flip(5, neighbours=3, green=3), _flip(5, neighbours=3, green=3)]
    broken = _flip(6, neighbours=3, green=2)
    ordered = best_first((broken, forced, alone, few, few, one, *two))
    assert [each.line for each in ordered] == [5, 5, 4, 7, 7, 3, 2, 6]


def test_a_flip_that_mends_the_other_red_tests_comes_before_more_flips_that_do_not():
    right = _flip(7, neighbours=2, green=2, siblings=3, mended=3)
    wrong = [_flip(8, neighbours=9, green=9, siblings=3, mended=1) for _ in range(4)]
    assert best_first((*wrong, right))[0].line == 7
