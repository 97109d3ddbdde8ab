"""Make foreign text safe to show and to store.

Test output, names, messages, diffs and git refs come from programs we do not trust. Two functions:

* ``storable`` for everything that is kept: any ``str`` becomes valid UTF-8, nothing else changes.
* ``safe`` and ``safe_line`` for everything that is shown: terminal sequences are removed, other control, bidirectional
  and invisible characters become visible signs. The result is ``SafeText``; the screen accepts nothing else.

The screen must wrap ``SafeText`` in literal content: markup is the widget's matter, not ours.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NewType

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

SafeText = NewType("SafeText", str)

TAB_WIDTH = 4
LINE_LIMIT = 4_096
"""Characters kept of one line. A 5 MB line costs 0.3 s to lay out; nobody reads past the first thousand."""

_SEQUENCE = re.compile(
    r"""
      (?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?              # OSC: title, clipboard, links
    | (?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?      # DCS, SOS, PM, APC
    | (?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?                                 # CSI: colours, cursor, modes
    | \x1b[ -/]*[0-~]?                                                  # two-character escapes, bare ESC
    """,
    re.VERBOSE,
)

_TAGS = range(0xE0000, 0xE0080)
_INVISIBLE = [
    *range(0x200B, 0x2010),  # zero width and directional marks
    *range(0x2028, 0x202F),  # line and paragraph separators, bidirectional embeddings
    *range(0x2060, 0x2070),  # word joiner, invisible operators, isolates
    0x00AD,
    0x061C,
    0x180E,
    0xFEFF,
]


def _signs() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20) if code != 0x0A}
    table[0x7F] = "\u2421"
    table |= {code: f"<{code:02X}>" for code in range(0x80, 0xA0)}
    table |= {code: f"<U+{code:04X}>" for code in (*_INVISIBLE, *_TAGS)}
    table |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
    return table


_SIGNS = _signs()
_MARK_RUN = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]+"
)


def storable(text: str) -> str:
    """Return text that UTF-8 can encode: a lone surrogate becomes its backslash escape."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def as_storable(value: object) -> object:
    """Return a value to store: of text its storable form, anything else as it is."""
    return storable(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class TextKind:
    """What a string in an event is for; marks the type of a field, which ``redaction`` and the archive go by."""

    name: Literal["prose", "path", "tree", "name", "own"]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Make what Python gives storable. JSON that can be read is so already: a log is read in a fifth of the time."""
        read = handler(source)
        given = core_schema.no_info_before_validator_function(as_storable, read)
        return core_schema.json_or_python_schema(json_schema=read, python_schema=given)


PROSE = TextKind("prose")
OWN = frozenset({TextKind("tree"), TextKind("own")})
"""Kinds of strings that coach makes itself."""

Prose = Annotated[str, PROSE]
"""Text that is read and names nothing: messages, values, source, output, sentences. Secrets are taken out of it before it
is recorded, and out of nothing else: all other kinds are what runs, files and events are found by."""

FilePath = Annotated[str, TextKind("path")]
"""A file or folder, or a pattern of them: posix and relative to the root when it lies below it."""

TreeId = Annotated[str, TextKind("tree")]
"""An id of git: of a tree, a commit, a file's content, or of the modes noted beside a tree."""

Name = Annotated[str, TextKind("name")]
"""What else others call a thing by: a function, an exception, a variable, a branch, a version, a word of a command line."""

CoachId = Annotated[str, TextKind("own")]
"""What coach itself calls a thing by: a session, a step, a check, a signature, the hash of a kept text."""


def safe(text: str, *, limit: int | None = None) -> SafeText:
    """Return text that can be shown literally: only printable characters and newlines.

    Args:
        text: anything, in any state.
        limit: characters kept in all; what is cut is announced at the end.

    """
    if len(text) <= min(LINE_LIMIT, limit or LINE_LIMIT) and text.isascii() and text.isprintable():
        return SafeText(text)  # nearly all there is, and a screen asks thousands of times
    dropped = 0
    if limit is not None and len(text) > limit:
        dropped = len(text) - limit
        text = text[:limit]
    text = _SEQUENCE.sub("", text).replace("\r\n", "\n")
    if "\t" in text:
        text = "\n".join(line.expandtabs(TAB_WIDTH) for line in text.split("\n"))
    text = _MARK_RUN.sub(r"\1", text.translate(_SIGNS))
    lines = text.split("\n")
    if len(text) > LINE_LIMIT:
        lines = [_cut(line) for line in lines]
    if dropped:
        lines.append(f"… {dropped:,} more characters")
    return SafeText("\n".join(lines))


def safe_line(text: str, *, limit: int = 400) -> SafeText:
    """Return foreign text as one line: newlines become ``⏎``."""
    whole = safe(text[: limit * 4]).replace("\n", " ⏎ ")
    return SafeText(whole if len(whole) <= limit else whole[: limit - 1] + "…")


def without_sequences(text: str) -> str:
    """Return text without terminal sequences; other control characters stay. For text that is read, not shown."""
    return _SEQUENCE.sub("", text) if "\x1b" in text or not text.isascii() else text


def shorten_middle(text: str, width: int) -> str:
    """Cut the middle of a path or test id out so that it fits: ``tests/un…est_total``."""
    if len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    tail = (width - 1) * 2 // 3
    head = width - 1 - tail
    return f"{text[:head]}…{text[len(text) - tail :]}"


def _cut(line: str) -> str:
    if len(line) <= LINE_LIMIT:
        return line
    return f"{line[:LINE_LIMIT]}… {len(line) - LINE_LIMIT:,} more characters"
