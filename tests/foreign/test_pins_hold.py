"""A pin holds what its test is made of in its own file, and nothing else of that file."""

import sys

import pytest

PRICES = "def price(x):\n    return x + 1\n"
TABLE = '''
    """Prices of the shop."""
    import functools
    import unittest

    import pytest

    import prices

    RATE = 0
    CASES = [(1, 1), (5, 5)]
    MADE = [7, 9]
    UNRELATED = 3
    BASE = RATE + 0


    @pytest.fixture
    def basket(vat):
        return [1 + vat]


    @pytest.fixture(name="vat")
    def _vat():
        return BASE


    def wanted(x):
        return x


    @pytest.mark.parametrize("given, then", CASES)
    def test_table(given, then):
        assert prices.price(given) == wanted(then)


    def test_basket(basket):
        assert prices.price(basket[0]) == 1 + UNRELATED - 3


    class TestOld(unittest.TestCase):
        OFFSET = 0
        OTHER = 1

        def setUp(self):
            self.given = 2 + self.OFFSET

        def test_old(self):
            self.assertEqual(prices.price(self.given), 2)

        def test_beside(self):
            self.assertEqual(self.OTHER, 1)


    class TestMade(unittest.TestCase):
        pass


    def made(value):
        def test(self):
            self.assertEqual(prices.price(value), value)

        return test


    for number in MADE:
        setattr(TestMade, f"test_made_{number}", made(number))


    def each_of(values):
        def around(function):
            @functools.wraps(function)
            def wrapper():
                for value in values():
                    function(value)

            return wrapper

        return around


    def rows():
        return [row for row, _ in CASES]


    @each_of(rows)
    def test_rows(value):
        assert prices.price(value) == value
'''
HERE = "tests/test_prices.py"
EDITS = {
    "CASES": ("CASES = [(1, 1), (5, 5)]", "CASES = [(1, 2), (5, 6)]"),
    "MADE": ("MADE = [7, 9]", "MADE = [9]"),
    "RATE": ("RATE = 0", "RATE = -1"),
    "_vat": ("return BASE", "return BASE - 1"),
    "wanted": ("return x\n", "return x + 1\n"),
    "TestOld.OFFSET": ("OFFSET = 0", "OFFSET = 1"),
    "TestOld.setUp": ("2 + self.OFFSET", "1 + self.OFFSET"),
    "made": ("prices.price(value), value)", "prices.price(value), value + 1)"),
    "each_of": ("for value in values():", "for value in ():"),
    "rows": ("return [row for row, _ in CASES]", "return []"),
    "the import of prices": ("import prices\n", "import fakes as prices\n"),
    "UNRELATED": ("UNRELATED = 3", "UNRELATED = 4"),
}
MADE_OF = {
    "test_table[1-1]": {"CASES", "wanted", "the import of prices"},
    "test_basket": {"RATE", "_vat", "UNRELATED", "the import of prices"},
    "TestOld::test_old": {"TestOld.OFFSET", "TestOld.setUp", "the import of prices"},
    "TestMade::test_made_7": {"MADE", "made", "the import of prices"},
    "test_rows": {"CASES", "each_of", "rows", "the import of prices"},
}
BESIDE = (
    ("import functools\n    import unittest\n", "import unittest\n    import functools\n"),
    ("RATE = 0", "# of the state\n    RATE  =  0"),
    ("OTHER = 1", "OTHER = 2"),
    ("self.assertEqual(self.OTHER, 1)", "pass"),
)


@pytest.fixture
def shop(lay):
    top = lay(
        {
            "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
            "prices.py": PRICES,
            HERE: TABLE,
        }
    )
    top.commit("one")
    return top


def _broken(top) -> str:
    checks = top.coach("verify", "--json").json["verification"]["checks"]
    red = next(each for each in checks if each["name"] == "red-before")
    return "" if red["passed"] else red["figure"]


def _edited(*pairs):
    text = TABLE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_all_of_them_run_red(shop):
    """Else what a pin of them holds would show nothing."""
    report = shop.coach("run", HERE, "--json")
    assert {f"{HERE}::{test}" for test in MADE_OF} <= {each["test"] for each in report.json["failures"]}


