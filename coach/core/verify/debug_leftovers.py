"""What debugging leaves behind, read from added lines: prints, breakpoints, skips, dead code, reminders, stray files.

A list for a person to look at, not a proof: each entry names its place, and can be answered with a reason.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase

from coach.core.base.text import FilePath, Name, Prose
from coach.core.base.value import Value
from coach.core.runs.changes import Changes, FileChange
from coach.core.verify.negative_control import added_lines

_CODE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("breakpoint", re.compile(r"\bbreakpoint\(|\b(?:i?pdb|pudb|bdb)\.(?:set_trace|runcall)\b|^import (?:i?pdb|pudb)\b")),
    ("print", re.compile(r"(?:^|[;:]\s*)(?:print|pprint|pp|ic|icecream\.ic)\(")),
    ("skip", re.compile(r"\bpytest\.(?:mark\.)?(?:skip|skipif|xfail|importorskip)\b|\bunittest\.(?:skip|expectedFailure)")),
    ("commented-out assertion", re.compile(r"^#\s*assert\b")),
)  # fmt: skip
_REMINDER = re.compile(r"[^#]*+#.*?\b(?:TODO|FIXME|XXX|HACK)\b")
STRAY = ("*.orig", "*.rej", "*.bak", "*.swp", "*.tmp", "*.log", "*~", "*.patch", "*.diff", "nohup.out", "core.[0-9]*",
          "scratch*", "tmp*.py", "temp*.py", "debug*.py", "untitled*", "repro*.py", "*.prof", "*.dump")  # fmt: skip
_CODE_LIKE = (
    ast.Assign,
    ast.AugAssign,
    ast.Return,
    ast.Raise,
    ast.If,
    ast.For,
    ast.While,
    ast.With,
    ast.Import,
)


class Leftover(Value):
    """One thing that may have been left behind."""

    kind: Name
    path: FilePath
    line: int = 0
    text: Prose = ""

    @property
    def key(self) -> str:
        """Identity across verifications: what stands there, not in which line."""
        return f"{self.path}: {self.text or self.kind}"

    @property
    def sentence(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place} {self.kind}" + (f": {self.text}" if self.text else "")


def leftovers(changes: Changes) -> tuple[Leftover, ...]:
    """Return what an edit may have left behind, file by file."""
    return tuple(each for file in changes.files for each in _of_file(file))


def _of_file(file: FileChange) -> Iterator[Leftover]:
    name = file.path.rpartition("/")[2]
    if file.change == "added" and any(fnmatchcase(name, pattern) for pattern in STRAY):
        yield Leftover(kind="stray file", path=file.path)
        return
    if not file.path.endswith(".py"):
        return
    for hunk in file.hunks:
        changed = Counter(_kind(text[1:].strip()) for text in hunk.text.split("\n") if text[:1] == "-")
        for number, line in added_lines(hunk):
            kind = _kind(line.strip())
            if changed[kind] > 0:  # what stood there already is changed, not left behind
                changed[kind] -= 1
            elif kind:
                yield Leftover(kind=kind, path=file.path, line=number, text=line.strip()[:80])


def _kind(line: str) -> str:
    found = next((kind for kind, pattern in _CODE if pattern.search(line) and not _is_quoted(kind, line)), "")
    if found:
        return found
    if _REMINDER.match(line):
        return "reminder"
    return "commented-out code" if line.startswith("#") and _is_code(line.lstrip("#").strip()) else ""


def _is_quoted(kind: str, line: str) -> bool:
    """A comment or a text that mentions a call does not make it."""
    return kind != "commented-out assertion" and line[:1] in {"#", '"', "'"}


def _is_code(text: str) -> bool:
    """Whether a comment is a statement: assignments, calls and control flow; never words, numbers or names alone."""
    if text.endswith(":"):
        text += " pass"
    try:
        (node,) = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await)
    return is_call or isinstance(node, _CODE_LIKE)
