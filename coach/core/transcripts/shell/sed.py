"""What a ``sed`` script makes of a text, for the commands whose effect is certain."""

import re
from dataclasses import dataclass, field

from coach.core.transcripts.shell.budget import Budget
from coach.core.transcripts.shell.patterns import NotInterpretable, Pattern

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "f": "\f", "v": "\v"}

Address = int | str | Pattern
"""A line's number, ``$`` for the last one, or a pattern."""


@dataclass
class SedCommand:
    """One command with the lines it is for."""

    letter: str
    first: Address | None = None
    last: Address | None = None
    lines_after: int | None = None
    """Of ``FIRST,+N``."""
    negated: bool = False
    text: str = ""
    pattern: Pattern | None = None
    number: int = 1
    everywhere: bool = False
    prints: bool = False
    inner: "list[SedCommand]" = field(default_factory=list)
    active_until: int = 0
    is_active: bool = False


@dataclass
class SedScript:
    """Commands of one ``sed``, in order."""

    commands: list[SedCommand]
    quiet: bool = False

    def run(self, text: str, budget: Budget) -> str:
        """Return what the script prints for a text; with ``-i`` that is the file.

        Raises:
            NotInterpretable: it cannot be said for certain.

        """
        lines = text.split("\n")
        if lines[-1] == "":
            lines.pop()
        out: list[str] = []
        is_bare = False  # what was printed last is the last line, and it has no end
        for number, line in enumerate(lines, 1):
            if not budget.spend(len(self.commands)):
                raise NotInterpretable("more searching than is done for one transcript")
            cycle = _Cycle(line, number, is_last=number == len(lines))
            cycle.run(self.commands, budget)
            out += cycle.before
            if cycle.keeps and not self.quiet:
                out.append(cycle.line)
                cycle.prints_line = True
            out += cycle.after
            is_bare = cycle.is_last and not cycle.after and cycle.prints_line and not text.endswith("\n")
            if cycle.quits:
                break
        return "\n".join(out) + ("\n" if out and not is_bare else "")


@dataclass
class _Cycle:
    line: str
    number: int
    is_last: bool
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    keeps: bool = True
    quits: bool = False
    prints_line: bool = False
    """What it printed last is the line itself."""

    def run(self, commands: list[SedCommand], budget: Budget) -> None:
        for command in commands:
            if not self.keeps or self.quits:
                return
            if self._selected(command, budget) == command.negated:
                continue
            self._do(command, budget)

    def _print(self, text: str, *, is_line: bool = False) -> None:
        self.before.append(text)
        self.prints_line = is_line

    def _matches(self, address: Address, budget: Budget) -> bool:
        if isinstance(address, int):
            return self.number == address
        if isinstance(address, str):
            return self.is_last
        return address.search(self.line, 0, budget) is not None

    def _selected(self, command: SedCommand, budget: Budget) -> bool:
        if command.first is None:
            return True
        if command.last is None and command.lines_after is None:
            return self._matches(command.first, budget)
        if command.is_active:
            return self._goes_on(command, budget)
        if not self._matches(command.first, budget):
            return False
        if command.lines_after is not None:
            command.active_until = self.number + command.lines_after
        elif isinstance(command.last, int):
            command.active_until = command.last
        else:
            command.active_until = 0
        command.is_active = not command.active_until or command.active_until > self.number
        if command.last == "$" and self.is_last:
            command.is_active = False
        return True

    def _goes_on(self, command: SedCommand, budget: Budget) -> bool:
        if command.active_until:
            command.is_active = self.number < command.active_until
        elif command.last is not None and self._matches(command.last, budget):
            command.is_active = False
        return True

    def _do(self, command: SedCommand, budget: Budget) -> None:
        letter = command.letter
        if letter == "{":
            self.run(command.inner, budget)
        elif letter == "d":
            self.keeps = False
        elif letter == "p":
            self._print(self.line, is_line=True)
        elif letter == "i":
            self._print(command.text)
        elif letter in {"a", "r"}:
            self.after += [command.text] if letter == "a" else command.text.splitlines()
        elif letter == "c":
            self.keeps = False
            if not command.is_active or command.negated:
                self._print(command.text)
        elif letter == "q":
            self.quits = True
        elif letter == "s":
            self._substitute(command, budget)

    def _substitute(self, command: SedCommand, budget: Budget) -> None:
        assert command.pattern is not None
        parts: list[str] = []
        at = count = copied = 0
        while at <= len(self.line):
            found = command.pattern.search(self.line, at, budget)
            if found is None:
                break
            count += 1
            empty_again = found.end() == found.start() and found.start() == copied and count > 1 and parts
            if count >= command.number and not empty_again:
                parts += [self.line[copied : found.start()], _replacement(command.text, found)]
                copied = found.end()
            at = found.end() if found.end() > found.start() else found.end() + 1
            if count >= command.number and not command.everywhere:
                break
        if parts:
            self.line = "".join(parts) + self.line[copied:]
            if len(self.line) > 200_000:
                raise NotInterpretable("a line that grows very long")
            if command.prints:
                self._print(self.line, is_line=True)


def _replacement(template: str, found: re.Match[str]) -> str:
    out: list[str] = []
    at = 0
    while at < len(template):
        sign = template[at]
        at += 1
        if sign == "&":
            out.append(found.group())
        elif sign != "\\":
            out.append(sign)
        else:
            sign = template[at : at + 1]
            at += 1
            if sign.isdigit():
                if int(sign) > (found.re.groups or 0):
                    raise NotInterpretable("a group that the pattern does not have")
                out.append(found.group(int(sign)) or "")
            elif sign in _ESCAPES:
                out.append(_ESCAPES[sign])
            elif sign in "cLUluE" or (sign in "dox" and template[at : at + 1].isalnum()):
                raise NotInterpretable("an escape in a replacement")
            else:
                out.append(sign)
    return "".join(out)
