"""Whether a command of a line began at all, by what was printed: ``a && b`` ends with the code of ``a`` where that failed."""

import re
from collections.abc import Sequence
from posixpath import basename

from coach.core.output.output_reading import read_output
from coach.core.runs.command_line.invocation import Invocation
from coach.core.transcripts.shell.arrival import is_steady
from coach.core.transcripts.shell.syntax import Pipeline

BEGINS: dict[str, re.Pattern[str]] = {
    "pytest": re.compile(r"^=+ test session starts =+$", re.MULTILINE),
    "sympy": re.compile(r"^=+ test process starts =+$", re.MULTILINE),
    "Django": re.compile(r"^Testing against Django installed in ", re.MULTILINE),
}
"""The line with which a runner's output begins."""

_NONE_RAN = re.compile(r"^(?:=+ )?no tests ran\b|^collected \d|^Ran 0 tests|no test files\]", re.MULTILINE)
_NO_FOLDER = re.compile(
    r"(?:^|: )(?:cd|pushd): .{0,300}(?:No such file|not a directory|can't cd)", re.MULTILINE | re.IGNORECASE
)


def may_not_have_begun(
    lines: Sequence[Pipeline], at: int, invocation: Invocation, text: str, code: int | None
) -> bool:
    """Say whether an earlier command of the same chain may have kept a command from being started.

    Args:
        lines: the pipelines of the whole command.
        at: in which of them it stands.
        invocation: what it runs.
        text: what the whole command printed.
        code: its own exit code, as far as it is known.

    """
    joint, chain = lines[at].joint, []
    while at > 0 and lines[at].joint in {"&&", "||"}:
        at -= 1
        chain.append(lines[at])
    if not chain or (joint == "&&" and code == 0 and all(each.joint != "||" for each in chain)):
        return False
    if joint == "&&" and all(map(is_steady, chain)) and not _NO_FOLDER.search(text):
        return False
    return not _shows(invocation, text)


def _shows(invocation: Invocation, text: str) -> bool:
    """Whether an output can only be that of this command."""
    if invocation.is_script:
        names = {"-c": "<string>", "-": "<stdin>"}
        first = invocation.words[0] if invocation.words else ""
        return f'{names.get(first, basename(first))}", line ' in text
    begins = BEGINS.get(invocation.runner)
    if (begins is not None and begins.search(text)) or _NONE_RAN.search(text):
        return True
    reading = read_output(text, 0)
    return bool(reading.failures or reading.red or reading.counts.reported)
