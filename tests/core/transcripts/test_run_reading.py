"""What a run was, by what it printed: red, green, no trial, or not known and then never green."""

import pytest

from coach.core.runs.command_line.invocation import of_script, of_tests
from coach.core.runs.failure import failing_set
from coach.core.runs.oracle import judge
from coach.core.transcripts.run_reading import CUT, Printed, read_run

PYTEST, DJANGO, MAKE = (
    of_tests("pytest", ("tests",)),
    of_tests("Django", ("shop",), "runtests.py"),
    of_tests("make", ("test",)),
)
SCRIPT = of_script("python", ("repro.py",))
RED = """\
=========================== short test summary info ============================
FAILED tests/test_cart.py::test_total - assert 3 == 4
========================= 1 failed, 2 passed in 0.12s ==========================
"""


def told(invocation, text, code=None, **more):
    report = read_run(invocation, Printed(text, code, **more), lambda path: path)
    return report, judge(report, failing_set(report)).outcome


@pytest.mark.parametrize(
    ("invocation", "text", "code"),
    [
        (PYTEST, RED, None),
        (PYTEST, RED, 0),
        (PYTEST, "FAILED tests/test_cart.py::test_total - assert 3 == 4\n", None),
        (PYTEST, "tests/test_cart.py::test_total FAILED       [ 50%]\n", None),
        (PYTEST, "4 failed, 2 passed in 1.50 seconds\n", None),
        (DJANGO, "FAIL: test_total (shop.tests.CartTests.test_total)\nFAILED (failures=1)\n", None),
        (of_tests("sympy", ()), "===== tests finished: 3 passed, 1 failed, in 0.40 seconds =====\n", None),
        (MAKE, "make: *** [Makefile:3: test] Error 1\n", 2),
        (MAKE, "Tests:       5 passed, 5 total\nlint found 2 problems\n", 1),
        (
            SCRIPT,
            'Traceback (most recent call last):\n  File "repro.py", line 1, in <module>\nValueError: no\n',
            None,
        ),
        (SCRIPT, "wrong\n", 1),
    ],
)
def test_red(invocation, text, code):
    assert told(invocation, text, code)[1] == "FAIL"


@pytest.mark.parametrize(
    ("invocation", "text", "code"),
    [
        (PYTEST, "======== 3 passed, 1 warning in 0.10s ========\n", None),
        (PYTEST, "3 passed in 0.10s\n", 0),
        (DJANGO, "Ran 12 tests in 0.012s\n\nOK (skipped=1)\n", None),
        (DJANGO, "OK (skipped=6)\n", None),
        (
            of_tests("sympy", ()),
            "======== tests finished: 42 passed, 2 expected to fail, in 1.24 seconds ========\n",
            None,
        ),
        (MAKE, "all good\n", 0),
        (of_tests("go test", ("./...",)), "?   \tshop/cmd\t[no test files]\nok  \tshop/cart\t(cached)\n", 0),
        (SCRIPT, "fine\n", 0),
    ],
)
def test_green(invocation, text, code):
    assert told(invocation, text, code)[1] == "PASS"


@pytest.mark.parametrize(
    ("invocation", "text", "code", "kind"),
    [
        (PYTEST, "/usr/bin/python3: No module named pytest\n", 1, "no_pytest"),
        (PYTEST, "bash: line 1: pytest: command not found\n", 127, "not_started"),
        (
            SCRIPT,
            "ModuleNotFoundError: No module named 'shop.fast'\n\nImportError: shop has not been built correctly.\n",
            1,
            "not_started",
        ),
        (
            PYTEST,
            "ModuleNotFoundError: No module named 'sqlparse'\nSkipping setup of the database.\n",
            1,
            "not_started",
        ),
        (
            PYTEST,
            "ImportError: Error importing plugin \"shop.fixtures\": No module named 'roman'\n",
            1,
            "not_started",
        ),
        (
            SCRIPT,
            "python: can't open file '/w/repro.py': [Errno 2] No such file or directory\n",
            2,
            "not_started",
        ),
        (
            PYTEST,
            "ERROR: usage: pytest [options]\npytest: error: unrecognized arguments: --timeout=3\n",
            4,
            "usage_error",
        ),
        (
            PYTEST,
            "ImportError while loading conftest '/w/conftest.py'.\nTypeError: no\n",
            None,
            "not_started",
        ),
        (PYTEST, "no tests ran in 0.01s\n", None, "no_tests"),
        (
            SCRIPT,
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nModuleNotFoundError: No module named 'numpy'\n",
            1,
            "not_started",
        ),
        (PYTEST, "1444 deselected in 0.11s\n", None, "no_tests"),
        (PYTEST, "ERROR: /w/a.toml: 'minversion' requires pytest-9, actual pytest-8\n", None, "not_started"),
        (PYTEST, "Creating tables...\n", None, "unknown"),
        (MAKE, "3 passed in 0.10s\n", None, "unknown"),
        (SCRIPT, "half of it\n", None, "unknown"),
    ],
)
def test_no_trial_and_never_green(invocation, text, code, kind):
    report, outcome = told(invocation, text, code, is_whole=False)
    assert (report.ending.kind, outcome) == (kind, "UNRESOLVED")
    assert report.ending.sentence


def test_what_is_stopped_or_goes_into_a_file_tells_nothing_but_its_code():
    assert told(PYTEST, RED, None, is_ended_early=True)[0].ending.kind == "interrupted"
    assert told(PYTEST, "3 passed in 0.1s", None, is_hidden=True)[0].ending.kind == "unknown"
    assert told(PYTEST, "", 1, is_hidden=True)[1] == "FAIL"


def test_a_part_of_an_output_says_that_names_are_lost():
    report, _ = told(PYTEST, "4 failed, 2 passed in 1.50s\n", None, is_whole=False)
    assert report.counts.failed == 4
    assert report.failures_left_out == 4
    assert any(CUT in note for note in report.probe_notes)


def test_over_its_time_is_another_end_than_interrupted():
    for text, kind in (("Command timed out after 60 seconds", "timeout"), ("^C", "interrupted")):
        report, _ = told(PYTEST, text, is_ended_early=True)
        assert report.ending.kind == kind
