"""The real failure of a server under test stands in what it logged or wrote: its frames are the failure's causes."""

import pytest

from coach.core.runs.failure import trail
from tests.foreign.reports import report_of

APP = """
    import json
    import logging
    import sys
    import traceback

    LOG = logging.getLogger("app")


    def parse(text):
        return int(text)


    def convert(text):
        try:
            return parse(text)
        except ValueError as error:
            raise RuntimeError("cannot convert") from error


    def serve(text, how):
        try:
            convert(text)
        except Exception:
            report(how)
            return 500
        return 200


    def report(how):
        if how == "log":
            LOG.exception("unhandled error")
        elif how == "stderr":
            traceback.print_exc()
        elif how == "stamped":
            for line in traceback.format_exc().splitlines():
                print("2024-01-01 12:00:00 | web | " + line)
        elif how == "json":
            sys.stderr.write(json.dumps({"event": "failed", "exc": traceback.format_exc()}) + "\\n")
        elif how == "flood":
            print("noise\\n" * 5_000)
            traceback.print_exc(file=sys.stdout)
            print("noise\\n" * 5_000)
"""
TESTS = """
    import unittest

    import pytest

    import app


    @pytest.mark.parametrize("how", ["log", "stderr", "stamped", "json", "flood"])
    def test_status(how):
        assert app.serve("x", how) == 200


    class Cases(unittest.TestCase):
        def test_case(self):
            self.assertEqual(app.serve("x", "log"), 200)


    def test_silent():
        print("Traceback is a word, and so is File \\"a.py\\", line 3")
        assert app.serve("x", "") == 200
"""


@pytest.mark.parametrize("addopts", ["", "-p xdist -n 1"])
def test_what_a_server_logged_is_where_it_began(lay, addopts):
    """However it was written: chained frames, own ones known, before the line of the test that saw it."""
    report = report_of(lay({"app.py": APP, "test_app.py": TESTS}), addopts=addopts)
    found = {each.test.rpartition("::")[2]: each for each in report.failures}
    kinds = {
        "log": "logged",
        "stderr": "printed",
        "stamped": "printed",
        "json": "printed",
        "flood": "printed",
    }
    for how, kind in kinds.items():
        causes = found[f"test_status[{how}]"].causes
        assert [(each.kind, each.exception) for each in causes] == [
            (kind, "RuntimeError"),
            (kind, "ValueError"),
        ], how
        last = causes[-1].frames[-1]
        assert (last.path, last.function, last.own, last.source) == (
            "app.py",
            "parse",
            True,
            "return int(text)",
        )
    case = found["test_case"]
    assert [(each.path, each.function) for each in trail(case)] == [
        ("app.py", "parse"),
        ("app.py", "convert"),
        ("app.py", "convert"),
        ("app.py", "serve"),
        ("test_app.py", "test_case"),
    ]
    assert found["test_silent"].causes == ()


def test_suspects_begin_where_the_log_says(lay):
    """The line that raised in the server leads; the handler that turned it into a status does not."""
    top = lay({"app.py": APP, "test_app.py": TESTS})
    said = top.coach("run", "test_app.py::Cases::test_case", "--new")
    assert "logged ValueError" in said.out
    assert "app.py:11 parse" in said.out
    first = top.coach("suspects", "--json").json[0]
    assert "parse" in str(first), first
