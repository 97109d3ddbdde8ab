"""Reads a ``sed`` script; one that holds anything whose effect is not certain is refused as a whole."""

import re
from collections.abc import Callable

from coach.core.transcripts.shell.patterns import NotInterpretable, compile_pattern
from coach.core.transcripts.shell.sed import Address, SedCommand

MOST_COMMANDS = 200


class SedReader:
    """Reads a script. A class, since commands, addresses and texts share one position in it."""

    def __init__(self, text: str, *, extended: bool, file_text: Callable[[str], str] | None = None) -> None:
        self.text, self.extended, self.at = text, extended, 0
        self.file_text = file_text
        self.count = 0

    def read(self, *, inner: bool = False) -> list[SedCommand]:
        """Return the commands.

        Raises:
            NotInterpretable: one of them is not among those whose effect is certain.

        """
        commands: list[SedCommand] = []
        while True:
            self._skip(" \t\n;")
            if self.at >= len(self.text):
                if inner:
                    raise NotInterpretable("a sed script that cannot be read")
                return commands
            if self.text[self.at] == "}" and inner:
                self.at += 1
                return commands
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
                continue
            self.count += 1
            if self.count > MOST_COMMANDS:
                raise NotInterpretable("a sed script that is very long")
            commands.append(self._command())

    def _skip(self, signs: str) -> None:
        while self.at < len(self.text) and self.text[self.at] in signs:
            self.at += 1

    def _command(self) -> SedCommand:
        command = SedCommand("")
        command.first = self._address()
        self._skip(" \t")
        if command.first is not None and self.text.startswith(",", self.at):
            self.at += 1
            self._skip(" \t")
            if self.text.startswith("+", self.at):
                self.at += 1
                command.lines_after = self._number()
            else:
                command.last = self._address()
                if command.last is None:
                    raise NotInterpretable("a sed script that cannot be read")
        if isinstance(command.first, int) and command.first == 0:
            raise NotInterpretable("a sed address that is not read")
        self._skip(" \t")
        while self.text.startswith("!", self.at):
            command.negated = True
            self.at += 1
            self._skip(" \t")
        command.letter = self.text[self.at : self.at + 1]
        self.at += 1
        self._arguments(command)
        return command

    def _number(self) -> int:
        found = re.compile(r"\d{1,7}").match(self.text, self.at)
        if found is None:
            raise NotInterpretable("a sed script that cannot be read")
        self.at = found.end()
        return int(found.group())

    def _address(self) -> Address | None:
        sign = self.text[self.at : self.at + 1]
        if sign.isascii() and sign.isdigit():
            number = self._number()
            if self.text.startswith("~", self.at):
                raise NotInterpretable("a sed address that is not read")
            return number
        if sign == "$":
            self.at += 1
            return "$"
        if sign not in {"/", "\\"} or not sign:
            return None
        self.at += 1
        if sign == "\\":
            sign = self.text[self.at : self.at + 1]
            self.at += 1
        pattern = self._until(sign, keep_escape=False)
        ignore_case = self.text.startswith("I", self.at)
        self.at += ignore_case
        if not pattern:
            raise NotInterpretable("a sed address that is not read")
        return compile_pattern(pattern, extended=self.extended, ignore_case=ignore_case)

    def _until(self, delimiter: str, *, keep_escape: bool) -> str:
        """Read up to a delimiter; an escaped one is the sign itself. In ``[...]`` of a pattern it ends nothing."""
        if not delimiter or delimiter in "\n\\":
            raise NotInterpretable("a sed script that cannot be read")
        out: list[str] = []
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == delimiter:
                self.at += 1
                return "".join(out)
            if sign == "\\" and self.at + 1 < len(self.text):
                following = self.text[self.at + 1]
                if following == delimiter:
                    # In a pattern, an escaped special sign that is also the delimiter is the plain sign.
                    out.append(f"\\{following}" if following in "&.*[]^$+?(){}|" else following)
                else:
                    out.append(sign + following)
                self.at += 2
                continue
            if sign == "\n" and not keep_escape:
                raise NotInterpretable("a sed script that cannot be read")
            out.append(sign)
            self.at += 1
        raise NotInterpretable("a sed script that cannot be read")

    def _arguments(self, command: SedCommand) -> None:
        letter = command.letter
        if letter == "{":
            command.inner = self.read(inner=True)
        elif letter == "s":
            self._read_substitution(command)
        elif letter in {"a", "i", "c"}:
            command.text = self._line_text()
        elif letter == "r" and self.file_text is not None:
            command.text = self.file_text(self._line_text().strip())
        elif letter in {"d", "p", "q"}:
            self._skip(" \t")
            if self.text[self.at : self.at + 1] not in {"", ";", "\n", "}", "#"}:
                raise NotInterpretable("a sed script that cannot be read")
        else:
            raise NotInterpretable("a sed command that is not followed")

    def _read_substitution(self, command: SedCommand) -> None:
        delimiter = self.text[self.at : self.at + 1]
        self.at += 1
        pattern = self._until(delimiter, keep_escape=True)
        command.text = self._until(delimiter, keep_escape=True)
        found = re.compile(r"[gpIiMmew0-9]*").match(self.text, self.at)
        flags = found.group() if found is not None else ""
        self.at += len(flags)
        if set(flags) & set("eMmw") or not pattern:
            raise NotInterpretable("a sed command that is not followed")
        command.everywhere, command.prints = "g" in flags, "p" in flags
        digits = re.sub(r"\D", "", flags)[:3]
        command.number = int(digits) if digits else 1
        command.pattern = compile_pattern(pattern, extended=self.extended, ignore_case="i" in flags.lower())
        groups = re.findall(r"(?<!\\)(?:\\\\)*\\([1-9])", command.text)
        if any(int(each) > command.pattern.compiled.groups for each in groups):
            raise NotInterpretable("a group that the pattern does not have")

    def _line_text(self) -> str:
        """Read the text of ``a``, ``i`` and ``c``: to the end of the line, or on where that ends with a backslash."""
        self._skip(" \t")
        if self.text.startswith("\\", self.at):
            self.at += 1
            if re.compile(r"[ \t]*\n").match(self.text, self.at):
                self.at = self.text.index("\n", self.at) + 1
        out: list[str] = []
        while self.at < len(self.text) and self.text[self.at] != "\n":
            sign = self.text[self.at]
            if sign == "\\":
                following = self.text[self.at + 1 : self.at + 2]
                out.append({"t": "\t", "n": "\n"}.get(following, following))
                self.at += 2
                continue
            out.append(sign)
            self.at += 1
        self.at += 1
        if not out:
            raise NotInterpretable("a sed script that cannot be read")
        return "".join(out)
