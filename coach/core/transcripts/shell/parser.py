"""Takes a text for a shell apart. What it cannot read for certain is marked as not sure, never guessed."""

import re
from dataclasses import dataclass, field

from coach.core.transcripts.shell.scanner import Scanner
from coach.core.transcripts.shell.syntax import (
    CLOSING,
    OPENING,
    SILENT,
    Command,
    Pipeline,
    Redirect,
    Word,
)

MOST_CHARACTERS = 1_000_000
MOST_PIPELINES = 2_000

_PLAIN = re.compile(r"[^\s\\'\"$`#;&|()<>*?\[{~]+")
_ASSIGNED = re.compile(r"([A-Za-z_]\w{0,63})=")
_REDIRECT = re.compile(r"(\d?)(<<<|<<-|<<|>>|>\||>&|<&|<>|>|<)|(&>>|&>)")


def parse_shell(text: str) -> list[Pipeline]:
    """Return the pipelines of a text, in order; of a text that is too long none."""
    if len(text) > MOST_CHARACTERS:
        return []
    parser = _Parser(text)
    parser.parse()
    return parser.pipelines[:MOST_PIPELINES]


@dataclass
class _Here:
    """A here-document that is announced and not yet read."""

    owner: Command
    end: str
    strips_tabs: bool
    is_quoted: bool


@dataclass
class _Parser(Scanner):
    pipelines: list[Pipeline] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    command: Command = field(default_factory=Command)
    redirect: str = ""
    heres: list[_Here] = field(default_factory=list)
    joint: str = ""
    depth: int = 0
    blocks: int = 0
    began: int = 0

    def parse(self) -> None:
        """Read the whole text."""
        while self.at < len(self.text) and len(self.pipelines) < MOST_PIPELINES:
            self._step()
        self._end_pipeline("")
        self._read_heres()

    def _step(self) -> None:
        found = _PLAIN.match(self.text, self.at)
        if found is not None and not (found.end() - self.at == 1 and self._is_redirect()):
            self.put(found.group())
            self.at = found.end()
            return
        sign = self.text[self.at]
        if sign in "\\'\"$`":
            self.read_quoted(sign)
        elif self._is_redirect():
            self._read_redirect()
        elif sign in " \t\r":
            self._end_word()
            self.at += 1
        elif sign == "#" and not self.has_word:
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end
        elif sign in "\n;&|()":
            self._read_separator(sign)
        else:  # a glob, a brace, a tilde: the shell may put other words here
            is_literal = (
                (sign == "{" and self._stands_alone()) or (sign == "~" and self.has_word) or sign == "#"
            )
            self.put(sign, is_sure=is_literal)
            self.at += 1

    def _stands_alone(self) -> bool:
        following = self.text[self.at + 1 : self.at + 2]
        return not self.has_word and (not following or following in " \t\n}")

    def _is_redirect(self) -> bool:
        sign = self.text[self.at]
        if sign.isdigit() and self.has_word:
            return False
        if sign not in "<>&" and not sign.isdigit():
            return False
        found = _REDIRECT.match(self.text, self.at)
        # What begins with <( or >( is the output of a command, as a file.
        return found is not None

    def _end_word(self) -> None:
        if not self.has_word:
            return
        word, quoted = Word("".join(self.parts), self.is_sure), self.is_quoted
        self.parts, self.has_word, self.is_sure, self.is_quoted = [], False, True, False
        if self.redirect in {"<<", "<<-"}:
            self.heres.append(_Here(self.command, word.text, self.redirect == "<<-", quoted))
        elif self.redirect == "<<<":
            self.command.here = Word(word.text + "\n", word.is_sure)
        elif self.redirect:
            self.command.redirects.append(Redirect(self.redirect, word))
        elif not self.command.words and _ASSIGNED.match(word.text) and not word.text.startswith("="):
            name, _, value = word.text.partition("=")
            self.command.assignments[name] = Word(value, word.is_sure)
        elif not self.command.words and not quoted and self._is_grammar(word.text):
            pass
        else:
            self.command.words.append(word)
        self.redirect = ""

    def _is_grammar(self, text: str) -> bool:
        if text in OPENING:
            self.blocks += 1
            return text not in {"for", "case", "select", "function"}  # what follows those is no command
        if text in CLOSING:
            self.blocks = max(self.blocks - 1, 0)
            return True
        return text in SILENT

    def _end_command(self) -> None:
        self._end_word()
        self.redirect = ""
        if not self.command.is_empty:
            self.commands.append(self.command)
        elif self.command.assignments:
            for name, value in self.command.assignments.items():
                self.variables[name] = Word(value.text, value.is_sure and not self.blocks)
        self.command = Command()

    def _end_pipeline(self, joint: str) -> None:
        self._end_command()
        if self.commands:
            text = self.text[self.began : self.at].strip("| \t\r\n")
            self.pipelines.append(
                Pipeline(self.commands, text, self.joint, self.depth, is_conditional=self.blocks > 0)
            )
            self.joint = ""
        if joint:
            self.joint = joint
        self.commands = []
        self.began = self.at

    def _read_separator(self, sign: str) -> None:
        pair = self.text[self.at : self.at + 2]
        if sign == "|" and pair != "||":
            self._end_command()
            self.at += 2 if pair == "|&" else 1
            return
        if pair in {"&&", "||"}:
            self._end_pipeline(pair)
            self.at += 2
        else:
            before = len(self.pipelines)
            self._end_pipeline("")
            if sign == "&" and len(self.pipelines) > before:
                self.pipelines[-1].is_background = True
            if sign in "\n;&":
                self.joint = self.joint if not self.pipelines or sign == "\n" else ""
            self.depth = max(self.depth + (1 if sign == "(" else -1 if sign == ")" else 0), 0)
            self.at += 1
            if sign == "\n":
                self._read_heres()
        self.began = self.at

    def _read_redirect(self) -> None:
        found = _REDIRECT.match(self.text, self.at)
        assert found is not None
        self._end_word()
        stream, operator, both = found.groups()
        self.at = found.end()
        if operator in {">&", "<&"}:
            duplicate = re.compile(r"\d|-").match(self.text, self.at)
            if duplicate is not None:
                self.at = duplicate.end()
                return
        if (operator in {"<", ">"}) and self.text.startswith("(", self.at):
            self.at = self.closing(self.at + 1, "(", ")")
            self.put("/dev/fd/63", is_sure=False)
            return
        operator = {">|": ">", ">&": ">", "&>": ">", "&>>": ">>"}.get(operator or both, operator or both)
        self.redirect = f"2{operator}" if stream == "2" and operator in {">", ">>"} else operator

    def _read_heres(self) -> None:
        """Read the documents announced on the line that just ended."""
        for here in self.heres:
            lines: list[str] = []
            while self.at < len(self.text):
                end = self.find("\n", self.at)
                line = self.text[self.at : end]
                self.at = end + 1
                line = line.lstrip("\t") if here.strips_tabs else line
                if line.rstrip("\r") == here.end:
                    break
                lines.append(line)
            here.owner.here = self.here_text("".join(f"{line}\n" for line in lines), quoted=here.is_quoted)
        self.heres.clear()
