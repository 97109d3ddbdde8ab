"""A failure says what its report says: words of items of their own, causes, groups, notes, and unittest's frames."""

import pytest

from coach.core.runs.failure import signature_of
from tests.foreign.reports import parted, report_of

ROMAN = '''
    def roman(number):
        """Write a number in Roman digits.

        >>> roman(3)
        'III'
        >>> roman(4)
        'IV'
        """
        return {body}


    def halves(number):
        """
        >>> halves(0)
        1
        """
        return 1 / number


    def table():
        """
        >>> print(table())
        one
        two
        three
        """
        return "one\\n2\\nthree"
'''

ROWS = """
    import pytest


    def pytest_collect_file(parent, file_path):
        if file_path.suffix == ".table":
            return Table.from_parent(parent, path=file_path)


    class Table(pytest.File):
        def collect(self):
            for line in self.path.read_text().splitlines():
                name, wanted = line.split()
                yield Row.from_parent(self, name=name, wanted=wanted)


    class Wrong(Exception):
        pass


    class Row(pytest.Item):
        def __init__(self, *, wanted, **rest):
            super().__init__(**rest)
            self.wanted = wanted

        def runtest(self):
            raise Wrong(self, self.name * 2)

        def repr_failure(self, excinfo):
            if self.name == "plain":
                return super().repr_failure(excinfo)
            return f"row {self.name}: expected {self.wanted}, got {excinfo.value.args[1]}"

        def reportinfo(self):
            return self.path, 0, "row"
"""


def failures_of(report):
    return {each.test.rpartition("::")[2]: each for each in report.failures}


def test_a_doctest_says_what_it_expected_and_got(lay):
    """Expected and got are the message and the difference; another wrong value is another failure."""
    top = lay({"roman.py": ROMAN.format(body='"I" * number')})
    found = failures_of(report_of(top, addopts="--doctest-modules"))
    wrong = found["roman.roman"]
    assert (wrong.exception, wrong.message) == (
        "DocTestFailure",
        "Expected:\n    'IV'\nGot:\n    'IIII'\nin roman(4)",
    )
    assert parted(wrong) == [("roman(4)", "'IIII'", "'IV'")]
    assert wrong.difference[0].is_sure
    assert (wrong.frames[0].path, wrong.frames[0].source) == ("roman.py", ">>> roman(4)")
    raised = found["roman.halves"]
    assert raised.causes[0].exception == "ZeroDivisionError"
    assert raised.causes[0].frames[-1].source == "return 1 / number"
    assert parted(found["roman.table"]) == [("print(table()), line 2, column 1", "'2'", "'two'")]
    top.write({"roman.py": ROMAN.format(body='"X" * number')})
    other = failures_of(report_of(top, addopts="--doctest-modules"))["roman.roman"]
    assert signature_of(other).strict != signature_of(wrong).strict


def test_items_of_a_kind_of_their_own_say_what_failed(lay):
    """A row's own words are the message, also from a worker; an item without any keeps its exception's."""
    top = lay({"conftest.py": ROWS, "numbers.table": "5 V\nplain X\n"})
    for addopts in ("", "-p xdist -n 1"):
        found = failures_of(report_of(top, addopts=addopts))
        assert found["5"].headline == "Wrong: row 5: expected V, got 55"
        assert "Row plain" in found["plain"].message
        assert found["5"].own_frames[-1].function == "runtest"


def test_a_plugin_that_rewrites_a_report_is_heard(lay):
    """What a hook puts into the report is what a person reads, so it is what the failure says."""
    top = lay(
        {
            "conftest.py": """
            import pytest


            @pytest.hookimpl(hookwrapper=True)
            def pytest_runtest_makereport(item, call):
                outcome = yield
                report = outcome.get_result()
                if report.failed:
                    report.longrepr = "two soft checks failed: a, b"
            """,
            "test_a.py": "def test_a():\n    raise ValueError('hidden')\n",
        }
    )
    assert report_of(top).failures[0].headline == "ValueError: two soft checks failed: a, b"


