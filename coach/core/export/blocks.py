"""What an export is made of: sections of blocks, each with its source, its trust and its place in the drop order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

Trust = Literal["coach", "engineer", "program output", "repository", "report"]
"""Whose words a block holds. Only the first two may be read as instructions."""


class Drop(IntEnum):
    """The order in which blocks make room when the budget is short; the lowest goes first, ``NEVER`` never."""

    NEVER = 0
    OLD_RUNS = 1
    SUITE_NOISE = 2
    LIBRARY_FRAMES = 3
    ENVIRONMENT = 4
    CLOSED_HYPOTHESES = 5
    CAPTURED_OUTPUT = 6
    OTHER_PLACES = 7
    DIFF_TAIL = 8
    THE_REST = 9
    OUTER_FRAMES = 10
    CODE = 11
    RULED_OUT = 12
    THE_TEST = 13
    REVIEWED = 14


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text with one origin. The forms in ``shorter`` replace ``text`` one after the other before it is cut.

    ``usual`` replaces it where nobody named a budget; None: it is the same, empty: then it stays out.
    """

    text: str
    source: str = "coach"
    trust: Trust = "coach"
    drop: Drop = Drop.NEVER
    what: str = ""
    """Its name in the list of what was left out."""
    language: str = ""
    shorter: tuple[str, ...] = ()
    """Ever shorter forms of the text; an empty one leaves the block out."""
    usual: str | None = None
    keep: Literal["head", "ends"] = "head"
    """Which part survives a cut."""
    is_joined: bool = False
    """Whether it goes on in the fence of the block before it, when that is of the same trust and language."""

    @property
    def is_evidence(self) -> bool:
        """Whether others than the engineer wrote it: shown between marks, never read as an instruction."""
        return self.trust in {"program output", "repository", "report"}


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    """Its name in the tagged form and in JSON."""
    title: str
    blocks: tuple[Block, ...]


def usual(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Return what is told where nobody named a budget: each block in its usual form."""
    blocks = (
        tuple(
            each if each.usual is None else replace(each, text=each.usual)
            for each in section.blocks
            if each.usual != ""
        )
        for section in sections
    )
    return tuple(
        replace(section, blocks=kept) for section, kept in zip(sections, blocks, strict=True) if kept
    )


def joined(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Join blocks that go on in the fence of the one before: marks and fences cost as much as three lines of code."""
    return tuple(replace(section, blocks=_joined(section.blocks)) for section in sections)


def _joined(blocks: Sequence[Block]) -> tuple[Block, ...]:
    found: list[Block] = []
    for block in blocks:
        last = found[-1] if found else None
        if last and block.is_joined and (last.trust, last.language) == (block.trust, block.language):
            found[-1] = replace(last, text=f"{last.text}\n\n{block.text}")
        else:
            found.append(block)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a renderer needs."""

    title: str
    origin: str
    """Tool, session, commit: one line."""
    mark: str
    """The boundary that no block contains."""
    sections: tuple[Section, ...]
    budget: int
    tokens: int
    redactions: tuple[tuple[str, int], ...] = ()
    left_out: tuple[str, ...] = ()


_LANGUAGES = {
    "py": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "ts": "typescript",
    "rs": "rust",
    "rb": "ruby",
    "pl": "perl",
    "t": "perl",
    "h": "c",
    "cc": "cpp",
    "hpp": "cpp",
    "kt": "kotlin",
    "sh": "sh",
}


def language_of(path: str) -> str:
    """Return the name by which Markdown knows the language of a file; of most it is the suffix."""
    suffix = path.rpartition("/")[2].rpartition(".")[2].lower()
    return _LANGUAGES.get(suffix, suffix if suffix.isalnum() and len(suffix) <= 5 else "text")
