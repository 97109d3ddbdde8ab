"""The text of one failure inside a report: its frames and its difference, in the words of whatever runner wrote it."""

from collections.abc import Sequence

from coach.core.output.found import Detail
from coach.core.output.go_words import detail_of, is_of_go, panic_in
from coach.core.output.javascript import error_in, stack_frame
from coach.core.output.jvm import exception_in, java_frame
from coach.core.output.pytest_text import detail_of_block, is_of_pytest
from coach.core.output.python_trace import trace_in
from coach.core.output.rust import is_panic, panic_of

_MAX_TEXT = 200_000


def detail_of_report(text: str) -> Detail:
    """Read the text below a ``failure`` or ``error``; what nobody recognises has neither frames nor a difference."""
    lines = text[:_MAX_TEXT].split("\n")
    if any(is_of_pytest(line) for line in lines):
        return detail_of_block(lines)
    if found := trace_in(lines):
        return found[0]
    start = next((row for row, line in enumerate(lines) if is_panic(line)), None)
    if start is not None:
        return panic_of(lines[start:])
    if is_of_go(lines):
        return panic_in(lines) or detail_of(lines, "")
    return _with_stack(lines)


def _with_stack(lines: Sequence[str]) -> Detail:
    if any(java_frame(line) for line in lines):
        start = next((row for row, line in enumerate(lines) if line.strip()), 0)
        return exception_in(lines[start:])
    return error_in(lines) if any(stack_frame(line) for line in lines) else Detail()
