"""Commands that never came to the code they were to run: a script that is not there, a wrong option, a missing program.

Such a run is red by its exit code and says nothing about the code; the next one, typed right, is no answer to it.
"""

import re

from coach.core.runs.report import RunReport

_NOT_FOUND = frozenset({126, 127})
"""What a shell ends with when the program cannot be run or is not there."""
_LAST_LINES = 6
_SAID = re.compile(
    r"can't open file '[^'\n]{1,500}': \[Errno 2\]"
    r"|^\S{0,300}python[\d.]{0,5}: No module named "
    r"|^(?:\S{1,100}: )?(?:line \d{1,6}: |\d{1,6}: )?\S{1,300}: (?:command )?not found$"
    r"|^\S{1,300}: error: (?:unrecognized arguments|the following arguments are required|argument \S{1,100}: )"
    r"|^ERROR: (?:usage: |file or directory not found: )",
    re.MULTILINE,
)


def is_set_up_failure(report: RunReport) -> bool:
    """Whether a command failed as a whole, before it ran any code of the project or any test."""
    failures = report.failures
    if not failures or any(each.phase != "command" or each.own_frames for each in failures):
        return False
    if report.ending.exit_code in _NOT_FOUND:
        return True
    return all(_SAID.search("\n".join(each.message.split("\n")[-_LAST_LINES:])) for each in failures)
