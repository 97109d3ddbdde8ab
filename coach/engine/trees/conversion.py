"""What git does to the content of a file between a commit and the disk, as attributes ask for it: line ends, ``ident``, encoding.

Trees that coach records hold what the disk holds. Commits hold what ``git add`` made of it. To compare the two, or to lay a
commit out as a checkout would, the conversion is done here, on bytes; filters (programs) are never run. The rules are those
of gitattributes(5).
"""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

ATTRIBUTES = ("text", "crlf", "eol", "ident", "working-tree-encoding", "filter")
_IDENT = re.compile(rb"\$Id(?::[^\n$]*)?\$")
_SHORT_IDENT = re.compile(rb"\$Id: [^\n$]*\$")
_LONE_FEED = re.compile(rb"(?<!\r)\n")
_PRINTABLE = frozenset(b"\b\t\x1b\x0c")
_TEXT_BYTES = bytes(each for each in range(256) if (each >= 32 and each != 127) or each in _PRINTABLE)


@dataclass(frozen=True, slots=True)
class LineEnds:
    """What the person's configuration says of line ends."""

    autocrlf: str = "false"
    """false, true or input."""
    eol: str = ""
    """lf, crlf, or empty where nothing is said."""

    @property
    def written_with_return(self) -> bool:
        return self.autocrlf == "true" or (self.autocrlf == "false" and self.eol == "crlf")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is done to one file."""

    kind: str = "binary"
    """binary: nothing; text: always; auto: when the content looks like text."""
    returns: bool = False
    """Line ends are CR LF on the disk."""
    ident: bool = False
    encoding: str = ""
    filtered: bool = False
    """A program is asked too; it is never run here."""

    @property
    def is_any(self) -> bool:
        return self.kind != "binary" or self.ident or bool(self.encoding)

    @property
    def needs_bytes(self) -> bool:
        """Whether a file may be the commit's and differ from it in bytes."""
        return self.is_any or self.filtered

    def to_disk(self, content: bytes, blob: str) -> bytes:
        """Return what a checkout writes for a content of this id."""
        if self.ident:
            content = _IDENT.sub(b"$Id: " + blob.encode() + b" $", content)
        if self.returns and self._is_text(content, on_disk=False):
            content = _LONE_FEED.sub(b"\r\n", content)
        return _encoded(content, self.encoding)

    def to_commit(self, content: bytes) -> bytes:
        """Return what ``git add`` stores for a content on the disk."""
        content = _decoded(content, self.encoding)
        if self.kind != "binary" and self._is_text(content, on_disk=True):
            content = content.replace(b"\r\n", b"\n")
        return _SHORT_IDENT.sub(b"$Id$", content) if self.ident else content

    def _is_text(self, content: bytes, *, on_disk: bool) -> bool:
        if self.kind == "text":
            return True
        if self.kind == "binary" or (not on_disk and b"\r" in content):
            return False
        return _looks_like_text(content)


def conversion(attributes: Mapping[str, str], ends: LineEnds) -> Conversion:
    """Read the attributes of one file, as ``git check-attr`` says them."""
    said = {name: value for name, value in attributes.items() if value not in {"unspecified", ""}}
    kind, returns = _kind(said, ends)
    encoding = said.get("working-tree-encoding", "")
    return Conversion(
        kind=kind,
        returns=returns,
        ident=said.get("ident") == "set",
        encoding="" if encoding in {"set", "unset"} else encoding,
        filtered=said.get("filter", "unset") != "unset",
    )


def _kind(said: Mapping[str, str], ends: LineEnds) -> tuple[str, bool]:
    """Return how a file is converted, and whether it has CR LF on the disk."""
    word = said.get("text") or said.get("crlf", "")
    eol = "lf" if word == "input" else said.get("eol", "")
    if word == "unset":
        return "binary", False
    if word == "auto":
        return "auto", eol == "crlf" or (eol != "lf" and ends.written_with_return)
    if word in {"set", "input"} or eol in {"lf", "crlf"}:
        return "text", eol == "crlf" or (eol != "lf" and ends.written_with_return)
    if ends.autocrlf == "false":
        return "binary", False
    return "auto", ends.autocrlf == "true"


def like(content: bytes, model: bytes) -> bytes:
    """Return a text with the line ends that another one has throughout; as it is where that one has both, or none."""
    with_return = model.count(b"\r\n")
    without = model.count(b"\n") - with_return
    if with_return and not without:
        return _LONE_FEED.sub(b"\r\n", content)
    if without and not with_return:
        return content.replace(b"\r\n", b"\n")
    return content


def _looks_like_text(content: bytes) -> bool:
    """Whether git takes a content for text: no NUL, no lone CR, few control characters."""
    if b"\0" in content or content.count(b"\r") != content.count(b"\r\n"):
        return False
    rest = content.removesuffix(b"\x1a").translate(None, b"\r\n")
    strange = len(rest.translate(None, _TEXT_BYTES))
    return (len(rest) - strange) >> 7 >= strange


_MARKED = {"UTF-16LE-BOM": ("utf-16-le", b"\xff\xfe"), "UTF-16BE-BOM": ("utf-16-be", b"\xfe\xff")}


def _encoded(content: bytes, encoding: str) -> bytes:
    if not encoding:
        return content
    name, mark = _MARKED.get(encoding.upper(), (encoding, b""))
    with contextlib.suppress(LookupError, ValueError):
        return mark + content.decode("utf-8").encode(name)
    return content


def _decoded(content: bytes, encoding: str) -> bytes:
    if not encoding:
        return content
    name, mark = _MARKED.get(encoding.upper(), (encoding, b""))
    with contextlib.suppress(LookupError, ValueError):
        return content.removeprefix(mark).decode(name).encode("utf-8")
    return content
