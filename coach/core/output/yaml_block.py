"""The YAML block below a TAP test: error, expected, actual, where, stack. A small part of YAML, read line by line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.core.output.differences import of_diff, of_entries, of_values
from coach.core.output.found import EXCEPTION, Detail, frame_at, indent_of, number, paragraph
from coach.core.output.javascript import stack_frame
from coach.core.runs.report import Difference, Frame

_ENTRY = re.compile(r" *(?P<key>\"[^\"]{1,200}\"|'[^']{1,200}'|[^\s:#-][^:]{0,200}|-):(?: (?P<value>.*)|)$")
_BLOCK = re.compile(r"[|>][+-]?\d?$")
_WANTED, _GOT = ("expected", "wanted", "want"), ("actual", "found", "got", "received")
_MAX_LINES = 2_000


@dataclass(slots=True)
class _Entry:
    value: str
    is_block: bool = False
    below: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return paragraph(self.below) if self.below and not self.value else self.value


def detail_in(lines: Sequence[str]) -> Detail | None:
    """Read the first YAML block of these lines; None when there is none."""
    start = next((i for i, line in enumerate(lines[:20]) if line.strip() == "---"), None)
    if start is None or any(line.strip() and not line.lstrip().startswith("#") for line in lines[:start]):
        return None
    margin = indent_of(lines[start])
    block: list[str] = []
    for line in lines[start + 1 : start + _MAX_LINES]:
        if line.strip() == "..." and indent_of(line) <= margin:
            break
        block.append(line[margin:])
    entries = _entries(block)
    said = next((entries[key].text for key in ("error", "message", "description") if key in entries), "")
    name = entries["name"].text if "name" in entries else ""
    stack = entries["stack"].below if "stack" in entries else []
    frames = [frame for line in stack if (frame := stack_frame(line) or stack_frame(f"at {line.strip()}"))]
    first = _first_line(stack)
    if not said and first:
        name, said = name or first[0], first[1]
    if not frames:
        frames = _place(entries)
    return Detail(_unquoted(name), _message(said), tuple(reversed(frames)), _difference(entries))


def _entries(block: Sequence[str]) -> dict[str, _Entry]:
    found: dict[str, _Entry] = {}
    last: _Entry | None = None
    for line in block:
        entry = _ENTRY.match(line) if not line.startswith(" ") else None
        if entry is not None:
            value = (entry["value"] or "").strip()
            is_block = bool(_BLOCK.match(value))
            last = _Entry("" if is_block else _unquoted(value), is_block)
            found.setdefault(_unquoted(entry["key"]), last)
        elif last is not None:
            last.below.append(line)
    return found


def _first_line(stack: Sequence[str]) -> tuple[str, str] | None:
    found = EXCEPTION.match(stack[0].strip()) if stack else None
    return (found["name"], found["message"] or "") if found else None


def _place(entries: dict[str, _Entry]) -> list[Frame]:
    """Read ``location: 'file:1:2'`` and ``at:`` with a file name and a line below it."""
    for key in ("location", "at"):
        entry = entries.get(key)
        if entry is None:
            continue
        parts = entry.value.rsplit(":", 2)
        if len(parts) == 3 and number(parts[1]):
            return [frame_at(parts[0], parts[1])]
        inner = _entries([line.strip() for line in entry.below])
        name = next((inner[each].value for each in ("fileName", "file") if each in inner), "")
        line = next((inner[each].value for each in ("lineNumber", "line") if each in inner), "")
        if name and number(line):
            return [frame_at(name, line)]
    return []


def _difference(entries: dict[str, _Entry]) -> tuple[Difference, ...]:
    wanted = next((entries[each] for each in _WANTED if each in entries), None)
    got = next((entries[each] for each in _GOT if each in entries), None)
    if wanted is not None and got is not None:
        if wanted.below and got.below and not wanted.is_block and not got.is_block:
            return of_entries(_flat(got.below), _flat(wanted.below), is_sure=True)
        return of_values(got.text, wanted.text, is_sure=True)
    diff = entries.get("diff")
    if diff is None:
        return ()
    lines = [line for line in paragraph(diff.below).split("\n") if not line.startswith(("--- ", "+++ "))]
    return of_diff(lines, "+", "-", is_sure=True)


def _flat(lines: Sequence[str]) -> dict[str, str]:
    """Return a nested block as path → printed value."""
    found: dict[str, str] = {}
    stack: list[tuple[int, str]] = []
    for line in lines:
        entry = _ENTRY.match(line)
        if entry is None:
            continue
        indent = indent_of(line)
        while stack and stack[-1][0] >= indent:
            stack.pop()
        key = _unquoted(entry["key"])
        path = stack[-1][1] if stack else ""
        path = f"{path}[{key}]" if key.isdigit() else f"{path}.{key}" if path else key
        value = (entry["value"] or "").strip()
        if value:
            found[path] = _unquoted(value)
        stack.append((indent, path))
    return found


def _message(text: str) -> str:
    return "\n".join(line for line in _unquoted(text).split("\n") if line.strip())


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        inner = text[1:-1]
        return inner.replace("''", "'") if text[0] == "'" else inner.replace('\\"', '"').replace("\\n", "\n")
    return text
