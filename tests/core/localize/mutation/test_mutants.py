"""Mutants are small, valid, keep every other line where it was, and undo the defects they are meant for."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.localize.mutation.mutants import Place, mutants

HEADER = "def f(items, a, b, limit=3):\n"


def changed(source, mutant):
    lines = source.split("\n")
    before = lines[mutant.start[0] - 1].encode()[: mutant.start[1]].decode()
    after = lines[mutant.end[0] - 1].encode()[mutant.end[1] :].decode()
    return "\n".join([*lines[: mutant.start[0] - 1], before + mutant.text + after, *lines[mutant.end[0] :]])


def made(source, name="f"):
    lines = tuple(range(1, source.count("\n") + 2))
    return mutants([Place("m.py", name, lines)], {"m.py": source})


def texts(body):
    source = HEADER + "".join(f"    {line}\n" for line in body.split("\n"))
    return {ast.unparse(ast.parse(changed(source, each))) for each in made(source)}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("return a < b", "return a <= b"),
        ("return a == b", "return a != b"),
        ("return a is None", "return a is not None"),
        ("return items[a:b]", "return items[a:b + 1]"),
        ("return range(a)", "return range(a + 1)"),
        ("return items[a]", "return items[a - 1]"),
        ("return a + 2", "return a + 1"),
        ("return a + 1", "return a + 2"),
        ("return a - b", "return b - a"),
        ("return a - b", "return a + b"),
        ("return max(a, b)", "return min(a, b)"),
        ("return g(a, b)", "return g(b, a)"),
        ("return g(b)", "return g(a)"),
        ("if a:\n    return b", "if not a:\n    return b"),
        ("while a:\n    return b", "while False:\n    return b"),
        ("return a and b", "return a or b"),
        ("a += b\nreturn a", "a -= b\nreturn a"),
        ("items.sort()\nreturn items", "pass\nreturn items"),
        ("return a", "return None"),
        ("return [x for x in items if x]", "return [x for x in items]"),
        ("return int(a)", "return int(a // 1)"),
        ("return items[::-1]", "return items[::-1]"),
        ("return not a", "return a"),
        ("return a if b else 0", "return 0 if b else a"),
        ("return a // b", "return a / b"),
    ],
)
def test_an_operator_undoes_its_defect(wrong, right):
    goal = ast.unparse(ast.parse(HEADER + "".join(f"    {line}\n" for line in right.split("\n"))))
    if wrong == right:
        assert texts(wrong)
    else:
        assert goal in texts(wrong)


@given(
    st.sampled_from(
        [
            "a < b",
            "(a +\n        b)",
            "g(a,\n        b)",
            "items[\n        a:b]",
            "'é' + a",
            "a if b else\\\n        0",
        ]
    )
)
def test_other_lines_keep_their_numbers(expression):
    source = f"{HEADER}    x = {expression}\n    return marker\n\n\ndef last(): return 1\n"
    wanted = source.split("\n").index("def last(): return 1")
    for each in made(source):
        tree = ast.parse(changed(source, each))
        assert tree.body[-1].lineno == wanted + 1


SHOP = """\
def price(item, rate=1):
    return item * rate


def prize(item, rate=1):
    return item


class Cart:
    def total(self, rate):
        kinds = {"sum": 12, "su": 3}
        try:
            found = WRONG
        except KeyError:
            found = 0
        self.items, self.totals = found, kinds
        return self.items, price(self.items, rate=2)
