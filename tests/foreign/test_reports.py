"""`--from-junit`: a report of a build server leads to the test here, wherever it ran, or says where it was looked for."""

PYTEST = """
[pytest]
pythonpath = .
"""
REPORT = """<?xml version="1.0"?><testsuites><testsuite name="pytest">
<testcase classname="tests.test_vat.TestVat" name="test_gross[7]" time="0.001"><failure message="assert 700 == 107">E  assert 700 == 107
</failure></testcase>
<testcase classname="tests.test_vat.TestVat" name="test_gross[19]"><failure message="assert 1900 == 119">E</failure></testcase>
</testsuite></testsuites>"""
TESTS = """
import pytest

from vat import gross


class TestVat:
    @pytest.mark.parametrize("rate", [7, 19])
    def test_gross(self, rate):
        assert gross(rate) == 100 + rate
"""


def test_a_report_from_a_sub_folder_leads_to_the_one_file(lay):
    """The build ran in `packages/billing`; the report is read at the top, in a folder of reports, the others are named."""
    top = lay(
        {
            "pyproject.toml": "[project]\nname = 'everything'\nversion = '1'\n",
            "packages/billing/pytest.ini": PYTEST,
            "packages/billing/vat.py": "def gross(rate):\n    return 100 * rate\n",
            "packages/billing/tests/test_vat.py": TESTS,
            "packages/mail/tests/test_mail.py": "def test_ok(): ...\n",
            "artifacts/unit/junit.xml": REPORT,
        }
    )
    top.commit("one")
    said = top.coach("run", "--new", "--json", "--from-junit", "artifacts")
    assert [each["test"] for each in said.json["failures"]] == [
        "packages/billing/tests/test_vat.py::TestVat::test_gross[7]"
    ], said.text
    assert "also failed: tests.test_vat.TestVat::test_gross[19]" in said.err
    assert "found as packages/billing/tests/test_vat.py::TestVat::test_gross[7]" in said.err


def test_of_several_files_none_is_guessed(lay):
    """The files that could be meant are named; a name that no file has says where it was looked for."""
    both = {f"{name}/tests/test_vat.py": "def test_gross(): ...\n" for name in ("one", "two")}
    top = lay({"pyproject.toml": "", "ci.xml": REPORT, **both})
    said = top.coach("run", "--new", "--from-junit", "ci.xml")
    assert said.code == 4
    assert "one/tests/test_vat.py, two/tests/test_vat.py" in said.err
    top.write({"other.xml": REPORT.replace("test_vat", "test_gone")})
    said = top.coach("run", "--new", "--from-junit", "other.xml")
    assert said.code == 4
    assert "ends with tests/test_gone.py" in said.err
