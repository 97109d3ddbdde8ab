"""Regular expressions of ``sed``, as Python writes them, where both surely mean the same and none takes long.

Two things are refused: alternatives, whose longest match POSIX takes where Python takes the first; and a repetition inside a
repetition, whose time may grow without bound.
"""

import re
from dataclasses import dataclass

from coach.core.transcripts.shell.budget import Budget

MOST_REPETITIONS = 6
_CLASSES = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
}
_SAME = frozenset("wWsSbBnt")
_ALIKE = {"<": r"\b(?=\w)", ">": r"\b(?<=\w)", "`": r"\A", "'": r"\Z"}


class NotInterpretable(Exception):
    """What a command does cannot be said for certain without running it; the message says why."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression with a bound on the time a search with it takes."""

    compiled: re.Pattern[str]
    repetitions: int
    literals: tuple[str, ...]
    """What every match contains: a line without one of them need not be searched."""

    def may_match(self, line: str) -> bool:
        return all(each in line for each in self.literals)

    def search(self, line: str, at: int, budget: Budget) -> re.Match[str] | None:
        """Search a line.

        Raises:
            NotInterpretable: the search might take too long.

        """
        if not at and not self.may_match(line):
            budget.spend(1 + len(line) // 100)
            return None
        length = max(len(line) - at, 1)
        cost = (
            length ** min(self.repetitions + 1, 2) if self.repetitions < 3 else length**2 * self.repetitions
        )
        if self.repetitions > 2 and length > 2_000:
            raise NotInterpretable("a pattern that may take long on a long line")
        if not budget.spend(cost // 20 + 1):
            raise NotInterpretable("more searching than is done for one transcript")
        return self.compiled.search(line, at)


def compile_pattern(text: str, *, extended: bool, ignore_case: bool = False) -> Pattern:
    """Return a pattern of ``sed``, basic or extended.

    Raises:
        NotInterpretable: it cannot be said in Python for certain.

    """
    translated = _Translation(text, extended=extended)
    try:
        compiled = re.compile(translated.read(), re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError):
        raise NotInterpretable("a pattern that cannot be read") from None
    literals = () if ignore_case else tuple(each for each in translated.literals if each)
    return Pattern(compiled, translated.repetitions, literals)


class _Translation:
    def __init__(self, text: str, *, extended: bool) -> None:
        self.text, self.extended = text, extended
        self.at = 0
        self.out: list[str] = []
        self.repetitions = 0
        self.literals: list[str] = [""]
        self.groups: list[int] = []

    def read(self) -> str:
        if len(self.text) > 2_000:
            raise NotInterpretable("a pattern that is very long")
        while self.at < len(self.text):
            self._step()
        if self.groups:
            raise NotInterpretable("a pattern that cannot be read")
        return "".join(self.out)

    def _step(self) -> None:
        sign = self.text[self.at]
        escaped = sign == "\\"
        self.at += 1
        if escaped:
            sign = self.text[self.at : self.at + 1]
            self.at += 1
            if not sign:
                raise NotInterpretable("a pattern that cannot be read")
        if sign in "(){}+?|" and escaped != self.extended:
            self._special(sign)
        elif escaped:
            self._escaped(sign)
        else:
            self._plain(sign)

    def _plain(self, sign: str) -> None:
        is_first = not self.out or self.out[-1] == "("
        if sign == "[":
            self._bracket()
        elif sign == "*" and is_first and self.extended:
            raise NotInterpretable("a pattern that cannot be read")
        elif sign == "*" and not is_first and self.out[-1] != "^":
            self._repeat("*")
        elif sign == ".":
            self._part(".")
        elif sign == "^" and (self.extended or is_first):
            self._part("^")
        elif sign == "$" and (self.extended or self._ends()):
            self._part(r"\Z")
        else:
            self._literal(sign)

    def _ends(self) -> bool:
        return self.at == len(self.text) or self.text.startswith("\\)", self.at)

    def _part(self, text: str) -> None:
        self.out.append(text)
        self.literals.append("")

    def _literal(self, sign: str) -> None:
        self.out.append(re.escape(sign))
        if not self.groups:
            self.literals[-1] += sign

    def _escaped(self, sign: str) -> None:
        if sign in _SAME:
            self._part(f"\\{sign}")
        elif sign in _ALIKE:
            self._part(_ALIKE[sign])
        elif sign.isdigit():
            self._part(f"(?:\\{sign})")
        elif sign.isalpha():
            raise NotInterpretable("an escape in a pattern")
        else:
            self._literal(sign)

    def _special(self, sign: str) -> None:
        if sign == "|":
            raise NotInterpretable("alternatives in a pattern")
        if sign == "(":
            self.groups.append(self.repetitions)
            self._part("(")
        elif sign == ")":
            if not self.groups:
                raise NotInterpretable("a pattern that cannot be read")
            inside = self.repetitions - self.groups.pop()
            self._part(")")
            following = self.text[self.at : self.at + 2].removeprefix("\\")[:1]
            if inside and following in {"*", "+", "{"}:
                raise NotInterpretable("a repetition inside a repetition")
        elif sign == "{":
            found = re.compile(r"(\d{0,3})(,?)(\d{0,3})\\?\}").match(self.text, self.at)
            if found is None or not self.out:
                raise NotInterpretable("a pattern that cannot be read")
            self.at = found.end()
            self._repeat("{" + (found.group(1) or "0") + found.group(2) + found.group(3) + "}")
        elif sign == "}":
            self._literal("}")
        else:
            self._repeat(sign)

    def _repeat(self, sign: str) -> None:
        if not self.out or self.out[-1][:1] in {"*", "+", "?", "{", "^"}:
            raise NotInterpretable("a pattern that cannot be read")
        self.repetitions += sign != "?"
        if self.repetitions > MOST_REPETITIONS:
            raise NotInterpretable("a pattern with many repetitions")
        if not self.groups and self.literals[-1]:
            self.literals[-1] = self.literals[-1][:-1]
        self._part(sign)

    def _bracket(self) -> None:
        """Read ``[...]``: a backslash in it stands for itself, but for the few that GNU sed reads."""
        start, at = self.at, self.at
        at += self.text.startswith("^", at)
        at += self.text.startswith("]", at)
        body: list[str] = ["^"] if self.text.startswith("^", start) else []
        body += ["\\]"] if at > start and self.text[at - 1] == "]" else []
        while at < len(self.text) and self.text[at] != "]":
            named = re.compile(r"\[:(\w{1,10}):\]").match(self.text, at)
            if named is not None:
                if named.group(1) not in _CLASSES:
                    raise NotInterpretable("a class of characters in a pattern")
                body.append(_CLASSES[named.group(1)])
                at = named.end()
                continue
            pair = self.text[at : at + 2]
            if pair in {"\\n", "\\t"}:
                body.append(pair)
                at += 2
                continue
            sign = self.text[at]
            body.append(sign if sign == "-" or sign.isalnum() else re.escape(sign))
            at += 1
        if at >= len(self.text):
            raise NotInterpretable("a pattern that cannot be read")
        self.at = at + 1
        self._part(f"[{''.join(body)}]")
