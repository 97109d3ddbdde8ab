"""What kind of change an edit is, from the syntax trees before and after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.loops.analysis.edit_kind import nature_of
from coach.core.loops.analysis.syntax import added, edited, touched
from coach.core.loops.attempt import SourcePair

BEFORE = '''\
"""A cart."""
import logging

log = logging.getLogger(__name__)
TAX = 0.2


class Cart:
    """Holds lines."""

    def total(self):
        result = 0
        for line in self.lines:
            result += line.price
        return result
'''

EDITS = {
    "cosmetic": [
        ("a comment", "        result = 0\n", "        # start\n        result = 0\n"),
        ("blank lines", "TAX = 0.2\n", "TAX = 0.2\n\n\n"),
        ("quotes and parentheses", "        return result\n", "        return (result)\n"),
        ("a docstring", '"""Holds lines."""', '"""Holds the lines of a cart."""'),
        ("hints", "    def total(self):", "    def total(self: 'Cart') -> float:"),
        ("a hint inside", "        result = 0\n", "        result: float = 0\n"),
        ("a docstring gone", '    """Holds lines."""\n\n', ""),
    ],
    "observing": [
        ("print", "        return result\n", "        print(result)\n        return result\n"),
        ("breakpoint", "        return result\n", "        breakpoint()\n        return result\n"),
        ("pdb", "        return result\n", "        import pdb; pdb.set_trace()\n        return result\n"),
        ("log", "        return result\n", "        log.debug('total %s', result)\n        return result\n"),
        (
            "stderr",
            "        return result\n",
            "        import sys\n        sys.stderr.write('x')\n        return result\n",
        ),
        (
            "in a loop",
            "            result += line.price\n",
            "            print(line)\n            result += line.price\n",
        ),
        (
            "a guarded print",
            "        return result\n",
            "        if result > 9:\n            print(result)\n        return result\n",
        ),
        (
            "prints in a loop of their own",
            "        return result\n",
            "        for each in self.lines:\n            print(each)\n        return result\n",
        ),
        (
            "a print that breaks the syntax",
            "        return result\n",
            "        if result: if self: print(f'{result}')\n        return result\n",
        ),
        ("pprint", "import logging\n", "import logging\nfrom pprint import pprint\n"),
        ("the logger gone", "log = logging.getLogger(__name__)\n", ""),
        (
            "traceback",
            "        return result\n",
            "        import traceback\n        traceback.print_stack()\n        return result\n",
        ),
    ],
    "groundwork": [
        ("an import", "import logging\n", "import logging\nimport math\n"),
        ("a constant", "TAX = 0.2\n", "TAX = 0.2\nLIMIT = 3\n"),
        ("a function", "class Cart:", "def rounded(value):\n    return round(value)\n\n\nclass Cart:"),
        (
            "a method",
            "    def total(self):",
            "    def count(self):\n        return 1\n\n    def total(self):",
        ),
        ("a class", "class Cart:", "class Line:\n    pass\n\n\nclass Cart:"),
    ],
    "patch": [
        ("a value", "TAX = 0.2", "TAX = 0.25"),
        ("an operator", "result += line.price", "result -= line.price"),
        ("a name that is used", "class Cart:", "def price(self):\n    return 2\n\n\nclass Cart:"),
        (
            "a special method",
            "    def total(self):",
            "    def __eq__(self, other):\n        return True\n\n    def total(self):",
        ),
        ("an overriding method", "class Cart:", "class Cart(Base):"),
        ("a decorated function", "class Cart:", "@register\ndef handler():\n    pass\n\n\nclass Cart:"),
        ("broken syntax", "        return result\n", "        return (\n"),
        ("a print of something else is swapped for code", "        result = 0\n", "        result = print\n"),
        (
            "a call of another error()",
            "        return result\n",
            "        self.parser.error('x')\n        return result\n",
        ),
        ("a new name is used", "        return result\n", "        return round(result)\n"),
        (
            "hints that a decorator may read",
            "    def total(self):",
            "    @route\n    def total(self) -> int:",
        ),
        ("a default", "def total(self):", "def total(self, start=0):"),
        ("a method is gone", "    def total(self):", "    def sum(self):"),
    ],
}


def pair(old, new, path="shop/cart.py", text=BEFORE):
    assert text.count(old) == 1
    return edited(SourcePair(path=path, before=text, after=text.replace(old, new)))


@pytest.mark.parametrize(
    ("kind", "old", "new"), [(kind, old, new) for kind, rows in EDITS.items() for _, old, new in rows]
)
def test_one_edit(kind, old, new):
    assert nature_of([pair(old, new)]) == kind


def test_taking_a_look_out_is_a_look_too():
    with_print = BEFORE.replace("        return result\n", "        print(result)\n        return result\n")
    assert nature_of([edited(SourcePair(path="a.py", before=with_print, after=BEFORE))]) == "observing"


def test_several_files():
    look = pair("        return result\n", "        print(result)\n        return result\n")
    comment = pair("TAX = 0.2\n", "# tax\nTAX = 0.2\n")
    patch = pair("TAX = 0.2", "TAX = 0.3")
    context = pair("TAX = 0.2\n", "TAX = 0.2\nLIMIT = 3\n")
    in_test = pair("TAX = 0.2", "TAX = 0.3", path="tests/test_cart.py")
    assert nature_of([look, comment]) == "observing"
    assert nature_of([comment]) == "cosmetic"
    assert nature_of([look, patch]) == "patch"
    assert nature_of([context, look]) == "groundwork"
    assert nature_of([context, patch]) == "patch"
    assert nature_of([in_test, look]) == "tests"
    assert nature_of([in_test, patch]) == "patch"
    assert nature_of([]) == "cosmetic"


@pytest.mark.parametrize(
    ("path", "before", "after", "nature"),
    [
        ("README.md", "a", "b", "cosmetic"),
        ("data.json", "1", "2", "patch"),
        ("requirements-dev.txt", "a==1", "a==2", "patch"),
        ("settings.toml", "a = 1\n", "a  =  1\n", "cosmetic"),
        ("tests/expected.json", "1", "2", "tests"),
        ("new.py", "", "def f():\n    return 1\n", "groundwork"),
        ("old.py", "def f():\n    return 1\n", "", "patch"),
        ("broken.py", "def (", "def ((", "patch"),
        ("tests/test_new.py", "", "def test_a():\n    assert 1\n", "tests"),
    ],
)
def test_other_files(path, before, after, nature):
    assert nature_of([edited(SourcePair(path=path, before=before, after=after))]) == nature


def test_touched_functions_are_named():
    assert touched(pair("        return result\n", "        return 0\n")) == ["shop/cart.py::Cart.total"]
    assert touched(pair("TAX = 0.2", "TAX = 0.3")) == ["shop/cart.py::<module>"]
    assert touched(pair("class Cart:", "def free():\n    pass\n\n\nclass Cart:")) == ["shop/cart.py::free"]
    assert touched(pair("TAX = 0.2\n", "# tax\nTAX = 0.2\n")) == []


def test_of_broken_syntax_no_function_is_named():
    """Mending a typo brings nothing in: what was there before it cannot be said."""
    mended = edited(SourcePair(path="a.py", before="def f(:\n", after="def f():\n    return 1\n"))
    assert touched(mended) == added(mended) == []
    fresh = edited(SourcePair(path="a.py", before="", after="def f():\n    return 1\n"))
    assert touched(fresh) == added(fresh) == ["a.py::f"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_has_a_nature(before, after):
    file = edited(SourcePair(path="a.py", before=before, after=after))
    assert nature_of([file]) in {"patch", "groundwork", "observing", "cosmetic"}
    if before == after:
        assert nature_of([file]) in {"cosmetic", "patch"}
    touched(file)


STATEMENTS = st.sampled_from(
    [
        "x = 1",
        "x = 2",
        "print(x)",
        "y = x",
        "def f():\n    return x",
        "import math",
        "log.info('x')",
        "'doc'",
        "pass",
        "if x:\n    y = 2",
    ]
)


@given(st.lists(STATEMENTS, max_size=8))
def test_prints_put_anywhere_are_looks(statements):
    before = "\n".join(statements) + "\n"
    after = "\n".join(part for each in statements for part in (each, "print('here')")) + "\n"
    kind = nature_of([edited(SourcePair(path="a.py", before=before, after=after))])
    assert kind == ("observing" if statements else "cosmetic")
