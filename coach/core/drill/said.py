"""What whoever plays says of its own work: the cause, a question, the tokens it took. Foreign text, read line by line."""

import json
import re
from collections.abc import Iterator
from typing import Any

from coach.core.base.test_id import FunctionId
from coach.core.drill.facts import NamedCause

CAUSE, ASK = "cause:", "ask:"
"""Words with which a line begins that tells the cause, or asks."""
MAX_CAUSES = 5
_MARKS = "`*_\"'#>•- \t"
"""What Markdown puts around a line."""
_AROUND = "`*\"'[](),;"
"""What stands around a word: no underscores, which are part of names."""
_USED = re.compile(r"\btokens used\b\W{0,5}([\d,]{1,15})", re.IGNORECASE)
_SENT = re.compile(r"^Tokens: ([\d.,]{1,12})(k?) sent, ([\d.,]{1,12})(k?) received", re.MULTILINE)
_COUNTED = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_MAX_LINE = 1_000_000


def causes_named(text: str) -> tuple[NamedCause, ...]:
    """Return the places in the last lines that begin with ``cause:``; lines that follow each other belong together."""
    found: list[NamedCause] = []
    last = -2
    for number, line in enumerate(_lines(text)):
        words = _after(line, CAUSE)
        if words is None or not words:
            continue
        if number > last + 1:
            found = []
        last = number
        place = FunctionId(words[0])
        found.append(NamedCause(path=place.path, function=place.name or next(iter(words[1:]), "")))
    return tuple(found[-MAX_CAUSES:])


def question_in(text: str) -> str:
    """Return what is asked in the last line that begins with ``ask:``; empty where nothing is asked."""
    asked = [line for line in _lines(text) if _after(line, ASK)]
    return asked[-1].strip(_MARKS)[len(ASK) :].strip(_MARKS) if asked else ""


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text; of lines of JSON also those of the texts in it, since assistants wrap what they say."""
    for line in text.splitlines():
        if line.startswith("{") and len(line) <= _MAX_LINE:
            for each in _texts(_json(line)):
                yield from each.splitlines()
        yield line


def _after(line: str, word: str) -> list[str] | None:
    """Return the words after a word that begins a line, without marks of Markdown; None where it does not begin so."""
    plain = line.lstrip(_MARKS)
    if not plain.lower().startswith(word):
        return None
    return [each for each in (part.rstrip(".").strip(_AROUND) for part in plain[len(word) :].split()) if each]


def tokens_in(text: str) -> int | None:
    """Return how many tokens an assistant says it took, in and out; None where it does not say."""
    usages = [usage for line in text.splitlines() if (usage := _usage(line))]
    if usages:
        return max(usages)
    if sent := _SENT.findall(text):
        return sum(_number(a, ka) + _number(b, kb) for a, ka, b, kb in sent)
    used = _USED.findall(text)
    return int(used[-1].replace(",", "")) if used and used[-1].strip(",") else None


def _usage(line: str) -> int:
    """Return the tokens of a line of JSON that tells them; the line of the end tells those of the whole."""
    if '"usage"' not in line or not line.lstrip().startswith("{") or len(line) > _MAX_LINE:
        return 0
    found = _json(line)
    usage = found.get("usage") if isinstance(found, dict) else None
    if not isinstance(usage, dict):
        return 0
    return sum(each for name in _COUNTED if isinstance(each := usage.get(name), int) and each > 0)


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 6 and isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each, depth + 1)


def _number(text: str, thousands: str) -> int:
    try:
        return round(float(text.replace(",", "")) * (1000 if thousands else 1))
    except ValueError:
        return 0
