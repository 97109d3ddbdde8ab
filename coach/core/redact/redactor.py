"""Take secrets and personal names out of text, in place, with typed and numbered placeholders.

``[redacted:<rule>#<n>]``: the same value always gets the same number, so a reader still sees that two values are
equal. Precision first: a git hash, a node id or code that only mentions ``password`` stays. No claim of completeness:
recognised forms go, a secret in plain prose may stay, so the list of what was taken out is shown before anything
leaves.

Rules stand in ``redact_rules``. Two more work on values instead of forms: exact values of secret-named environment
variables (the only way to see a password inside an assertion diff), and values a rule has found in one place, which are
taken out everywhere.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from coach.core.base.text import without_sequences
from coach.core.redact.multiline import BLOCKS, Finder, decoded, wrapped
from coach.core.redact.rules import RULES, Rule
from coach.core.redact.values import is_strong

SHORTEST_EXACT = 6
"""Shorter values of environment variables occur in ordinary text by chance."""
WORD_LIKE = 12
"""Exact values below this length are replaced as whole words only."""

_PLACEHOLDER = "[redacted:"
_PLACED = re.compile(r"\[redacted:([a-z\-]+)#\d+\]")
_HOMES = re.compile(r"(?<![\w.~])(?:/home|/Users)/[^/\s'\"`:<>|()\[\]]+|(?<![\w.~])/root(?=/)")
_COMMON_NAMES = frozenset(
    [
        "admin",
        "app",
        "build",
        "builder",
        "ci",
        "coach",
        "debian",
        "dev",
        "docker",
        "fedora",
        "guest",
        "home",
        "host",
        "jenkins",
        "local",
        "localhost",
        "machine",
        "main",
        "nobody",
        "node",
        "python",
        "root",
        "runner",
        "server",
        "shop",
        "test",
        "tester",
        "tests",
        "ubuntu",
        "user",
        "vagrant",
        "work",
        "worker",
        "www",
        "www-data",
    ]
)
"""Account and host names that say nothing about a person and occur as ordinary words."""


@dataclass(frozen=True, slots=True)
class Private:
    """What must not leave this machine, besides what the rules recognise by form."""

    secrets: tuple[str, ...] = ()
    """Exact values, such as those of secret-named environment variables."""
    home: str = ""
    """The home directory; becomes ``~``."""
    user: str = ""
    host: str = ""
    patterns: tuple[re.Pattern[str], ...] = ()
    """The project's own."""
    names: tuple[str, ...] = ()
    """Files and tests of the project: a secret spelt like a part of one stays there, or nobody could run that test."""


def placeholders(text: str) -> list[str]:
    """Return the rule of each placeholder in a text."""
    return _PLACED.findall(text) if _PLACEHOLDER in text else []


def taken_out(counts: Iterable[tuple[str, int]]) -> str:
    """Return in words what was taken out, as ``2 × token, 1 × home``; empty for nothing."""
    return ", ".join(f"{count} × {rule}" for rule, count in counts)


