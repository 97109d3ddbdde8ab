"""Commands that never came to the code they were to run."""

import pytest

from coach.core.runs.report import Ending, Failure, Frame, RunReport
from coach.core.runs.set_up_failure import is_set_up_failure

NEVER_CAME = [
    "python: can't open file '/srv/project/try.py': [Errno 2] No such file or directory",
    "/usr/bin/python3.11: No module named pytest",
    "bash: line 1: pytst: command not found",
    "sh: 1: pytst: not found",
    "usage: run.py [-h]\nrun.py: error: unrecognized arguments: --verbos",
    "ERROR: file or directory not found: tests/test_gone.py",
]
CAME = [
    "ModuleNotFoundError: No module named 'shop'",
    "FileNotFoundError: [Errno 2] No such file or directory: 'prices.csv'",
    "AssertionError: page not found",
    "FAILED (errors=21)",
    "",
]


def report(message, exit_code=1, **more):
    failure = Failure(
        test="python try.py", phase="command", exception=f"exit {exit_code}", message=message, **more
    )
    return RunReport(ending=Ending(exit_code=exit_code), failures=(failure,))


@pytest.mark.parametrize("message", NEVER_CAME)
def test_what_never_came_to_the_code(message):
    assert is_set_up_failure(report(message))


@pytest.mark.parametrize("message", CAME)
def test_what_the_code_says_itself(message):
    assert not is_set_up_failure(report(message))


def test_exit_codes_of_shells_and_frames_in_own_code():
    assert is_set_up_failure(report("", 127))
    own = Frame(path="shop/run.py", line=3, function="main", own=True)
    assert not is_set_up_failure(report(NEVER_CAME[3], 127, frames=(own,)))
    assert not is_set_up_failure(RunReport(ending=Ending(exit_code=0)))
    of_a_test = Failure(test="tests/test_a.py::test_a", message=NEVER_CAME[0])
    assert not is_set_up_failure(RunReport(ending=Ending(exit_code=1), failures=(of_a_test,)))
