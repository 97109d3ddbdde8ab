"""Files that a text for PowerShell writes: ``@'…'@ | Set-Content FILE``, as assistants on Windows write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENS = re.compile(r"@(['\"])[ \t]*\r?\n")
_WRITES = re.compile(r"['\"]@[ \t]*\|[ \t]*(Set-Content|Out-File|Add-Content)\b([^\r\n;|]*)", re.IGNORECASE)
_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|[^\s'\"]+")
_TAKES = frozenset({"-encoding", "-width"})
MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is written or, with ``is_more``, added to; ``text`` is None where the shell puts something into it."""

    path: str
    text: str | None
    is_more: bool


def written_files(text: str) -> Iterator[Written]:
    """Yield what the here-strings of a text are written to, in order."""
    if len(text) > MOST_CHARACTERS or "@" not in text:
        return
    quote = ""
    inside: list[str] = []
    for row in text.splitlines(keepends=True):
        if not quote:
            opens = _OPENS.fullmatch(row)
            quote, inside = (opens[1] if opens else ""), []
        elif not row.startswith(f"{quote}@"):
            inside.append(row)
        else:
            found = _WRITES.match(row)
            if found and (written := _written("".join(inside), quote, found[1].lower(), found[2])):
                yield written
            quote = ""


def _written(text: str, quote: str, how: str, rest: str) -> Written | None:
    words = _WORD.findall(rest)
    flags = [word.lower() for word in words]
    names = [
        word.strip("'\"")
        for row, word in enumerate(words)
        if not word.startswith("-") and (row == 0 or flags[row - 1] not in _TAKES)
    ]
    if len(names) != 1 or "$" in names[0] or "*" in names[0]:
        return None
    is_made = quote == '"' and ("$" in text or "`" in text)
    end = "" if "-nonewline" in flags else "\r\n" if text.endswith("\r\n") else "\n"
    content = None if is_made else text.removesuffix("\n").removesuffix("\r") + end
    return Written(names[0], content, how == "add-content" or "-append" in flags)
