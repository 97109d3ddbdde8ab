"""Where two compared values part is told by paths one can read, whatever compared them; nothing else is run for it."""

from tests.foreign.reports import parted, report_of

VALUES = """
    import collections
    import dataclasses
    import datetime
    import decimal
    from unittest import mock

    import pytest


    @dataclasses.dataclass
    class Point:
        x: int
        y: object
        seen: int = dataclasses.field(default=0, compare=False)


    @dataclasses.dataclass(frozen=True)
    class Slotted:
        __slots__ = ("x",)
        x: int


    class Plain:
        def __init__(self, a):
            self.a, self._cache = a, object()

        def __eq__(self, other):
            return self.a == other.a

        @property
        def b(self):
            raise SystemExit("a property was read")


    class Odd(dict):
        def __getitem__(self, key):
            raise RuntimeError("pytest itself asks, and says so")


    Named = collections.namedtuple("Named", "a b")


    def schema(value):
        return {"components": {"schemas": {"Items": {"type": "object", "additionalProperties": value}}}}


    def test_dict():
        assert schema(True) == schema({"type": "integer"})


    def test_list():
        assert [{"price": 1}, {"price": 2}] == [{"price": 1}, {"price": 9.99}]


    def test_more():
        assert [1, 2, 3, 4] == [1, 3, 4]


    def test_class():
        assert Point(1, [Point(2, 3)]) == Point(1, [Point(2, 4, 7)])


    def test_slots():
        assert [Slotted(1)] == [Slotted(2)]


    def test_plain():
        assert Plain(1) == Plain(2)


    def test_odd():
        assert Odd(a=1) == Odd(a=2)


    def test_named():
        assert Named(1, 2) == Named(1, 3)


    def test_set():
        assert {"tags": {1, 2}} == {"tags": {2, 3}}


    def test_keys():
        assert {"a": 1, "b": 2} == {"a": 1, "c d": 2}


    def test_lines():
        got = "one\\ntwo\\nthree\\nfour five\\nsix\\n"
        expected = "one\\nthree\\nfour fife\\nsix\\nseven\\n"
        assert expected == got


    def test_long():
        assert "a" * 500 + "b" + "c" * 500 == "a" * 500 + "d" + "c" * 500


    def test_alike():
        assert "caf\\u00e9" == "cafe\\u0301"


    def test_any():
        assert {"id": 5, "n": 1} == {"id": mock.ANY, "n": 2}


    def test_sure():
        assert {"a": [1.0, 2.5]}["a"] == pytest.approx([1.0, 2.0])


    def test_scalar():
        assert pytest.approx(2.0, abs=0.1) == 2.5


    def test_day():
        assert datetime.date(2020, 1, 3) == datetime.date(2020, 1, 1)


    def test_money():
        assert decimal.Decimal("1.10") == decimal.Decimal("1.2")


    def test_in():
        assert "x" in ["y"]


    def test_less():
        assert 3 < 2


    def test_literal_first():
        value = 4
        assert 3 == value


    def test_named_first():
        expected, value = [1, 2], [1, 3]
        assert (
            expected
            == value
        ), "with words of its own"


    def test_mock():
        sent = mock.Mock()
        sent(1, rows=[1, 2])
        sent.assert_called_with(1, rows=[1, 3])


    def test_polled():
        for _ in range(3):
            try:
                assert 1 == 2
            except AssertionError:
                pass
        raise KeyError("x")


    def test_circle():
        first, second = [1], [2]
        first.append(first)
        second.append(second)
        assert first is second or first[0] == second[0]
"""

EXPECTED = {
    "dict": [("components.schemas.Items.additionalProperties", "True", "{'type': 'integer'}")],
    "list": [("[1].price", "2 (7.99 less)", "9.99")],
    "more": [("[1]", "2", "")],
    "class": [("y[0].y", "3 (1 less)", "4")],
    "slots": [("[0].x", "1 (1 less)", "2")],
    "plain": [("a", "1 (1 less)", "2")],
    "odd": [("a", "1 (1 less)", "2")],
    "named": [("b", "2 (1 less)", "3")],
    "set": [("tags{…}", "1", "3")],
    "keys": [("b", "2", ""), ("['c d']", "", "2")],
    "lines": [
        ("line 2", "'two'", ""),
        ("line 4, column 8", "'four five'", "'four fife'"),
        ("line 6", "", "'seven'"),
    ],
    "long": [
        ("column 501", "…'" + "a" * 40 + "b" + "c" * 59 + "'…", "…'" + "a" * 40 + "d" + "c" * 59 + "'…")
    ],
    "alike": [("", r"'caf\xe9'", r"'cafe\u0301'")],
    "any": [("n", "1 (1 less)", "2")],
    "sure": [("[1]", "2.5 (0.5 more)", "2.0 ± 2.0e-06")],
    "scalar": [("", "2.5 (0.5 more)", "2.0 ± 0.1")],
    "day": [("", "datetime.date(2020, 1, 3) (2 days, 0:00:00 more)", "datetime.date(2020, 1, 1)")],
    "money": [("", "Decimal('1.10') (0.10 less)", "Decimal('1.2')")],
    "in": [("", "['y']", "to contain 'x'")],
    "less": [("", "3 (1 more)", "< 2")],
    "literal_first": [("", "4 (1 more)", "3")],
    "named_first": [("[1]", "3 (1 more)", "2")],
    "mock": [("kwargs.rows[1]", "2 (1 less)", "3")],
    "polled": [],
    "circle": [("", "1 (1 less)", "2")],
}


