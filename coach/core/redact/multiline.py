"""Secrets over several lines, and secrets in another coding: what a pattern of one line cannot see.

A finder gives the places of what must go: (start, end) in a text. Each looks a bounded number of lines ahead from a word that
is found first. What stands in front of the lines (``E``, ``+``, a time) does not matter: columns are compared, not indents.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from coach.core.redact.patterns import KEY_FORMS

Span = tuple[int, int]
Finder = Callable[[str], Iterable[Span]]

MAX_LINES = 200
"""Of one block."""
MAX_CHARACTERS = 8_000
"""Of one document around a word."""
MAX_OF_A_LINE = 4_000
MAX_PARTS = 16
"""Lines that one key was cut into."""


@dataclass(frozen=True, slots=True)
class Block:
    """One form. ``needs`` are words in lower case of which a text holds one when there can be any."""

    name: str
    find: Finder
    needs: tuple[str, ...]
    what: str
    positive: tuple[str, ...]
    """What is taken of each is ``S3``-something; the same line never is in ``negative``."""
    negative: tuple[str, ...]


def _lines_after(text: str, at: int) -> Iterator[Span]:
    """Yield the lines that follow the one ``at`` stands in: a bounded number of them."""
    for _ in range(MAX_LINES):
        start = text.find("\n", at) + 1
        if start == 0:
            return
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > MAX_OF_A_LINE:
            return
        yield start, end
        at = start


_RUN = re.compile(r"[A-Za-z0-9+/=]{16,}")
_PUTTY = re.compile(r"\bPrivate-Lines:[ ]{0,4}(\d{1,3})\b")


def putty(text: str) -> Iterator[Span]:
    """Find the body of a PuTTY key."""
    for match in _PUTTY.finditer(text):
        for number, (start, end) in enumerate(_lines_after(text, match.end())):
            found = list(_RUN.finditer(text, start, end))
            if number >= int(match[1]) or not found:
                break
            yield found[-1].span()


_PEM_END = re.compile(r"-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")


def end_of_pem(text: str) -> Iterator[Span]:
    """Find the lines of a key whose beginning was cut off."""
    for match in _PEM_END.finditer(text):
        at = match.start()
        for _ in range(80):
            end = text.rfind("\n", max(0, at - 200), at)
            start = text.rfind("\n", max(0, end - 200), end) + 1 if end > 0 else 0
            found = list(_RUN.finditer(text, start, end)) if end > 0 else []
            if not found or len(found[-1].group()) < 32:
                break
            yield found[-1].span()
            at = end


_MACHINE = re.compile(r"\b(?:machine[ \t]+\S{1,200}|default)(?=\s)")
_NETRC_PASSWORD = re.compile(r"(?<![\w\-.])(?:password|passwd)[ \t]+(\S{2,200})")
_NETRC_WORD = re.compile(r"(?<![\w\-.])(?:login|account|user|port|macdef)[ \t]+\S")


def netrc(text: str) -> Iterator[Span]:
    """Find passwords of .netrc, on one line or over several."""
    for match in _MACHINE.finditer(text):
        end = text.find("\n", match.end())
        end = min(len(text) if end < 0 else end, match.end() + 400)
        lines = [(match.end(), end)]
        for number, line in enumerate(_lines_after(text, match.start())):
            if number >= 5 or _MACHINE.search(text, *line):
                break
            lines.append(line)
        has_login = False
        for line in lines:
            has_login = has_login or bool(_NETRC_WORD.search(text, *line))
            found = _NETRC_PASSWORD.search(text, *line)
            is_host = "." in match.group() or "localhost" in match.group()
            if found and has_login and (is_host or not found[1].isalpha()):
                yield found.span(1)
                break


_SECRET_KIND = re.compile(r"""\bkind["']?:[ ]{0,4}["']?(?:Sealed)?Secret\b""")
_DATA = re.compile(r"""^(?P<front>[^\n]{0,120}?)(?:data|stringData):[ ]{0,4}$""", re.MULTILINE)
_ENTRY = re.compile(r"""["']?[\w.\-]{1,253}["']?:[ ]{1,4}["']?(?P<value>[^\s"']{4,4000})["']?[ ]{0,4}$""")
_JSON_DATA = re.compile(r""""(?:data|stringData)\\?"[ ]{0,4}:\s{0,8}\{(?P<body>[^{}]{0,8000})\}""")
_JSON_VALUE = re.compile(r""":\s{0,8}\\?"(?P<value>[^"\\\n]{4,4000})""")


def kubernetes_secret(text: str) -> Iterator[Span]:
    """Find the values of a Secret of Kubernetes, in YAML and JSON."""
    seen = -1
    for match in _SECRET_KIND.finditer(text):
        if match.start() <= seen:
            continue
        start = text.rfind("---\n", max(0, match.start() - MAX_CHARACTERS), match.start())
        start = max(0, match.start() - MAX_CHARACTERS) if start < 0 else start
        end = text.find("---\n", match.end(), match.end() + MAX_CHARACTERS)
        end = seen = min(len(text), match.end() + MAX_CHARACTERS) if end < 0 else end
        for data in _DATA.finditer(text, start, end):
            yield from _deeper(text, data.end("front"), data.start(), data.end())
        for data in _JSON_DATA.finditer(text, start, end):
            for value in _JSON_VALUE.finditer(text, *data.span("body")):
                yield value.span("value")


def _deeper(text: str, word: int, line: int, at: int) -> Iterator[Span]:
    """Yield the values of the entries below a word, as long as they stand further to the right."""
    column = word - line
    for start, end in _lines_after(text, at):
        entry = _ENTRY.search(text, min(start + column, end), end)
        if entry is None or entry.start() - start <= column:
            return
        yield entry.span("value")


_BLOCK_SCALAR = re.compile(r"""["']?:[ ]{1,4}[|>][+\-]?\d?[ ]{0,4}$""", re.MULTILINE)
_BLOCK_NAME = re.compile(
    r"""
    (?:password|passwd|passphrase|pwd|secret|token|credentials?|auth|(?:api|access|private|signing|ssh|deploy
      |license|encryption)[_\-]?key)$
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LAST_WORD = re.compile(r"[ ](\S{6,})[ ]{0,4}$")


def block_scalar(text: str) -> Iterator[Span]:
    """Find the lines of a YAML block that stands below a secret name."""
    for match in _BLOCK_SCALAR.finditer(text):
        line = text.rfind("\n", max(0, match.start() - 300), match.start()) + 1
        before = text[line : match.start()] if line else text[: match.start()][:300]
        name = _BLOCK_NAME.search(before)
        if name is None:
            continue
        column = name.start()
        while (
            column
            and column > name.start() - 40
            and (before[column - 1].isalnum() or before[column - 1] in "_.-")
        ):
            column -= 1
        for start, end in _lines_after(text, match.end()):
            value = _LAST_WORD.search(text, min(start + column, end), end)
            if value is None or value.start(1) - start <= column:
                break
            yield value.span(1)


_KEY_START = re.compile(
    r"(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|gl(?:pat|dt|rt)-|xox[abeoprs]-|sk-|[spr]k_(?:live|test)_|npm_|pypi-|hf_"
    r"|eyJ[\w\-]{4}|A[KS]IA|AIza|SG\.|hv[sbr]\.|ya29\.|do[opr]_v1_|AGE-SECRET-KEY-1|glsa_|shpat_|gsk_)[\w.\-]*"
)
_ENDS_LINE = re.compile(r"""["'\\]{0,2}[ ]{0,2}\r?\n""")
_FRONT = re.compile(r"""[ \t]{0,40}(?:E[ ]{1,8}|[+\->|#][ ]{0,8})?["']?""")
_REST = re.compile(r"[\w.\-+/=]{2,400}")


def wrapped(text: str) -> Iterator[Span]:
    """Find keys that were cut by the end of a line: first part, and what of them stands on the next lines."""
    seen = 0
    for match in _KEY_START.finditer(text):
        if match.start() < seen:
            continue
        whole, spans, at = match.group(), [match.span()], match.end()
        while len(spans) < MAX_PARTS and (ended := _ENDS_LINE.match(text, at)):
            rest = _REST.match(text, _begin(text, spans[-1][0], ended.end()))
            if rest is None or not (len(spans) > 1 or _goes_on(whole, rest.group())):
                break
            whole, at = whole + rest.group().rstrip(".-"), rest.end()
            spans.append(rest.span())
        seen = at if len(spans) > 2 else 0
        if len(spans) > 1 and KEY_FORMS.fullmatch(whole) and any(char.isdigit() for char in whole):
            yield from spans


def _begin(text: str, first: int, second: int) -> int:
    """Return where the text of the second line begins, behind what both lines have in front."""
    line = text.rfind("\n", max(0, first - 200), first) + 1
    size = 0
    for one, other in zip(text[line : min(first, line + 200)], text[second : second + 200], strict=False):
        if one != other:
            break
        size += 1
    common = re.sub(r"\w+$", "", text[second : second + size])
    front = _FRONT.match(text, second + len(common))
    return front.end() if front else second


def _goes_on(first: str, rest: str) -> bool:
    """Whether the next line can be the rest: random, or the first part alone is too short for a key."""
    is_mixed = any(char.isdigit() for char in rest) and any(char.isalpha() for char in rest)
    return (is_mixed and len(rest) >= 4 and "." not in rest.rstrip(".")[:-1]) or first.startswith("eyJ")


_CODED = re.compile(r"(?<![A-Za-z0-9+/=_\-])[A-Za-z0-9+/_\-]{24,20000}={0,2}")
_HEX = re.compile(r"[0-9a-fA-F\-]+")


def decoded(text: str) -> Iterator[tuple[Span, str]]:
    """Yield what is readable text in base64, with its place."""
    for match in _CODED.finditer(text):
        run = match.group()
        if _HEX.fullmatch(run) or run.islower() or run.isupper():
            continue
        head = _plain(run[:24])
        plain = _plain(run) if head else ""
        if plain:
            yield match.span(), plain


def _plain(run: str) -> str:
    run = run.rstrip("=").translate(_STANDARD)
    try:
        plain = base64.b64decode(run + "=" * (-len(run) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return plain if all(char.isprintable() or char in "\r\n\t" for char in plain) else ""


_STANDARD = str.maketrans("-_", "+/")

BLOCKS: tuple[Block, ...] = (
    Block(
        "private-key",
        putty,
        ("private-lines",),
        "the body of a PuTTY key",
        ("Private-Lines: 1\n" + "S3rQ" * 16 + "\nPrivate-MAC: 0",),
        ("Public-Lines: 1\n" + "S3rQ" * 16,),
    ),
    Block(
        "private-key",
        end_of_pem,
        ("private key",),
        "the last lines of a key in PEM whose beginning was cut off",
        ("S3rQ" * 16 + "\n" + "S3rR" * 16 + f"\n-----END EC PRIVATE {'KEY'}-----",),
        ("S3rQ" * 16 + "\n-----END CERTIFICATE-----",),
    ),
    Block(
        "credential-file",
        netrc,
        ("machine", "default"),
        ".netrc, on one line and over lines",
        ("machine a.b\n  login joe\n  password S3cret",),
        ("the machine was\ngiven a password that", "machine learning model\npassword of x"),
    ),
    Block(
        "credential-file",
        kubernetes_secret,
        ("kind",),
        "the data of a Secret of Kubernetes, in YAML and JSON",
        ("kind: Secret\ndata:\n  a: S3NlY3JldA==\n  b: S3Nl", '{"kind": "Secret", "data": {"a": "S3NlY3JldA=="}}'),
        ("kind: ConfigMap\ndata:\n  a: S3NlY3JldA==",),
    ),
    Block(
        "assignment",
        block_scalar,
        ("|", ">"),
        "blocks of YAML below a secret name",
        ("a:\n  api_key: |\n    S3cretWord\n  b: 1",),
        ("a:\n  notes: |\n    S3cretWord",),
    ),
)  # fmt: skip