"""


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("self.totals", "self.items"),
        ("prize(rate)", "price(rate)"),
        ("price(self)", "price(self, rate=rate)"),
        ("price(self)", "price(self, rate=2)"),
        ("price(self, rate=rate)", "price(self)"),
        ("'su'", "'sum'"),
        ("'coupo'", "'coupon'"),
        ("3", "12"),
        ("(self, rate)", "(rate, self)"),
        ("1 if rate else kinds", "kinds"),
        ("isinstance(rate, int)", "True"),
        ("(yield kinds)", "(yield from kinds)"),
    ],
)
def test_guesses_come_from_the_file_and_the_test(wrong, right):
    source = SHOP.replace("WRONG", wrong)
    place = Place("m.py", "Cart.total", tuple(range(1, 18)))
    test = "def test_total(): assert Cart().total(1) == 'coupon'"
    goal = ast.unparse(ast.parse(SHOP.replace("WRONG", right)))
    found = mutants([place], {"m.py": source}, test_source=test)
    assert goal in {ast.unparse(ast.parse(changed(source, each))) for each in found}
    assert all(ast.parse(changed(source, each)) for each in found)
    assert len(found) == len(set(found))


def test_an_assignment_may_have_meant_to_add_and_a_handler_to_catch_more():
    place = Place("m.py", "Cart.total", tuple(range(1, 18)))
    source = SHOP.replace("WRONG", "rate")
    found = {changed(source, each) for each in mutants([place], {"m.py": source}, test_source="")}
    assert any("found += " in each for each in found)
    assert any("except (Exception):" in each for each in found)


def test_unpacked_arguments_stay_in_their_call():
    source = "def f(a, b):\n    return zip(*a), zip(*b, strict=True)\n"
    found = mutants([Place("m.py", "f", (2,))], {"m.py": source}, test_source="")
    assert all(ast.parse(changed(source, each)) for each in found)


@pytest.mark.parametrize("test_source", [None, ""])
def test_a_formatted_text_is_replaced_as_a_whole(test_source):
    """Older interpreters do not say where the expressions in it stand."""
    source = "def f(a):\n    return f'{a + 1} of {a}'\n"
    found = mutants([Place("m.py", "f", (2,))], {"m.py": source}, test_source=test_source)
    assert {each.start for each in found} <= {(2, 4), (2, 11)}
    assert ({each.kind for each in found} == {"returned value"}) == (test_source is None)


def test_only_bodies_of_the_named_function_change():
    source = "LIMIT = 1 + 2\n\n\ndef f(a=1 + 2):\n    return a\n\n\ndef g():\n    return 1 + 2\n"
    assert {each.line for each in made(source)} == {5}


def test_the_best_lines_come_first():
    source = "def f(a):\n    b = a + 1\n    return b - 2\n\n\ndef g(a):\n    return a * 3\n"
    found = mutants([Place("m.py", "f", (2, 3)), Place("m.py", "g", (7,))], {"m.py": source})
    lines = list(dict.fromkeys(each.line for each in found))
    assert lines == [2, 3, 7]


def test_what_only_silences_is_marked():
    source = "def f(a):\n    if a < 0:\n        raise ValueError(a)\n    check(a)\n    return a\n"
    silent = {(each.line, each.after) for each in made(source) if each.silences}
    assert {(2, "False"), (3, "pass"), (4, "pass")} <= silent
    assert not any(line == 5 for line, _ in silent)


def test_a_file_that_cannot_be_parsed_gives_none():
    assert mutants([Place("m.py", "f", (1,))], {"m.py": "def f(:"}) == ()


def test_splitting_from_the_other_end_is_a_change_only_with_a_limit():
    assert not any("rsplit" in each for each in texts("return a.split()\nreturn a.split(b)"))
    assert any("rsplit" in each for each in texts("return a.split(b, 1)"))
    assert any("rsplit" in each for each in texts("return a.split(b, maxsplit=1)"))


CROWD = "".join(
    f"def f{n}(a, b):\n    c = a + b\n    d = a * c\n    e = d - b\n    return e < a\n\n\n" for n in range(12)
)


def crowd(*promises):
    places = [
        Place("m.py", f"f{n}", tuple(range(7 * n + 2, 7 * n + 6)), promise)
        for n, promise in enumerate(promises)
    ]
    return mutants(places, {"m.py": CROWD}, test_source="")


def test_places_that_are_as_likely_share_the_first_mutants():
    first = crowd(*[0.08] * 12)[:72]
    assert {each.function for each in first} == {f"f{n}" for n in range(12)}


def test_a_likely_place_has_more_of_the_first_mutants_and_an_unlikely_one_has_some():
    found = crowd(0.1, 0.8, *[0.01] * 10)
    assert found[0].function == "f1"
    first = [each.function for each in found[:200]]
    assert first.count("f1") > first.count("f0") > 0
    assert {each.function for each in found} == {f"f{n}" for n in range(12)}
    assert [each.promise for each in found] == sorted((each.promise for each in found), reverse=True)