def test_values_part_where_a_reader_would_look(lay):
    """Each kind of value in its own words, here and in a worker; a comparison that was caught is not this failure's."""
    top = lay({"test_values.py": VALUES})
    for addopts in ("", "-p xdist -n 1"):
        report = report_of(top, addopts=addopts)
        assert {each.test.rpartition("::test_")[2]: parted(each) for each in report.failures} == EXPECTED
        assert report.probe_notes == ()


CASES = """
    import unittest

    from checks import same


    def rows():
        return [{"id": 1, "name": "a"}, {"id": 2, "name": "c"}]


    class Cases(unittest.TestCase):
        def test_nested(self):
            self.assertEqual(rows(), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])

        def test_wanted_first(self):
            self.assertEqual({"name": "b"}, rows()[1], "with words")

        def test_lines(self):
            self.assertMultiLineEqual("a\\nb\\nc\\n", "\\n".join(["a", "x", "c", ""]))

        def test_count(self):
            self.assertCountEqual([1, 2, 2], [2, 1, 3])

        def test_almost(self):
            self.assertAlmostEqual(sum([0.5, 0.6]), 1.0, places=2)

        def test_in(self):
            self.assertIn("x", [each["name"] for each in rows()])

        def test_true(self):
            self.assertTrue(rows() == [])


    def test_helper():
        same({"a": {"b": 1}}, {"a": {"b": 2}})
"""


def test_values_of_unittest_and_of_helpers_part_as_well(lay):
    """The operands stand in the frames of the assertion, or behind the names of an assertion that was not rewritten."""
    top = lay(
        {
            "test_cases.py": CASES,
            "checks.py": "def same(got, expected):\n    assert got == expected, 'differ'\n",
        }
    )
    found = {each.test.rpartition("::test_")[2]: parted(each) for each in report_of(top).failures}
    assert found == {
        "nested": [("[1].name", "'c'", "'b'")],
        "wanted_first": [("id", "2", ""), ("name", "'c'", "'b'")],
        "lines": [("line 2, column 1", "'x'", "'b'")],
        "count": [("", "2", "3")],
        "almost": [("", "1.1 (0.1 more)", "1.0 ± 0.005")],
        "in": [("", "['a', 'c']", "to contain 'x'")],
        "true": [],
        "helper": [("a.b", "1 (1 less)", "2")],
    }


HOSTILE = """
    import time


    class Slow:
        def __eq__(self, other):
            time.sleep(0.02)
            return False

        __hash__ = None

        def __repr__(self):
            time.sleep(0.02)
            return "slow"


    class Raises:
        def __eq__(self, other):
            raise RuntimeError("no comparison")

        def __repr__(self):
            raise SystemExit("no words")


    def test_slow():
        assert [Slow() for _ in range(200)] == [Slow() for _ in range(200)]


    def test_raises():
        left, right = [1, Raises()], [2, Raises()]
        assert left[:1] == right[:1]


    def test_deep():
        left, right = 1, 2
        for _ in range(300):
            left, right = [left], [right]
        assert left == right


    def test_wide():
        assert list(range(300_000)) == [*range(299_999), -1]


    def test_text():
        assert "x\\n" * 400_000 + "a" == "x\\n" * 400_000 + "b"
"""


def test_values_that_fight_back_cost_little_and_change_nothing(lay):
    """Time, depth and size are bounded; what raises is passed over; the failure itself is told in any case."""
    report = report_of(lay({"test_hostile.py": HOSTILE}))
    found = {each.test.rpartition("::test_")[2]: each for each in report.failures}
    assert set(found) == {"slow", "raises", "deep", "wide", "text"}
    assert all(each.exception == "AssertionError" for each in found.values())
    assert parted(found["raises"]) == [("[0]", "1 (1 less)", "2")]
    assert parted(found["text"]) == [("line 400001, column 1", "'a'", "'b'")]
    assert report.probe_notes == ()


def test_the_difference_is_told_everywhere(lay):
    """After the line of the run, in JSON, and first in an export."""
    top = lay(
        {
            "test_a.py": """
            def rows():
                raise_later = {"id": 2, "name": "c"}
                return [raise_later]


            def test_a():
                assert rows() == [{"id": 2, "name": "b"}]
            """
        }
    )
    said = top.coach("run", "test_a.py", "--new")
    assert "    [0].name: expected 'b', got 'c'" in said.out
    (failure,) = top.coach("run", "test_a.py", "--json").json["failures"]
    assert failure["difference"] == [{"path": "[0].name", "got": "'c'", "wanted": "'b'", "is_sure": False}]
    assert failure["causes"] == []
    prompt = top.coach("export").out
    assert "[0].name: expected 'b', got 'c'" in prompt
    assert prompt.index("[0].name: expected") < prompt.index("in test_a")