@pytest.mark.parametrize("test", MADE_OF)
def test_a_pin_holds_what_its_test_is_made_of(shop, test):
    """Tables of parameters, constants, helpers, fixtures, attributes and set-up; not other tests nor other constants."""
    from coach.core.protocol.effects import ReadTest
    from coach.core.runs.report import Written
    from coach.core.session.entries import changed_pairs
    from coach.engine.source.pinned_test import read_pinned

    names = {"TestMade::test_made_7": "made.<locals>.test", "TestOld::test_old": "TestOld.test_old"}
    written = Written(path=HERE, line=1, name=names.get(test, test.partition("[")[0]))
    asked = ReadTest(test=f"{HERE}::{test}", written=written, is_known=True)
    before = read_pinned(shop.top, asked)
    assert before.digest
    seen = {}
    for part, edit in EDITS.items():
        shop.write({HERE: _edited(edit)})
        after = read_pinned(shop.top, asked)
        changed = {each.partition(" in ")[0] for each in changed_pairs(before.parts, after.parts)}
        changed |= {"made"} if after.digest != before.digest else set()
        seen[part] = changed
    assert {part for part, changed in seen.items() if changed} == MADE_OF[test], seen
    assert all(
        part in changed or not changed or part == "the import of prices" for part, changed in seen.items()
    )
    shop.write({HERE: _edited(*BESIDE)})
    assert changed_pairs(before.parts, read_pinned(shop.top, asked).parts) == ()


def test_the_sentence_says_which_part_changed(shop):
    """In a verification, of the real command; put back, it is whole again."""
    test = f"{HERE}::test_table[1-1]"
    assert shop.coach("run", test).code == 1
    assert shop.coach("pin", test).code == 0
    shop.write({HERE: _edited(EDITS["CASES"]), "prices.py": PRICES})
    assert _broken(shop) == f"CASES in {HERE} changed since it was pinned"
    shop.write({HERE: _edited(*BESIDE), "prices.py": PRICES + "# another\n"})
    assert _broken(shop) == ""


def test_an_inherited_test_is_made_of_the_class_that_inherits_it(lay):
    """The test stands in another file: attributes of the class in the id's file, constants of the other one."""
    bases = """
        LIMIT = 3
        OTHER = 1


        class Base:
            def test_limit(self):
                assert self.value == LIMIT
    """
    mine = """
        from tests.bases import Base


        class TestMine(Base):
            value = 4
    """
    top = lay({"tests/__init__.py": "", "tests/bases.py": bases, "tests/test_mine.py": mine})
    top.commit("one")
    test = "tests/test_mine.py::TestMine::test_limit"
    assert top.coach("run", test).code == 1
    assert top.coach("pin", test).code == 0
    top.write({"tests/test_mine.py": mine.replace("value = 4", "value = 5")})
    assert _broken(top) == "TestMine.value in tests/test_mine.py changed since it was pinned"
    top.write({"tests/test_mine.py": mine, "tests/bases.py": bases.replace("LIMIT = 3", "LIMIT = 5")})
    assert _broken(top) == "LIMIT in tests/bases.py changed since it was pinned"


def test_what_cannot_be_followed_is_the_file_without_its_other_tests(lay):
    text = """
        TABLE_A = 1


        def of(name):
            return globals()["TABLE_" + name]


        def test_a():
            assert of("A") == 2


        def test_b():
            assert True
    """
    top = lay({"test_a.py": text})
    top.commit("one")
    assert top.coach("run", "test_a.py::test_a").code == 1
    assert top.coach("pin", "test_a.py::test_a").code == 0
    top.write({"test_a.py": text.replace("TABLE_A = 1", "TABLE_A = 3").replace("assert True", "pass")})
    assert _broken(top) == "the code around the tests in test_a.py changed since it was pinned"
    top.write({"test_a.py": text.replace("assert True", "pass")})
    assert "changed" not in _broken(top)


def test_workers_tell_what_a_test_reads_and_where_it_is_written(lay):
    """Under several workers the failure brings it along."""
    pytest.importorskip("xdist", reason=f"no workers for {sys.executable}")
    top = lay(
        {
            "pytest.ini": "[pytest]\naddopts = -p xdist.plugin -n 2\n",
            "tests/__init__.py": "",
            "tests/bases.py": "from pathlib import Path\n\n\nclass Base:\n    def test_rows(self):\n"
            "        assert Path(__file__).with_name('rows.json').read_text() == '[]'\n",
            "tests/rows.json": "[1]",
            "tests/test_mine.py": "from tests.bases import Base\n\n\nclass TestMine(Base):\n    pass\n",
        }
    )
    top.commit("one")
    test = "tests/test_mine.py::TestMine::test_rows"
    ran = top.coach("run", "tests", "--json")
    assert [each["test"] for each in ran.json["failures"]] == [test], ran.text
    pin = top.coach("pin", test, "--json").json["pinned"]
    assert pin["file"] == "tests/bases.py", pin
    assert set(pin["reads"]) == {"tests/rows.json"}, pin
