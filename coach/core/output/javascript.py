"""Errors as JavaScript prints them: name, message, ``at`` lines, and the values that assertion libraries add.

Shared by the readers of runners in that language.
"""

import re
from collections.abc import Sequence

from coach.core.output.differences import of_diff, of_values
from coach.core.output.found import EXCEPTION, Detail, frame_at, number, paragraph
from coach.core.runs.report import Difference, Frame

_SIGNS = {
    "+ actual - expected": ("+", "-"),
    "+ expected - actual": ("-", "+"),
    "- Expected": ("+", "-"),
    "+ Received": ("+", "-"),
    "- expected": ("+", "-"),
    "+ received": ("+", "-"),
}
"""What begins a diff, and which sign in it is the value that the code gave, and which the one wanted."""
_SAID = re.compile(
    r"\s*(?P<side>Expected|Received|expected|actual|received|got|wanted)"
    r"(?: (?:value|substring|pattern|length|message|number of calls))?\s?: {0,20}(?P<value>\S.*)$"
)
_UNEQUAL = re.compile(r"\s*(?P<got>\S.{0,300}?) (?:!==|!=) (?P<wanted>\S.{0,300})$")
_CODE = re.compile(r"\s*+(?:>\s*+)?\d*+\s*+[|│]")
"""A line of a code frame."""


def stack_frame(line: str) -> Frame | None:
    """Read one line of a stack: ``at f (file:1:2)``, ``at file:1:2``, ``❯ f file:1:2``."""
    text = line.strip()
    if text.startswith("at "):
        text = text[3:].removeprefix("async ").rstrip(" {")
        if text.endswith(")"):
            function, _, place = text[:-1].rpartition("(")
        else:
            function, place = "", text
    elif text.startswith(("❯ ", "› ")):
        function, _, place = text[2:].strip().rpartition(" ")
    else:
        return None
    parts = place.rsplit(":", 2)
    if len(parts) < 3 or not number(parts[1]) or not parts[2].isdigit():
        return None
    return frame_at(parts[0], parts[1], function)


def error_in(lines: Sequence[str]) -> Detail:
    """Read what one test's failure looks like in the output of a JavaScript runner."""
    frames = [frame for line in lines if (frame := stack_frame(line))]
    before = next((i for i, line in enumerate(lines) if stack_frame(line)), len(lines))
    said = [line for line in lines[:before] if not _CODE.match(line) or line.lstrip().startswith(("+", "-"))]
    first, _, rest = _once(paragraph(said)).lstrip().partition("\n")
    found = EXCEPTION.match(first)
    exception, message = (found["name"], found["message"] or "") if found else ("", first)
    if rest.strip():
        message = f"{message}\n{rest}".strip("\n")
    return Detail(exception, _without_blanks(message), tuple(reversed(frames)), difference_in(lines))


def _once(text: str) -> str:
    """Drop a message that stands before the error which says it again."""
    lines = text.split("\n")
    for row, line in enumerate(lines[1:], 1):
        found = EXCEPTION.match(line)
        if found and found["message"] == lines[0]:
            return "\n".join(lines[row:])
    return text


def difference_in(lines: Sequence[str]) -> tuple[Difference, ...]:
    """Find what was got and what was wanted: by name, as a diff, or as ``3 !== 2``."""
    by_name = _named(lines)
    whole = of_values(*by_name, is_sure=True) if by_name else ()
    if by_name and whole and not all(each[:1] in {"{", "["} for each in by_name):
        return whole
    for row, line in enumerate(lines):
        signs = next((signs for head, signs in _SIGNS.items() if line.strip().startswith(head)), None)
        if signs is not None and (found := of_diff(_diff_after(lines, row), *signs, is_sure=True)):
            return found
    return whole or _unequal(lines)


def _unequal(lines: Sequence[str]) -> tuple[Difference, ...]:
    for line in lines:
        if stack_frame(line):
            break
        if (unequal := _UNEQUAL.match(line)) and not EXCEPTION.match(line.strip()):
            return of_values(unequal["got"], unequal["wanted"], is_sure=True)
    return ()


def _named(lines: Sequence[str]) -> tuple[str, str] | None:
    """Return what was got and what was wanted where both are said by their names."""
    got = wanted = None
    for line in lines:
        found = _SAID.match(line)
        if found is None or _is_heading(line):
            continue
        value = found["value"].rstrip().removesuffix(",")
        if found["side"] in {"Expected", "expected", "wanted"}:
            wanted = value if wanted is None else wanted
        elif got is None:
            got = value
        if got is not None and wanted is not None:
            return got, wanted
    return None


def _is_heading(line: str) -> bool:
    return line.strip()[:1] in "+-" and bool(re.match(r"\s*[+-] (?:Expected|Received)", line))


def _diff_after(lines: Sequence[str], row: int) -> list[str]:
    """Return the lines of a diff without the margin of the block they stand in."""
    margin = len(lines[row]) - len(lines[row].lstrip())
    found: list[str] = []
    for line in lines[row + 1 :]:
        text = line.strip()
        if text.startswith(tuple(_SIGNS)):
            continue
        if stack_frame(line) or _CODE.match(line) or text.startswith(("✖", "❯", "⎯")):
            break
        if not text:
            if found and _has_change(found) and not line[margin:].startswith(" "):
                break
            continue
        found.append(line[margin:])
    return found


def _has_change(lines: Sequence[str]) -> bool:
    return any(line[:1] in {"+", "-"} for line in lines)


def _without_blanks(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if line.strip())
