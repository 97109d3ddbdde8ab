"""JUnit XML of any runner becomes failures with names and messages; a hostile file is refused, a stale one counts for nothing."""

import sys

import pytest

from coach.engine.junit import node_id, read_junit
from coach.errors import TargetError

REPORTS = {
    "go": """<?xml version="1.0"?><testsuites><testsuite name="shop">
<testcase classname="shop" name="TestTotal" time="0.01"><failure message="Failed" type=""><![CDATA[
    cart_test.go:12: total = 9, want 10
]]></failure></testcase><testcase classname="shop" name="TestEmpty"/></testsuite></testsuites>""",
    "nextest": """<testsuites><testsuite name="shop"><testcase name="cart::total" classname="shop" time="0.1">
<failure message="thread 'cart::total' panicked at src/cart.rs:4" type="test failure with exit code 101">left: 9</failure>
<system-out>running 1 test</system-out></testcase></testsuite></testsuites>""",
    "vitest": """<testsuites name="vitest tests"><testsuite name="cart.test.ts">
<testcase classname="cart.test.ts" name="total &gt; adds"><failure message="expected 9 to be 10" type="AssertionError">
AssertionError: expected 9 to be 10</failure></testcase><testcase classname="a" name="b"><skipped/></testcase>
</testsuite></testsuites>""",
}


@pytest.mark.parametrize(
    ("runner", "test", "exception", "message", "passed"),
    [
        ("go", "shop::TestTotal", "", "cart_test.go:12: total = 9, want 10", 1),
        (
            "nextest",
            "shop::cart::total",
            "test failure with exit code 101",
            "thread 'cart::total' panicked at",
            0,
        ),
        ("vitest", "cart.test.ts::total > adds", "AssertionError", "expected 9 to be 10", 0),
    ],
)
def test_each_dialect_gives_names_and_messages(tmp_path, runner, test, exception, message, passed):
    """Go, Rust and JavaScript."""
    (tmp_path / "r.xml").write_text(REPORTS[runner])
    report = read_junit(tmp_path / "r.xml")
    failure = report.failed[0].failure
    assert (failure.test, failure.exception) == (test, exception)
    assert failure.message.startswith(message)
    assert (report.counts.failed, report.counts.passed) == (1, passed)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><testsuites>&b;</testsuites>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB.encode(), "document type"),
        (BOMB.encode("utf-16"), "document type"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuites/>', "document type"),
        (b"no xml", "is not XML"),
        (b"", "is not XML"),
        (b"<html/>", "no JUnit report"),
        (b"<testsuites><testcase>", "is not XML"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path, content, words):
    """Entity bombs and references to other files never reach the parser."""
    (tmp_path / "r.xml").write_bytes(content)
    with pytest.raises(TargetError, match=words):
        read_junit(tmp_path / "r.xml")


WRITER = """import sys
open("report.xml", "w").write('<testsuites><testsuite><testcase classname="shop" name="total">'
    '<failure type="Oops" message="9 != 10">line</failure></testcase><testcase name="b"/></testsuite></testsuites>')
sys.exit(1)
"""


def run_with_report(laid, code):
    return laid.run(sys.executable, "-c", code, kind="command", junit="report.xml")


def test_a_command_with_a_report_is_red_by_its_tests(ground):
    """Names and messages instead of the last lines of output."""
    laid = ground("passing")
    report = run_with_report(laid, WRITER)
    laid.settle()
    assert [(each.test, each.exception, each.message) for each in report.failures] == [
        ("shop::total", "Oops", "9 != 10")
    ]
    assert (report.counts.failed, report.counts.passed) == (1, 1)


def test_the_report_of_another_run_counts_for_nothing(ground):
    """What lay there before is not this run's; the exit code is, and that is said."""
    laid = ground("passing")
    run_with_report(laid, WRITER)
    laid.settle()
    report = run_with_report(laid, "raise SystemExit(2)")
    assert report.failures[0].exception == "exit 2"
    assert report.probe_notes == ("this run wrote no report.xml; its exit code is all that is known",)


def test_names_of_pytest_become_node_ids(ground):
    """What `pytest --junitxml` writes leads back to the test, with class and parameters."""
    laid = ground("failing")
    (laid.root / "tests/test_class.py").write_text(
        "import pytest\nclass TestIt:\n    @pytest.mark.parametrize('x', ['a.b'])\n    def test_it(self, x):\n        assert 0\n"
    )
    laid.env["PYTEST_ADDOPTS"] = "--junitxml=report.xml"
    laid.run("tests/test_class.py")
    laid.settle()
    case = read_junit(laid.root / "report.xml").failed[0]
    assert node_id(case, laid.root) == "tests/test_class.py::TestIt::test_it[a.b]"
