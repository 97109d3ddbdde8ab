"""Reads the signs of a text for a shell into words: quoting, escapes and expansions."""

import re
from dataclasses import dataclass, field

from coach.core.transcripts.shell.syntax import Word

_NAME = re.compile(r"\$(?:\{([A-Za-z_]\w{0,63})\}|([A-Za-z_]\w{0,63}))")
_IN_DOUBLE = re.compile(r'[^"\\$`]+')
_UNQUOTED_ESCAPE = re.compile(r"[^'\\]+")
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"', "r": "\r", "0": "\0", "a": "\a", "b": "\b"}
_EXPANDED = re.compile(r"(?<!\\)(?:\\\\)*[$`]")


@dataclass
class Scanner:
    """A text, how far it is read, the variables that are known, and the word that is being read."""

    text: str
    at: int = 0
    variables: dict[str, Word] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    has_word: bool = False
    is_sure: bool = True
    is_quoted: bool = False

    def put(self, text: str, *, is_sure: bool = True) -> None:
        self.parts.append(text)
        self.has_word = True
        self.is_sure = self.is_sure and is_sure

    def read_quoted(self, sign: str) -> None:
        self.has_word = True
        if sign == "\\":
            following = self.text[self.at + 1 : self.at + 2]
            if following != "\n":
                self.put(following)
                self.is_quoted = True
            elif not self.parts:
                self.has_word = False
            self.at += 2
        elif sign == "'":
            end = self.find("'", self.at + 1)
            self.put(self.text[self.at + 1 : end])
            self.is_quoted = True
            self.at = end + 1
        elif sign == '"':
            self.at += 1
            self._read_double()
            self.is_quoted = True
        elif self.text.startswith("$'", self.at):
            self.at += 2
            self._read_escaped()
        else:
            self._read_expansion()

    def find(self, sign: str, start: int) -> int:
        end = self.text.find(sign, start)
        return len(self.text) if end < 0 else end

    def _read_double(self) -> None:
        while self.at < len(self.text):
            found = _IN_DOUBLE.match(self.text, self.at)
            if found is not None:
                self.put(found.group())
                self.at = found.end()
                continue
            sign = self.text[self.at]
            if sign == '"':
                self.at += 1
                return
            if sign == "\\":
                following = self.text[self.at + 1 : self.at + 2]
                if following != "\n":
                    self.put(following if following and following in '"\\$`' else sign + following)
                self.at += 2
            else:
                self._read_expansion()

    def _read_escaped(self) -> None:
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == "'":
                self.at += 1
                return
            if sign == "\\":
                following = self.text[self.at + 1 : self.at + 2]
                self.put(_ESCAPES.get(following, sign + following), is_sure=following in _ESCAPES)
                self.at += 2
                continue
            found = _UNQUOTED_ESCAPE.match(self.text, self.at)
            assert found is not None
            self.put(found.group())
            self.at = found.end()

    def _read_expansion(self) -> None:
        """Put a known variable's text; of anything else the text as it stands, not sure."""
        found = _NAME.match(self.text, self.at)
        if found is not None:
            known = self.variables.get(found.group(1) or found.group(2))
            self.put(known.text if known else found.group(), is_sure=known is not None and known.is_sure)
            self.at = found.end()
            return
        following = self.text[self.at + 1 : self.at + 2]
        if self.text[self.at] == "`":
            end = self.find("`", self.at + 1) + 1
        elif following in {"(", "{"}:
            end = self.closing(self.at + 2, following, ")" if following == "(" else "}")
        elif not following or following.isspace() or following in "\"'/.,:":
            self.put("$")
            self.at += 1
            return
        else:
            end = self.at + 2
        self.put(self.text[self.at : end], is_sure=False)
        self.at = max(end, self.at + 1)

    def closing(self, at: int, opening: str, closing: str) -> int:
        """Return where a substitution ends. Quotes in it are passed over."""
        depth = 1
        while at < len(self.text):
            sign = self.text[at]
            if sign == "\\":
                at += 1
            elif sign == "'":
                at = self.find("'", at + 1)
            elif sign == opening:
                depth += 1
            elif sign == closing:
                depth -= 1
                if not depth:
                    return at + 1
            at += 1
        return len(self.text)

    def here_text(self, body: str, *, quoted: bool) -> Word:
        if quoted:
            return Word(body)

        def known(found: re.Match[str]) -> str:
            value = self.variables.get(found.group(1) or found.group(2))
            return value.text if value is not None and value.is_sure else found.group()

        is_sure = (
            _EXPANDED.search(_NAME.sub("", body) if not _NAME.search(body) else _NAME.sub(known, body))
            is None
        )
        body = _NAME.sub(known, body) if _NAME.search(body) else body
        return Word(re.sub(r"\\([\\$`])", r"\1", body.replace("\\\n", "")), is_sure)
