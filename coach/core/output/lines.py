"""The merged output of a run as plain lines: no escape bytes, no progress that was painted over, no prefixes of others.

Task runners and build servers put a word before every line (``web:test: ``, ``web-1  | ``, ``[web] ``, a time) and mix
the lines of several tasks. What has the same prefix is brought together again, so that a reader sees one runner after
the other.
"""

import re
from collections import Counter
from collections.abc import Sequence

from coach.core.base.text import without_sequences

MAX_TEXT = 1_500_000
"""Characters that are looked at, half of them from the end."""
LINE_LIMIT, JSON_LIMIT = 4_096, 16_384
_LEAST_LINES = 3
"""A prefix that stands before fewer lines is none."""
_LEVELS = frozenset(
    {"info", "error", "warn", "warning", "debug", "trace", "fatal", "note", "fail", "pass", "ok"}
)
_TIME = re.compile(
    r"\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?(?: |$)|#\d{1,4} \d{1,6}\.\d{1,6} "
)
_TASK = re.compile(
    r"\[@?(?P<bracket>[A-Za-z][\w./:@-]{0,60})\] ?"
    r"|@?(?P<turbo>[A-Za-z][\w./#@-]{0,60}:[A-Za-z][\w:-]{0,40}):(?: |$)"
    r"|(?P<compose>[A-Za-z][\w.-]{0,60}) *\|(?: |$)"
    r"|@?[A-Za-z][\w./@-]{0,60} [\w:-]{0,20}(?:test|lint|check|build|unit|e2e|ci|compile)[\w:-]{0,20}:(?: |$)"
)


def plain_lines(text: str) -> list[str]:
    """Return the lines of an output as its programs meant them."""
    if len(text) > MAX_TEXT:
        text = f"{text[: MAX_TEXT // 2]}\n{text[-MAX_TEXT // 2 :]}"
    lines = [_plain(line) for line in text.split("\n")]
    return _by_task(_without_times(lines))


def _plain(line: str) -> str:
    limit = JSON_LIMIT if line.startswith("{") else LINE_LIMIT
    if "\r" in line:
        line = line.rstrip("\r").rpartition("\r")[2]
    return without_sequences(line[:limit]).replace("\0", "")


def _without_times(lines: list[str]) -> list[str]:
    """Take the time off the lines when it stands before most of them."""
    filled = sum(1 for line in lines if line.strip())
    stamped = sum(1 for line in lines if _TIME.match(line))
    if stamped < _LEAST_LINES or stamped * 10 < filled * 6:
        return lines
    return [line[found.end() :] if (found := _TIME.match(line)) else line for line in lines]


def _by_task(lines: list[str]) -> list[str]:
    """Take the names of tasks off the lines and bring together what each of them said."""
    prefixes = [_prefix(line) for line in lines]
    counted = Counter(each for each in prefixes if each)
    real = {each for each, count in counted.items() if count >= _LEAST_LINES}
    filled = sum(1 for line in lines if line.strip())
    if not real or 2 * sum(counted[each] for each in real) < filled:
        return lines
    said: dict[str, list[str]] = {}
    for line, prefix in zip(lines, prefixes, strict=True):
        task = prefix if prefix in real else ""
        said.setdefault(task, []).append(_rest(line) if task else line)
    return [line for each in said.values() for line in each]


def _prefix(line: str) -> str:
    found = _TASK.match(line)
    if found is None or (found["bracket"] or found["turbo"] or "").lower() in _LEVELS:
        return ""
    return found.group().rstrip()


def _rest(line: str) -> str:
    found = _TASK.match(line)
    return line[found.end() :] if found else line


def last_informative(lines: Sequence[str], most: int) -> list[str]:
    """Return the last lines that say something."""
    return [line.strip() for line in lines if line.strip()][-most:]
