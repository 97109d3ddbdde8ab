"""Leaving out what an edit did not reach changes no answer."""

import ast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.core.loops.analysis.edit_kind import nature_of
from coach.core.loops.analysis.failure_hiding import symptoms_in
from coach.core.loops.analysis.syntax import Edited, edited, touched
from coach.core.loops.analysis.weakened_tests import tampering_in
from coach.core.loops.attempt import SourcePair

BLOCKS = [
    "import os",
    "x = 1",
    "x = 2",
    "print(x)",
    '"""doc"""',
    "def f():\n    return 1",
    "def f():\n    return 2",
    "@mark.skip\ndef f():\n    return 1",
    "def test_a():\n    assert x == 1",
    "def test_a():\n    assert x == 1\n    assert y == 2",
    "@pytest.mark.skip\ndef test_a():\n    assert x == 1",
    "pytestmark = pytest.mark.skip",
    "class TestA:\n    def test_b(self):\n        assert x == 1\n\n    def test_c(self):\n        assert x == 2",
    "class TestA:\n    def test_b(self):\n        assert x == 1\n\n    def test_c(self):\n        assert x == 3",
    "class A:\n    y = 1\n\n    def g(self):\n        try:\n            return 1\n        except Exception:\n            pass",
    "class A:\n    y = 1\n\n    def g(self):\n        return 1",
    "if x:\n    y = 1\nelse:\n    y = 2",
    "a = 1; b = 2",
]


def name_of(block: str) -> str:
    """What a block defines: of two with one name in one file, only the later would count."""
    node = ast.parse(block).body[-1]
    return getattr(node, "name", block)


SOURCES = st.lists(st.sampled_from(BLOCKS), max_size=7, unique_by=name_of).map(
    lambda blocks: "\n\n".join(blocks) + "\n"
)


def whole(file: Edited) -> Edited:
    """The same file with nothing left out."""
    return Edited(
        file.path, file.before_text, file.after_text, file.before, file.after, file.before, file.after
    )


ONE = "def test_a():\n    assert x == 1\n"


@settings(deadline=None)
@given(SOURCES, SOURCES, st.sampled_from(["shop/cart.py", "tests/test_cart.py"]))
@example(
    f"pytestmark = pytest.mark.skip\n\n{ONE}",
    f"pytestmark = pytest.mark.skip\n\n@pytest.mark.skip\n{ONE}",
    "tests/test_a.py",
)
def test_every_reader_says_the_same(before, after, path):
    file = edited(SourcePair(path=path, before=before, after=after))
    for read in (lambda each: nature_of([each]), touched, lambda each: tampering_in([each])):
        assert read(file) == read(whole(file))
    assert [each.kind for each in symptoms_in([file])] == [each.kind for each in symptoms_in([whole(file)])]


def test_most_of_a_file_is_left_out():
    before = "\n".join(f"def f{number}():\n    return {number}\n" for number in range(100))
    file = edited(SourcePair(path="a.py", before=before, after=before.replace("return 50", "return 51")))
    assert [node.name for node in file.old.body] == ["f50"]
    assert [node.name for node in file.new.body] == ["f50"]
    assert len(file.before.body) == 100


def test_a_function_that_only_lost_its_last_line_is_there_on_both_sides():
    before = "def f():\n    a = 1\n    return a\n\n\ndef g():\n    pass\n"
    file = edited(SourcePair(path="a.py", before=before, after=before.replace("    return a\n", "")))
    assert [ast.unparse(node).split("\n")[0] for node in file.new.body] == ["def f():"]
    assert touched(file) == ["a.py::f"]
