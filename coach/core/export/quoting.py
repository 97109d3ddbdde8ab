"""Keep evidence evidence: marks that the data cannot close, visible control characters, a look for embedded orders.

The mark is derived from the session and the content, so one log gives one export, and derived again until no block
holds it. Plain delimiters are the weakest defence against embedded instructions; what reads like one is therefore
also shown to the engineer before anything is handed on.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence

from coach.core.base.text import safe, safe_line
from coach.core.export.blocks import Block, Section
from coach.core.redact.redactor import Redactor

WIDE = 200_000
"""Characters of one foreign text that are looked at. Secrets are taken out of these before anything is cut shorter, so
that no cut leaves half of one behind."""
LONG_LINE = 1_600
"""The same for text that becomes one line."""
MAX_WARNINGS = 8

_ORDERS = re.compile(
    r"""
      \b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|all|your)\b.{0,40}
        \b(?:instruction|prompt|rule|direction|context|guideline|message)s?\b
    | \b(?:new|updated|real|actual)\ (?:instructions?|task|system\ prompt)\b\ ?[:=]
    | \byou\ are\ now\b | \bsystem\ prompt\b | \bact\ as\ (?:an?|the)\b | \bas\ an\ ai\b
    | \b(?:do\ not|don't|never)\ (?:tell|inform|mention|reveal)\b.{0,40}\b(?:user|engineer|human|anyone)\b
    | \b(?:assistant|agent|model|llm|claude|gpt|copilot)\b[:,]?\ .{0,20}\b(?:must|should|please|run|execute|delete|write|send)\b
    | \b(?:curl|wget)\b.{1,80}\|\ ?(?:ba|z)?sh\b | \brm\ -rf\ [/~]
    | ^\W{0,4}(?:system|assistant|user|human|developer)\W{0,2}:\s
    | <\|?/?(?:im_start|im_end|system|assistant|user|human|instructions?)\|?> | \[/?INST\]
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_UNSEEN = re.compile(r"<U\+E00[0-7][0-9A-F]>|<U\+20(?:2[A-E]|6[6-9])>")
_TICKS = re.compile(r"`+")


class Cleaner:
    """Makes foreign text safe to show and free of secrets and machine paths; cuts only after that."""

    def __init__(self, redactor: Redactor, root: str) -> None:
        self._redactor = redactor
        root = root.rstrip("/")
        self._root = (
            re.compile(rf"(?<![\w.~/-]){re.escape(root)}(?:/(?=[\w.])|(?![\w.-]))") if len(root) > 1 else None
        )

    def text(self, raw: str) -> str:
        """Clean a text of many lines."""
        whole = _whole_words(raw, WIDE)
        more = f"\n… {len(raw) - len(whole):,} more characters" if len(whole) < len(raw) else ""
        return self._without_paths_and_secrets(safe(whole)) + more

    def named(self, name: str, raw: str) -> str:
        """Clean a text as the value of a name, which is read with it."""
        whole = safe(_whole_words(raw, WIDE))
        if not name or "\n" in name:
            return self.text(raw)
        inside = self._root.sub(_relative, whole) if self._root else whole
        return self._redactor.named(safe_line(name), inside)

    def line(self, raw: str, limit: int = 300) -> str:
        """Clean a text and make it one line."""
        whole = _whole_words(raw, LONG_LINE)
        # Secrets go while the lines are still lines.
        shown = self._without_paths_and_secrets(safe(whole)).replace("\n", " ⏎ ")
        shown += "…" if len(whole) < len(raw) else ""
        return shown if len(shown) <= limit else shown[: limit - 1] + "…"

    def code(self, raw: str, limit: int = 300) -> str:
        """Clean a text and make it one line of inline code."""
        return inline(self.line(raw, limit))

    def _without_paths_and_secrets(self, shown: str) -> str:
        if self._root:
            shown = self._root.sub(_relative, shown)
        return self._redactor.clean(shown)


def _relative(match: re.Match[str]) -> str:
    return "" if match.group().endswith("/") else "."


def inline(line: str) -> str:
    """Return a Markdown code span that the line cannot close."""
    ticks = "`" * (_longest_ticks(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def code_fence(text: str) -> str:
    """Return a fence longer than any run of backticks in the text."""
    return "`" * max(3, _longest_ticks(text) + 1)


def mark_for(seed: str, sections: Iterable[Section]) -> str:
    """Derive the boundary of an export: the same for the same log, and in none of its blocks."""
    blocks = [block for section in sections for block in section.blocks]
    digest = hashlib.sha256(seed.encode("utf-8", "backslashreplace"))
    for block in blocks:
        digest.update(f"{block.text}{block.source}".encode("utf-8", "backslashreplace"))
    texts = [
        part for block in blocks for part in (block.text, block.usual or "", *block.shorter, block.source)
    ]
    while True:
        mark = f"evidence-{digest.hexdigest()[:10]}"
        if not any(mark in text for text in texts):
            return mark
        digest.update(b"again")


def orders_in(*texts: str) -> tuple[str, ...]:
    """Return the lines of foreign texts that read like an order to an assistant, each as one safe line."""
    return tuple(
        dict.fromkeys(line for text in texts for line in _lines_with_orders(Block(safe(text), "", "report")))
    )[:MAX_WARNINGS]


def suspicious_lines(sections: Sequence[Section], title: str = "") -> tuple[str, ...]:
    """Return a warning for each line of foreign text that reads like an order to an assistant."""
    found = {line: f"The title reads like an instruction: “{line}”" for line in orders_in(title)}
    for section in sections:
        for block in section.blocks:
            for line in _lines_with_orders(block):
                found.setdefault(
                    line, f"{section.title}, {block.source}: reads like an instruction: “{line}”"
                )
    warnings = list(found.values())
    if len(warnings) > MAX_WARNINGS:
        warnings[MAX_WARNINGS:] = [f"{len(warnings) - MAX_WARNINGS} more lines read like instructions"]
    return tuple(warnings)


def _lines_with_orders(block: Block) -> Iterable[str]:
    # Names of tests write their words with underscores and hyphens.
    spoken = re.sub(r"(?<=\w)[_-]+(?=\w)", " ", block.text)
    if not (_ORDERS.search(spoken) or _ORDERS.search(block.text) or _UNSEEN.search(block.text)):
        return
    for line in block.text.split("\n"):
        bare = line.removeprefix("- ")
        words = re.sub(r"(?<=\w)[_-]+(?=\w)", " ", bare)
        if not block.is_evidence and "`" not in bare:
            continue  # the engineer's own words; what others wrote stands in code spans there
        if _ORDERS.search(words) or _ORDERS.search(bare) or _UNSEEN.search(bare):
            yield safe_line(bare.strip(), limit=160)


def _whole_words(raw: str, limit: int) -> str:
    """Cut between words where that is possible: what is cut away must not be the end of a secret."""
    if len(raw) <= limit:
        return raw
    gaps = [match.start() for match in re.finditer(r"\s", raw[limit - 500 : limit])]
    return raw[: limit - 500 + gaps[-1]] if gaps else raw[:limit]


def _longest_ticks(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
