"""JUnit XML of any runner becomes failures with names and messages; a hostile file is refused, a stale one counts for nothing."""

import os
import sys

import pytest

from coach.core.base.test_id import TestId
from coach.core.runs.report import Failure
from coach.engine.runners.junit_files import read_reports
from coach.engine.runners.junit_names import named_test
from coach.engine.runners.junit_report import JUnitCase, read_junit
from coach.engine.source.find_file import ProjectFiles
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
    assert report.probe_notes == (
        "this run wrote no report.xml; its exit code and its output are all that is known",
    )


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
    assert named_test(case, ProjectFiles(laid.root)).id == "tests/test_class.py::TestIt::test_it[a.b]"


def wrapped(*cases, head='<?xml version="1.0" encoding="utf-8"?>'):
    return f"{head}<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


def red(name="test_a", classname="tests.test_x", message="assert 1 == 2", text="", attributes=""):
    words = f'classname="{classname}" name="{name}" {attributes}'
    return f'<testcase {words}><failure message="{message}">{text}</failure></testcase>'


@pytest.mark.parametrize(
    "content",
    [
        wrapped(red(message="\x1b[31massert 1 == 2\x1b[0m")).encode(),
        wrapped(red(message="&#27;[1massert&#x1B;[0m 1 == 2")).encode(),
        wrapped(red(message="#x1B[31massert 1 == 2#x1B[0m")).encode(),
        wrapped(red(text="\0\x08\x0c\ufffe")).encode(),
        b"\xef\xbb\xbf" + wrapped(red(text="\x01")).encode(),
        wrapped(red(text="\x07"), head='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"),
        wrapped(red()).encode() .replace(b"assert 1", b"assert 1\xff").replace(b"\xff", b""),
    ],
)  # fmt: skip
def test_bytes_that_xml_forbids_are_taken_out(tmp_path, content):
    """Colours and control characters that a runner copied from the output do not hide a failure."""
    (tmp_path / "r.xml").write_bytes(content)
    [case] = read_junit(tmp_path / "r.xml").failed
    assert case.failure.message.replace("[1m", "").replace("[0m", "") == "assert 1 == 2"


def test_a_pipe_is_no_report(tmp_path):
    """A name that leads to a pipe or a device is refused at once."""
    os.mkfifo(tmp_path / "r.xml")
    for path in (tmp_path / "r.xml", "/dev/zero"):
        with pytest.raises(TargetError, match="not a file"):
            read_junit(path if path != "/dev/zero" else type(tmp_path)(path))


def test_a_file_that_could_not_be_collected_is_found_and_says_why(tmp_path):
    """The words of the import error, not those of the report; its target is the file."""
    text = "tests/test_x.py:1: in &lt;module&gt;\n    import nosuch\nE   ModuleNotFoundError: No module named 'nosuch'"
    case = f'<testcase classname="" name="tests.test_x"><error message="collection failure">{text}</error></testcase>'
    (tmp_path / "r.xml").write_text(wrapped(case))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_x.py").touch()
    [found] = read_junit(tmp_path / "r.xml").failed
    assert (found.failure.phase, found.failure.exception) == ("collect", "ModuleNotFoundError")
    assert found.failure.message == "No module named 'nosuch'"
    assert named_test(found, ProjectFiles(tmp_path)).id == "tests/test_x.py"


def test_a_test_around_failing_tests_is_no_failure(tmp_path):
    """Of Go's sub-tests only the innermost is told, with what it got and wanted and its own line."""
    text = "    tax_test.go:12: tax() = 107, want 119"
    cases = [
        red(name, "shop/tax", "Failed", said)
        for name, said in (("TestTax", ""), ("TestTax/full", ""), ("TestTax/full/a", text))
    ]
    (tmp_path / "r.xml").write_text(wrapped(*cases, red("TestTaxed", "shop/tax", "Failed")))
    report = read_junit(tmp_path / "r.xml")
    assert [each.name for each in report.failed] == ["TestTax/full/a", "TestTaxed"]
    first = report.failed[0].failure
    assert [(each.got, each.wanted) for each in first.difference] == [("107", "119")]
    assert (first.frames[-1].path, first.frames[-1].line) == ("tax_test.go", 12)


def test_a_folder_is_read_as_the_newest_run(tmp_path):
    """One file a class, below folders; an older run is left out, and so is what passed when it ran again."""
    for name, text, age in (
        ("old/TEST-old.xml", wrapped(red("test_old")), 7_200),
        ("TEST-a.xml", wrapped(red("test_flaky"), red("test_b")), 300),
        ("again/TEST-a.xml", wrapped('<testcase classname="tests.test_x" name="test_flaky"/>'), 200),
        ("TEST-c.xml", wrapped(red("test_c")), 100),
        ("coverage.xml", "<coverage/>", 100),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        os.utime(path, (2_000_000_000 - age,) * 2)
    report = read_reports(tmp_path)
    assert [each.name for each in report.failed] == ["test_b", "test_c"]
    assert (report.counts.failed, report.counts.passed) == (2, 1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TargetError, match="no report in"):
        read_reports(tmp_path / "empty")


@pytest.mark.parametrize(
    ("attributes", "found"), [({}, ""), ({"file": "tests/test_x.py"}, "tests/test_x.py")]
)
def test_a_case_with_neither_class_nor_name_is_read(tmp_path, attributes, found):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_x.py").write_text("")
    failure = Failure(test=TestId("a test without a name"), phase="call", exception="E", message="x")
    case = JUnitCase(class_name="", name="", file=attributes.get("file", ""), failure=failure)
    assert named_test(case, ProjectFiles(tmp_path)).id == found


@pytest.mark.parametrize(
    ("classname", "name", "attributes", "expected"),
    [
        ("tests.test_vat.TestVat.TestDeep", "test_gross[a.b-1]", "", "services/billing/tests/test_vat.py::TestVat::TestDeep::test_gross[a.b-1]"),
        ("build.services.billing.tests.test_vat", "test_gross", "", "services/billing/tests/test_vat.py::test_gross"),
        ("test_vat.TestVat", "test_gross", 'file="tests\\test_vat.py"', "services/billing/tests/test_vat.py::TestVat::test_gross"),
        ("", "tests/test_vat.py::TestVat::test_gross", "", "services/billing/tests/test_vat.py::TestVat::test_gross"),
        ("tests.test_vat.TestVat", "test_gross (tests.test_vat.TestVat)", "", "services/billing/tests/test_vat.py::TestVat::test_gross"),
        ("tests.test_new", "test_new", "", "tests/test_new.py::test_new"),
        ("tests.test_mail", "test_a", "", ""),
        ("lib.test_installed", "test_a", "", ""),
        ("com.shop.TaxTest", "isFull", "", ""),
    ],
)  # fmt: skip
def test_names_as_seen_from_elsewhere_lead_to_the_one_file(tmp_path, classname, name, attributes, expected):
    """From a sub-folder, a folder above, another system; of several files, and of installed ones, none is guessed."""
    for file in (
        "services/billing/tests/test_vat.py",
        "services/a/tests/test_mail.py",
        "services/b/tests/test_mail.py",
        ".venv/lib/test_installed.py",
        "tests/test_new.py",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "r.xml").write_text(wrapped(red(name, classname, attributes=attributes)))
    [case] = read_junit(tmp_path / "r.xml").failed
    found = named_test(case, ProjectFiles(tmp_path))
    assert found.id == expected
    if "mail" in classname:
        assert found.candidates == ("services/a/tests/test_mail.py", "services/b/tests/test_mail.py")
        assert named_test(case, ProjectFiles(tmp_path), tmp_path / "services/b").id.startswith("services/b/")
    elif not expected:
        assert found.looked_for


FOLDER_WRITER = """import os, sys
os.makedirs("out", exist_ok=True)
for name in ("a", "b"):
    open(f"out/{name}.xml", "w").write(f'<testsuite><testcase classname="shop" name="{name}"><failure message="9 != 10"/></testcase></testsuite>')
sys.exit(1)
"""


def test_a_command_may_write_a_folder_of_reports(ground):
    """Only the files that this run wrote are read."""
    laid = ground("passing")
    (laid.root / "out").mkdir()
    (laid.root / "out/old.xml").write_text(wrapped(red("test_old")))
    report = laid.run(sys.executable, "-c", FOLDER_WRITER, kind="command", junit="out")
    laid.settle()
    assert [each.test for each in report.failures] == ["shop::a", "shop::b"]