class Redactor:
    """Redacts many texts with one numbering. ``clean`` each text, then ``settle`` each result."""

    def __init__(self, private: Private | None = None) -> None:
        private = private or Private()
        self._secrets, self._spared = private.secrets, private.names
        self._exact = self._exactly()
        self._home = private.home.rstrip("/")
        names = (("user", private.user), ("host", private.host))
        self._names = [(rule, name) for rule, name in names if _is_distinctive(name)]
        self._patterns = private.patterns
        self._numbers: dict[str, dict[str, int]] = {}
        self._owner: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._found: _Exact | None = None
        self._known = 0
        """How many values were found when ``_found`` was made."""

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """What was taken out so far: (rule, occurrences), in the order of the rules' names."""
        return tuple(sorted(self._counts.items()))

    def spare(self, names: tuple[str, ...]) -> None:
        """From here on leave these files and tests whole, also where a secret is spelt like a part of one."""
        if names != self._spared:
            self._spared = names
            self._exact = self._exactly()

    def _exactly(self) -> "_Exact | None":
        return _any_of(((value, value) for value in self._secrets), self._spared)

    def exact(self, text: str) -> str:
        """Take out exact values only: for what is recorded, where a guess by form would hide what is debugged."""
        return self._replace_exact(text, self._exact) if self._exact else text

    def clean(self, text: str) -> str:
        """Apply every rule to a text."""
        if "\x1b" in text and (plain := without_sequences(text)) != text:
            cleaned = self.clean(plain)  # colours hide where a word begins
            return cleaned if cleaned != plain else text
        text = self._at_spans(self.exact(text), "key", wrapped)
        low, low_of = text.lower(), text
        for rule in RULES:
            low = text.lower() if low_of is not text else low
            low_of = text
            if not rule.needs or any(word in low for word in rule.needs):
                text = self._by_rule(rule, text, low)
        for block in BLOCKS:
            if any(word in low for word in block.needs):
                text = self._at_spans(text, block.name, block.find)
        text = self._at_spans(text, "encoded", _coded_secrets)
        for pattern in self._patterns:
            text = pattern.sub(lambda match: self._sign("pattern", match.group()), text)
        return self._without_names(text)

    def named(self, name: str, text: str) -> str:
        """Clean the value of a name: read behind it, a value may be a secret that is none by itself."""
        front = f"{name} = "
        cleaned = self.clean(front + text)
        return cleaned.removeprefix(front) if cleaned.startswith(front) else self.clean(text)

    def settle(self, text: str) -> str:
        """Take values that were found in any text out of this one as well."""
        if self._known != len(self._owner):
            self._known = len(self._owner)
            self._found = _any_of((value, value) for value in self._owner if is_strong(value))
        return self._replace_exact(text, self._found) if self._found else text

    def _replace_exact(self, text: str, exact: "_Exact") -> str:
        def signed(match: re.Match[str]) -> str:
            value = exact.meaning[match.group()]
            return self._sign_known(value) if value else match.group()

        return exact.pattern.sub(signed, text)

    def _sign_known(self, value: str) -> str:
        return self._sign(self._owner.get(value, "environment"), value)

    def _at_match(self, rule: Rule, match: re.Match[str]) -> str:
        group = next(name for name in ("secret", "slashed", "quoted", "bare") if match.groupdict().get(name))
        value = match.group(group)
        if _PLACEHOLDER in value or (rule.accept and not rule.accept(match)):
            return match.group()
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        whole = match.group()
        return whole[:start] + self._sign(rule.name, value) + whole[end:]

    def _by_rule(self, rule: Rule, text: str, low: str) -> str:
        if not rule.anchor or len(low) != len(text):
            return rule.pattern.sub(partial(self._at_match, rule), text)
        parts, at = [], 0
        for hit in rule.anchor.finditer(low):
            match = rule.pattern.match(text, hit.start()) if hit.start() >= at else None
            new = self._at_match(rule, match) if match else ""
            if match and new != match.group():
                parts += [text[at : match.start()], new]
                at = match.end()
        return "".join([*parts, text[at:]]) if at else text

    def _at_spans(self, text: str, rule: str, find: Finder) -> str:
        """Take out what a finder finds."""
        parts, at = [], 0
        for start, end in sorted(set(find(text))):
            if start >= at and _PLACEHOLDER not in text[start:end]:
                parts += [text[at:start], self._sign(rule, text[start:end])]
                at = end
        return "".join([*parts, text[at:]]) if at else text

    def _sign(self, rule: str, value: str) -> str:
        rule = self._owner.setdefault(value, rule)
        numbers = self._numbers.setdefault(rule, {})
        number = numbers.setdefault(value, len(numbers) + 1)
        self._counts[rule] += 1
        return f"{_PLACEHOLDER}{rule}#{number}]"

    def _without_names(self, text: str) -> str:
        if self._home and self._home != "/":
            text = re.sub(rf"{re.escape(self._home)}(?![\w.-])", "~", text)
        text = _HOMES.sub("~", text)
        for rule, name in self._names:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", partial(self._at_name, rule), text)
        return text

    def _at_name(self, rule: str, match: re.Match[str]) -> str:
        return self._sign(rule, match.group())


@dataclass(frozen=True, slots=True)
class _Exact:
    """Every spelling of some values as one pattern, and which value a spelling means; names that stay mean none."""

    pattern: re.Pattern[str]
    meaning: dict[str, str]


def _coded_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Find what says a secret once it is decoded; an address alone is none."""
    for span, plain in decoded(text):
        low = plain.lower()
        for rule in RULES:
            if rule.name != "email" and (not rule.needs or any(word in low for word in rule.needs)):
                found = rule.pattern.finditer(plain)
                if any(not rule.accept or rule.accept(match) for match in found):
                    yield span
                    break


def _any_of(pairs: Iterable[tuple[str, str]], names: Iterable[str] = ()) -> _Exact | None:
    meaning: dict[str, str] = {}
    for value, means in pairs:
        if len(value) >= SHORTEST_EXACT and not value.isspace():
            meaning |= dict.fromkeys(_spellings(value), means)
    if not meaning:
        return None
    meaning |= {name: "" for name in names if any(each in name for each in meaning)}
    # Longest first: a value that begins with another one must win.
    ordered = sorted(meaning, key=lambda each: (-len(each), each))
    return _Exact(re.compile("|".join(map(_as_pattern, ordered))), meaning)


def _spellings(value: str) -> set[str]:
    """Return the ways in which logs and URLs write a value."""
    encoded = value.encode("utf-8", "backslashreplace")
    forms = {value, repr(value)[1:-1], json.dumps(value)[1:-1], quote(encoded, safe="")}
    if len(value) >= WORD_LIKE:
        forms.add(base64.b64encode(encoded).decode())
    return forms


def _as_pattern(spelling: str) -> str:
    pattern = re.escape(spelling)
    return pattern if len(spelling) >= WORD_LIKE else rf"(?<!\w){pattern}(?!\w)"


def _is_distinctive(name: str) -> bool:
    return len(name) >= 3 and name.lower() not in _COMMON_NAMES and not name.isdigit()