APP = """
    def parse(text):
        return int(text)


    def convert(text):
        try:
            return parse(text)
        except ValueError as error:
            raise RuntimeError("cannot convert") from error


    def look_up(text):
        try:
            return parse(text)
        except ValueError:
            return {}["missing"]


    def hide(text):
        try:
            return parse(text)
        except ValueError:
            raise RuntimeError("hidden") from None


    def raised(error):
        try:
            raise error
        except Exception as same:
            return same
"""


def test_causes_contexts_and_members_come_with_frames_and_values(lay):
    """What stands behind an exception is told, nearest first; what its author suppressed is not."""
    top = lay(
        {
            "app.py": APP,
            "test_app.py": """
            import app


            def test_cause():
                app.convert("x")


            def test_context():
                app.look_up("x")


            def test_hidden():
                app.hide("x")


            def test_group():
                inner = ExceptionGroup("inner", [app.raised(KeyError("two"))])
                raise ExceptionGroup("outer", [app.raised(ValueError("one")), inner])


            def test_circle():
                first, second = ValueError("first"), ValueError("second")
                first.__cause__, second.__cause__ = second, first
                raise first


            def test_note():
                error = ValueError("base")
                error.add_note("Falsifying example: f(x=0)")
                raise error
            """,
        }
    )
    found = failures_of(report_of(top))
    for test, kind in (("test_cause", "cause"), ("test_context", "context")):
        (behind,) = found[test].causes
        assert (behind.kind, behind.exception) == (kind, "ValueError")
        assert (behind.frames[-1].function, dict(behind.frames[-1].locals)) == ("parse", {"text": "'x'"})
    assert found["test_hidden"].causes == ()
    members = [(each.exception, len(each.frames)) for each in found["test_group"].causes]
    assert members == [("ValueError", 1), ("ExceptionGroup", 0), ("KeyError", 1)]
    assert [each.message for each in found["test_circle"].causes] == ["second"]
    assert found["test_note"].message == "base\nFalsifying example: f(x=0)"


CASES = """
    import asyncio
    import unittest


    def total(prices):
        return sum(prices) + 1


    class Plain(unittest.TestCase):
        def test_equal(self):
            prices = [1, 2]
            self.assertEqual(total(prices), 3)

        def test_error(self):
            total(None)

        def test_subtests(self):
            for number in range(3):
                with self.subTest(number=number):
                    self.assertEqual(number, 1)


    class Shared(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            total("a")

        def test_never(self):
            pass


    class Coroutines(unittest.IsolatedAsyncioTestCase):
        async def test_async(self):
            await asyncio.sleep(0)
            self.assertEqual(total([1]), 1)
"""


@pytest.mark.parametrize("addopts", ["", "-p xdist -n 1"])
def test_cases_of_unittest_have_names_sources_and_values(lay, addopts):
    """Whatever way the exception reaches the report, its frames are those of any test."""
    top = lay({"test_cases.py": CASES})
    report = report_of(top, addopts=addopts)
    found = failures_of(report)
    assert len(report.failures) == 6  # the two subtests each, and no count of them as a failure of its own
    equal = found["test_equal"].frames
    assert [(each.function, each.source) for each in equal] == [
        ("test_equal", "self.assertEqual(total(prices), 3)")
    ]
    assert dict(equal[-1].locals)["prices"] == "[1, 2]"
    assert parted(found["test_equal"]) == [("", "4 (1 more)", "3")]
    assert [each.function for each in found["test_error"].frames] == ["test_error", "total"]
    assert [each.function for each in found["test_never"].frames] == ["setUpClass", "total"]
    assert dict(found["test_never"].frames[-1].locals) == {"prices": "'a'"}
    assert found["test_async"].own_frames[-1].function == "test_async"
    subtests = [each.message for each in report.failures if each.test.endswith("test_subtests")]
    assert subtests == ["subtest (number=0): 0 != 1", "subtest (number=2): 2 != 1"]
