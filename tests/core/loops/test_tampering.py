"""Tests that ask for less, seen in their syntax trees; and all the edits that only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.loops.analysis import weakened_tests
from coach.core.loops.analysis.syntax import edited
from coach.core.loops.analysis.weakened_tests import tampering_in
from coach.core.loops.attempt import SourcePair

TESTS = """\
import pytest

from shop.cart import Cart


@pytest.fixture
def cart():
    return Cart()


@pytest.mark.parametrize("count, price", [(1, 10), (3, 28), (10, 90)])
def test_price(cart, count, price):
    cart.add("pen", count)
    assert cart.total() == price


def test_names(cart):
    cart.add("pen", 2)
    cart.add("ink", 1)
    assert len(cart.lines) == 2
    assert cart.names() == ["ink", "pen"]


def test_unknown(cart):
    with pytest.raises(KeyError):
        cart.remove("cup")


class TestTotals:
    def test_empty(self):
        assert Cart().total() == 0

    def test_rounding(self):
        assert Cart(0.335).total() == pytest.approx(0.34, abs=0.01)
"""
UNIT = """\
import unittest


class CartTest(unittest.TestCase):
    def test_total(self):
        self.assertEqual(Cart().total(), 0)
        self.assertIn("pen", Cart().names())
"""

WEAKER = [
    ("fewer-assertions", "test_names", '    assert cart.names() == ["ink", "pen"]\n', ""),
    (
        "fewer-assertions",
        "test_names",
        '    assert cart.names() == ["ink", "pen"]\n',
        '    # assert cart.names() == ["ink", "pen"]\n',
    ),
    ("fewer-assertions", "test_price", "[(1, 10), (3, 28), (10, 90)]", "[(1, 10), (10, 90)]"),
    (
        "fewer-assertions",
        "test_names",
        '    assert cart.names() == ["ink", "pen"]\n',
        '    if False:\n        assert cart.names() == ["ink", "pen"]\n',
    ),
    (
        "fewer-assertions",
        "test_names",
        '    assert cart.names() == ["ink", "pen"]\n',
        '    return\n    assert cart.names() == ["ink", "pen"]\n',
    ),
    (
        "fewer-assertions",
        "test_names",
        '    assert cart.names() == ["ink", "pen"]\n',
        '    try:\n        assert cart.names() == ["ink", "pen"]\n    except AssertionError:\n        print("no")\n',
    ),
    (
        "fewer-assertions",
        "test_names",
        '    assert cart.names() == ["ink", "pen"]\n',
        '    with contextlib.suppress(AssertionError):\n        assert cart.names() == ["ink", "pen"]\n',
    ),
    (
        "fewer-assertions",
        "test_unknown",
        '    with pytest.raises(KeyError):\n        cart.remove("cup")\n',
        '    cart.remove("pen")\n',
    ),
    (
        "trivial-assertion",
        "test_names",
        'assert cart.names() == ["ink", "pen"]',
        'assert cart.names() == ["ink", "pen"] or True',
    ),
    ("trivial-assertion", "test_names", 'assert cart.names() == ["ink", "pen"]', "assert True"),
    ("trivial-assertion", "test_names", 'assert cart.names() == ["ink", "pen"]', "assert cart == cart"),
    (
        "trivial-assertion",
        "test_names",
        'assert cart.names() == ["ink", "pen"]',
        'assert (cart.names() == ["ink", "pen"], "message")',
    ),
    ("trivial-assertion", "test_names", 'assert cart.names() == ["ink", "pen"]', "assert not False"),
    ("skip-added", "test_names", "def test_names", "@pytest.mark.skip\ndef test_names"),
    ("skip-added", "test_names", "def test_names", "@pytest.mark.xfail(reason='later')\ndef test_names"),
    ("skip-added", "test_names", "def test_names", "@pytest.mark.skipif(True, reason='x')\ndef test_names"),
    (
        "skip-added",
        "test_names",
        '    cart.add("pen", 2)\n',
        '    pytest.skip("later")\n    cart.add("pen", 2)\n',
    ),
    ("skip-added", "TestTotals::test_empty", "class TestTotals:", "@pytest.mark.skip\nclass TestTotals:"),
    ("skip-added", "test_price", "import pytest\n", "import pytest\n\npytestmark = pytest.mark.skip\n"),
    ("skip-added", "test_price", "import pytest\n", "import pytest\n\npytestmark = [pytest.mark.skip]\n"),
    (
        "skip-added",
        "test_price",
        "import pytest\n",
        'import pytest\n\npytest.skip("x", allow_module_level=True)\n',
    ),
    ("test-gone", "test_names", "def test_names(cart)", "def _test_names(cart)"),
    ("test-gone", "TestTotals::test_empty", "class TestTotals:", "class Totals:"),
    (
        "test-gone",
        "TestTotals::test_empty",
        "class TestTotals:\n",
        "class TestTotals:\n    __test__ = False\n\n",
    ),
    (
        "test-gone",
        "TestTotals::test_empty",
        "    def test_empty(self):\n        assert Cart().total() == 0\n\n",
        "",
    ),
    ("expectation-changed", "test_names", '["ink", "pen"]', '["pen", "ink", "ink"]'),
    ("expectation-changed", "test_names", 'cart.names() == ["ink", "pen"]', "len(cart.names()) == 2"),
    ("expectation-changed", "TestTotals::test_empty", "Cart().total() == 0", "Cart().total() >= 0"),
    ("expectation-changed", "TestTotals::test_empty", "Cart().total() == 0", "Cart().total() != 0"),
    ("expectation-changed", "test_price", "(3, 28)", "(3, 30)"),
    ("expectation-changed", "test_unknown", "pytest.raises(KeyError)", "pytest.raises(Exception)"),
    ("expectation-changed", "TestTotals::test_rounding", "abs=0.01", "abs=1"),
    ("inputs-changed", "test_names", 'cart.add("ink", 1)', 'cart.add("ink", 0)'),
    ("inputs-changed", "test_unknown", 'cart.remove("cup")', "pass"),
]

FINE = {
    "a comment": ("def test_names", "# names\ndef test_names"),
    "a print": ('    cart.add("pen", 2)\n', '    print(cart)\n    cart.add("pen", 2)\n'),
    "one more assertion": (
        '    assert cart.names() == ["ink", "pen"]\n',
        '    assert cart.names() == ["ink", "pen"]\n    assert cart\n',
    ),
    "one more case": ("(10, 90)]", "(10, 90), (11, 95)]"),
    "one more test": ("class TestTotals:", "def test_more():\n    assert 1 + 1 == 2\n\n\nclass TestTotals:"),
    "a method renamed": ("cart.names()", "cart.sorted_names()"),
    "a fixture renamed in one test": ("def test_unknown(cart):", "def test_unknown(cart, tmp_path):"),
    "a test renamed": ("def test_names(cart)", "def test_names_are_sorted(cart)"),
    "a class renamed": ("class TestTotals:", "class TestSums:"),
    "sides swapped": ('cart.names() == ["ink", "pen"]', '["ink", "pen"] == cart.names()'),
    "a message added": ('["ink", "pen"]\n', '["ink", "pen"], "sorted"\n'),
    "a mark that skips nothing": ("def test_names", "@pytest.mark.slow\ndef test_names"),
    "a skip taken away is fine": ("def test_unknown", "def test_unknown"),
    "a helper": ("class TestTotals:", "def helper():\n    return 1\n\n\nclass TestTotals:"),
    "a docstring": ("def test_names(cart):\n", 'def test_names(cart):\n    """Names."""\n'),
}


def find(old, new, path="tests/test_cart.py", text=TESTS):
    assert old in text
    return tampering_in([edited(SourcePair(path=path, before=text, after=text.replace(old, new)))])


@pytest.mark.parametrize(("kind", "name", "old", "new"), WEAKER)
def test_a_weaker_test_is_found(kind, name, old, new):
    found = find(old, new)
    assert [(each.kind, each.function) for each in found][:1] == [(kind, name)]
    assert found[0].path == "tests/test_cart.py"
    assert found[0].line > 0


@pytest.mark.parametrize("name", FINE)
def test_other_edits_of_tests_are_fine(name):
    assert find(*FINE[name]) == ()


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("fewer-assertions", '        self.assertIn("pen", Cart().names())\n', ""),
        ("expectation-changed", "self.assertEqual(Cart().total(), 0)", "self.assertEqual(Cart().total(), 1)"),
        (
            "expectation-changed",
            "self.assertEqual(Cart().total(), 0)",
            "self.assertGreater(Cart().total(), 0)",
        ),
        ("skip-added", "    def test_total", '    @unittest.skip("x")\n    def test_total'),
        ("skip-added", "    def test_total", "    @unittest.expectedFailure\n    def test_total"),
        ("skip-added", "        self.assertEqual", '        self.skipTest("x")\n        self.assertEqual'),
    ],
)
def test_the_same_for_unittest(kind, old, new):
    assert [each.kind for each in find(old, new, text=UNIT)][:1] == [kind]


def test_from_unittest_to_pytest_nothing_is_lost():
    assert find("self.assertEqual(Cart().total(), 0)", "assert Cart().total() == 0", text=UNIT) == ()


def test_a_test_that_moved_to_another_file_is_not_gone():
    moved = '\n\ndef test_names(cart):\n    cart.add("pen", 2)\n    cart.add("ink", 1)\n    assert len(cart.lines) == 2\n    assert cart.names() == ["ink", "pen"]\n'
    there = edited(SourcePair(path="tests/test_names.py", before="", after=moved))
    here = edited(
        SourcePair(path="tests/test_cart.py", before=TESTS, after=TESTS.replace(moved.strip() + "\n", ""))
    )
    assert tampering_in([here, there]) == ()
    assert tampering_in([here])[0].kind == "test-gone"
    assert weakened_tests.tests_written([there]) == ("tests/test_names.py::test_names",)


def test_a_file_of_tests_that_is_gone():
    found = tampering_in([edited(SourcePair(path="tests/test_cart.py", before=TESTS, after=""))])
    assert {each.kind for each in found} == {"test-gone"}
    assert len(found) == 5


@pytest.mark.parametrize(
    "line",
    [
        "Cart.total = lambda self: 10",
    ],
)
def test_conftest_that_replaces_code(line):
    before = "import pytest\n"
    after = f"import pytest\nfrom shop.cart import Cart\n\n{line}\n"
    assert [
        each.kind
        for each in tampering_in([edited(SourcePair(path="tests/conftest.py", before=before, after=after))])
    ] == ["patched-in-conftest"]


@pytest.mark.parametrize(
    "body",
    [
        "@pytest.fixture(autouse=True)\ndef p(monkeypatch):\n    monkeypatch.setattr(Cart, 'total', lambda self: 10)\n",
        "@pytest.fixture(autouse=True)\ndef p():\n    with mock.patch('shop.cart.Cart.total', return_value=10):\n        yield\n",
        "def pytest_collection_modifyitems(items):\n    items.clear()\n",
        "def pytest_runtest_makereport(item, call):\n    pass\n",
        "collect_ignore = ['test_cart.py']\n",
    ],
)
def test_conftest_that_takes_part(body):
    pair = SourcePair(path="conftest.py", before="import pytest\n", after=f"import pytest\n\n\n{body}")
    assert [each.kind for each in tampering_in([edited(pair)])] == ["patched-in-conftest"]


@pytest.mark.parametrize(
    "body",
    [
        "@pytest.fixture\ndef cart():\n    return Cart()\n",
        "class Fake:\n    def __init__(self):\n        self.x = 1\n",
        "pytest_plugins = ['x']\n",
    ],
)
def test_conftest_as_usual(body):
    pair = SourcePair(path="conftest.py", before="import pytest\n", after=f"import pytest\n\n\n{body}")
    assert tampering_in([edited(pair)]) == ()


CONFIG = "[tool.pytest.ini_options]\naddopts = '-ra -m \"not slow\"'\ntestpaths = ['tests']\n"


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("narrowed", "-ra", "-ra -k cart"),
        ("narrowed", "-ra", "-ra --deselect tests/test_cart.py::test_names"),
        ("narrowed", "-ra", "-ra --ignore=tests/test_cart.py"),
        ("narrowed", "-ra", "-ra -p no:randomly"),
        ("narrowed", "testpaths = ['tests']", "testpaths = ['tests/unit']"),
        ("narrowed", "testpaths = ['tests']", "testpaths = ['tests']\npython_functions = 'check_*'"),
        ("retried", "-ra", "-ra --reruns 3"),
    ],
)
def test_configuration_that_runs_less(kind, old, new):
    assert [each.kind for each in find(old, new, "pyproject.toml", CONFIG)] == [kind]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-ra", "-ra --strict-markers"),
        ("-ra", "-q"),
        (' -m \\"not slow\\"', ""),
        ("testpaths", "markers = ['slow: x']\ntestpaths"),
    ],
)
def test_configuration_as_usual(old, new):
    text = CONFIG if old in CONFIG else CONFIG.replace('"', '\\"')
    assert find(old, new, "pyproject.toml", text) == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pytest.ini", "[pytest]\naddopts = -q\n"),
        ("tox.ini", "[pytest]\naddopts = -q\n"),
        ("setup.cfg", "[tool:pytest]\naddopts = -q\n"),
    ],
)
def test_every_kind_of_configuration(path, text):
    assert [each.kind for each in find("-q", "-q -k cart", path, text)] == ["narrowed"]
    assert find("-q", "-v", path, text) == ()


@given(
    st.text(max_size=300),
    st.text(max_size=300),
    st.sampled_from(["tests/test_a.py", "conftest.py", "pyproject.toml", "tox.ini"]),
)
def test_any_text_can_be_read(before, after, path):
    tampering_in([edited(SourcePair(path=path, before=before, after=after))])


@given(st.sampled_from([TESTS, UNIT]))
def test_an_edit_that_changes_nothing_finds_nothing(text):
    assert tampering_in([edited(SourcePair(path="tests/test_cart.py", before=text, after=text))]) == ()
